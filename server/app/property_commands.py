"""What the commands do with a property's builds beyond publishing them."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection

from server.app import world
from server.app.commands import NotFound
from server.app.readers import open_database
from server.container.files import PublishedFiles, published_files
from server.model.container import Container
from server.model.json import Json, JsonObject
from server.model.property import ENVIRONMENTS, Fault
from server.paths import assets
from server.property.check import check_property
from server.property.custom_code import approval_hash
from server.property.diff import diff_properties
from server.publish import (
    PropertyRefused,
    build,
    container_of,
    custom_scripts,
    import_property,
    load_fragments,
    mapped_script,
    packed_bytes,
    rule_sizes,
)
from server.settings import Settings
from server.store import settings as facts
from server.store.properties import StoredBuild, find_build, find_property, list_environments


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
    if stored is None:
        raise NotFound(f"there is no property {property_id!r}")
    return stored.document


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


def approve_module(settings: Settings, property_id: str, name: str, *, by: str) -> None:
    """Approve a module of custom code as it is now. Raises NotFound, PropertyRefused."""
    modules = load_fragments(assets().static).modules

    def work(connection: Connection) -> None:
        stored = find_property(connection, property_id)
        module = stored.document.get("modules", {}).get(name) if stored else None
        if stored is None or module is None:
            raise NotFound(f"there is no module {name!r} in a property {property_id!r}")
        if module["author"] == by:
            raise PropertyRefused(
                [Fault(f"/modules/{name}/approval", "You wrote it.", "Have another person approve it.")]
            )
        approved = {**module, "approval": {"by": by, "hash": approval_hash(module)}}
        document = {**stored.document, "modules": {**stored.document["modules"], name: approved}}
        import_property(
            connection, document, modules, now_ms=world.clock_ms(), by=by, summary=f"Module {name} approved"
        )

    database = open_database(settings)
    try:
        database.write_sync(work)
    finally:
        database.close()


def _org_id(connection: Connection) -> str:
    return facts.get_setting(connection, facts.ORG_ID) or ""
