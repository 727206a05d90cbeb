"""What the commands do with properties and their builds."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection

from server.app import world
from server.app.not_found import NotFound
from server.app.property_overview import property_overview
from server.app.readers import open_database
from server.container.files import PublishedFiles, published_files
from server.model.container import Container
from server.model.json import Json, JsonObject
from server.model.property import ENVIRONMENTS
from server.model.rollout import EVERYONE
from server.paths import assets
from server.property.check import check_property
from server.property.diff import diff_properties
from server.publish import (
    PropertyRefused,
    UnknownModule,
    UnknownProperty,
    approve_module,
    build,
    container_of,
    custom_scripts,
    import_property,
    load_fragments,
    mapped_script,
    packed_bytes,
    release_property,
    rule_sizes,
)
from server.settings import Settings
from server.store import settings as facts
from server.store.properties import (
    StoredBuild,
    StoredProperty,
    find_build,
    find_property,
    list_builds,
    list_environments,
    point_environment,
)


def properties(settings: Settings) -> list[JsonObject]:
    database = open_database(settings)
    try:
        return database.read_sync(property_overview)
    finally:
        database.close()


def property_document(settings: Settings, property_id: str) -> JsonObject:
    """Raises NotFound."""
    database = open_database(settings)
    try:
        return _found(database.read_sync(partial(find_property, property_id=property_id)), property_id).document
    finally:
        database.close()


def property_import(settings: Settings, document: Json, *, by: str) -> tuple[StoredProperty, list[str]]:
    """What is stored now, and what changed, in sentences. Raises PropertyRefused."""
    modules = load_fragments(assets().static).modules

    def work(connection: Connection) -> tuple[StoredProperty, list[str]]:
        before = None
        if isinstance(document, dict) and isinstance(document.get("property"), dict):
            before = find_property(connection, str(document["property"].get("id", "")))
        stored = import_property(connection, document, modules, now_ms=world.clock_ms(), by=by)
        return stored, list(diff_properties(before.document, stored.document)) if before else []

    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()


def property_publish(
    settings: Settings,
    property_id: str,
    *,
    environment: str,
    by: str,
    reason: str = "",
    percent: int = EVERYONE,
    at_ms: int | None = None,
) -> StoredBuild:
    """``percent``: of the visitors. ``at_ms``: None for now. Raises NotFound, PropertyRefused, RolloutRefused."""
    fragments = load_fragments(assets().static)

    def work(connection: Connection) -> StoredBuild:
        return release_property(
            connection,
            property_id,
            environment=environment,
            fragments=fragments,
            org_id=_org_id(connection),
            now_ms=world.clock_ms(),
            by=by,
            reason=reason,
            percent=percent,
            at_ms=at_ms,
        )

    database = open_database(settings)
    try:
        return database.write_sync(work)
    except UnknownProperty:
        raise NotFound(f"there is no property {property_id!r}") from None
    finally:
        database.close()


def property_rollback(
    settings: Settings, property_id: str, *, environment: str, to: str | None, by: str, reason: str = ""
) -> StoredBuild:
    """Point the environment to an earlier build of its own: ``to``, or the one before the present. Raises NotFound."""

    def work(connection: Connection) -> StoredBuild:
        _found(find_property(connection, property_id), property_id)
        pointers = {pointer.name: pointer.build_hash for pointer in list_environments(connection, property_id)}
        builds = [item for item in list_builds(connection, property_id, limit=1_000) if item.environment == environment]
        earlier = [item for item in builds if item.hash != pointers.get(environment)]
        present = find_build(connection, pointers.get(environment, ""))
        if to is None:
            earlier = [item for item in earlier if present is None or item.created_ms <= present.created_ms]
        target = next((item for item in earlier if to is None or item.hash.startswith(to)), None)
        if target is None:
            raise NotFound(
                f"{property_id} has no earlier build for {environment}"
                + (f" whose hash begins with {to}" if to else "")
            )
        point_environment(
            connection,
            property_id=property_id,
            name=environment,
            build_hash=target.hash,
            published_ms=world.clock_ms(),
            published_by=by,
            reason=reason or f"Went back to build {target.hash[:8]}",
        )
        return target

    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()


def files_of(settings: Settings, made: StoredBuild, *, prefix: str) -> tuple[Container, PublishedFiles]:
    """What another web server needs to deliver the build. ``prefix``: folder there, such as `/assets`, or nothing."""
    fragments = load_fragments(assets().static)
    database = open_database(settings)
    try:
        org_id = database.read_sync(_org_id)
    finally:
        database.close()
    container = container_of(made.document, environment=made.environment, fragments=fragments, org_id=org_id)
    return container, published_files(
        container,
        made.script,
        pointer=fragments.pointer,
        custom=custom_scripts(made.document),
        mapped=mapped_script(container, made.script, fragments, static=assets().static),
        prefix=prefix,
    )


def sizes_of(settings: Settings, property_id: str) -> tuple[int, Mapping[str, int]]:
    """Packed bytes of the build as it would be published now, and each rule's own share. Raises NotFound."""
    fragments = load_fragments(assets().static)
    database = open_database(settings)
    try:
        stored = database.read_sync(partial(find_property, property_id=property_id))
        org_id = database.read_sync(_org_id)
    finally:
        database.close()
    if stored is None:
        raise NotFound(f"there is no property {property_id!r}")
    environment = ENVIRONMENTS[-1]
    script, _ = build(stored.document, environment=environment, fragments=fragments, org_id=org_id)
    return packed_bytes(script), rule_sizes(stored.document, environment=environment, fragments=fragments)


def document_to_test(settings: Settings, property_id: str, document: Json | None) -> JsonObject:
    """The property's present state, or ``document`` if it can be published. Raises NotFound, PropertyRefused."""
    if document is not None:
        faults = check_property(document, load_fragments(assets().static).modules)
        if faults:
            raise PropertyRefused(faults)
        given: JsonObject = document
        return given
    database = open_database(settings)
    try:
        stored = database.read_sync(partial(find_property, property_id=property_id))
    finally:
        database.close()
    return _found(stored, property_id).document


def unpublished_changes(settings: Settings, property_id: str, *, environment: str) -> Sequence[str]:
    """What publishing the present state there would change, in sentences. Raises NotFound."""

    def read(connection: Connection) -> tuple[JsonObject, JsonObject]:
        stored = find_property(connection, property_id)
        pointers = {each.name: each.build_hash for each in list_environments(connection, property_id)}
        published = find_build(connection, pointers.get(environment, ""))
        if stored is None:
            raise NotFound(f"there is no property {property_id!r}")
        if published is None:
            raise NotFound(f"nothing is published to {environment} of {property_id!r}")
        return published.document, stored.document

    database = open_database(settings)
    try:
        before, after = database.read_sync(read)
    finally:
        database.close()
    return diff_properties(before, after)


def changes_of(settings: Settings, property_id: str, document: Json) -> Sequence[str]:
    """What importing the document would change, in sentences. Raises NotFound, PropertyRefused."""
    faults = check_property(document, load_fragments(assets().static).modules)
    if faults:
        raise PropertyRefused(faults)
    database = open_database(settings)
    try:
        stored = database.read_sync(partial(find_property, property_id=property_id))
    finally:
        database.close()
    if stored is None:
        raise NotFound(f"there is no property {property_id!r}")
    return diff_properties(stored.document, document)


def property_approve(settings: Settings, property_id: str, name: str, *, by: str) -> None:
    """Approve a module of custom code as it is now. Raises NotFound, PropertyRefused."""
    modules = load_fragments(assets().static).modules
    work = partial(
        approve_module, property_id=property_id, name=name, approved="", modules=modules, now_ms=world.clock_ms(), by=by
    )
    database = open_database(settings)
    try:
        database.write_sync(work)
    except (UnknownProperty, UnknownModule):
        raise NotFound(f"there is no module {name!r} in a property {property_id!r}") from None
    finally:
        database.close()


def _org_id(connection: Connection) -> str:
    return facts.get_setting(connection, facts.ORG_ID) or ""


def _found(stored: StoredProperty | None, property_id: str) -> StoredProperty:
    if stored is None:
        raise NotFound(f"there is no property {property_id!r}")
    return stored
