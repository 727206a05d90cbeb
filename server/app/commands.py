"""What the commands do, apart from reading their arguments and printing: each a function that returns what to print."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection

from server.app import world
from server.app.address import running_address
from server.app.installation import ADMIN_NAME
from server.app.readers import open_database, open_logs, read_configuration
from server.model.datastream import Dataset
from server.model.identity import Identity, Namespace
from server.model.inlet import Inlet
from server.model.json import Json, JsonObject
from server.model.profile import ProfileView
from server.observe.status import PipelineStatus
from server.paths import assets
from server.profile.errors import ProfileStoreMissing
from server.profile.reader import open_reader
from server.property.diff import diff_properties
from server.publish import UnknownProperty, import_property, load_fragments, publish_property
from server.settings import Settings
from server.store import settings as facts
from server.store.login_links import issue_login_link
from server.store.properties import (
    StoredBuild,
    StoredProperty,
    find_build,
    find_property,
    list_builds,
    list_environments,
    list_properties,
    point_environment,
)
from server.store.users import find_user_by_name

# How often `wait` looks: a sink that has caught up is seen at once, by a person's measure.
_LOOK_SECONDS = 0.05

_LOGIN_LINK_MS = 3600 * 1000

# A profile of a heavy user has thousands of events; a terminal shows the newest.
_PROFILE_EVENTS = 100


class NotFound(Exception):
    """What the command names does not exist. ``args``: a sentence that says what does."""


def info(settings: Settings) -> JsonObject:
    """Everything that scripts need to know of an installation."""
    database = open_database(settings)
    try:
        properties = database.read_sync(_properties)
    finally:
        database.close()
    configuration = read_configuration(settings)
    status = asyncio.run(_status(settings))
    return {
        "baseUrl": _address(settings),
        "isRunning": running_address(settings.data_dir) is not None,
        "orgId": configuration.org_id,
        "sandbox": configuration.sandbox,
        "properties": properties,
        "datastreams": [
            {"id": item.id, "name": item.name, "datasetId": item.dataset_id}
            for item in configuration.datastreams.values()
        ],
        "inlets": [_inlet(item, _address(settings)) for item in configuration.inlets.values()],
        "datasets": [
            {"id": item.id, "name": item.name, "schemaId": item.schema_id} for item in configuration.datasets.values()
        ],
        "schemas": [{"id": id_, "title": document["title"]} for id_, document in configuration.schemas.items()],
        "sinks": [msgspec.to_builtins(sink) for sink in status.sinks],
        "events": {
            "received": status.received,
            "processed": status.processed,
            "failed": status.failed,
            "waiting": status.waiting,
        },
    }


def _inlet(inlet: Inlet, base_url: str) -> JsonObject:
    return {
        "id": inlet.id,
        "name": inlet.name,
        "url": f"{base_url}/collection/{inlet.id}",
        "dataType": inlet.data_type,
        "authenticationRequired": inlet.requires_token,
        "enabled": inlet.enabled,
        "flows": [{"id": flow.id, "name": flow.name, "datasetId": flow.dataset_id} for flow in inlet.flows],
    }


def _properties(connection: Connection) -> list[JsonObject]:
    return [
        {
            "id": item.id,
            "name": item.name,
            "environments": {pointer.name: pointer.build_hash for pointer in list_environments(connection, item.id)},
        }
        for item in list_properties(connection)
    ]


async def _status(settings: Settings) -> PipelineStatus:
    async with open_logs(settings) as logs:
        return await logs.status()


def wait_until_settled(settings: Settings, *, timeout_seconds: float) -> PipelineStatus:
    """The status when everything has its outcome and every sink has caught up, or the one after the timeout.

    Raises NoInstallation: of nothing, everything would be settled.
    """
    open_database(settings).close()
    return asyncio.run(_wait(settings, timeout_seconds))


async def _wait(settings: Settings, timeout_seconds: float) -> PipelineStatus:
    give_up = time.monotonic() + timeout_seconds
    async with open_logs(settings) as logs:
        while True:
            status = await logs.status()
            if status.is_settled or time.monotonic() >= give_up:
                return status
            await asyncio.sleep(_LOOK_SECONDS)


def export(
    settings: Settings,
    name: str,
    *,
    form: str,
    since_ms: int | None,
    until_ms: int | None,
    write: Callable[[bytes], Any],
) -> None:
    """A dataset's events, in pieces, to ``write``. ``name``: of the dataset, or its id. Raises NotFound."""
    configuration = read_configuration(settings)
    dataset = next((item for item in configuration.datasets.values() if name in (item.name, item.id)), None)
    if dataset is None:
        known = ", ".join(sorted(item.name for item in configuration.datasets.values()))
        raise NotFound(f"there is no dataset {name!r}; there is {known}")
    asyncio.run(_export(settings, dataset, form=form, since_ms=since_ms, until_ms=until_ms, write=write))


async def _export(
    settings: Settings,
    dataset: Dataset,
    *,
    form: str,
    since_ms: int | None,
    until_ms: int | None,
    write: Callable[[bytes], Any],
) -> None:
    # Here alone: Arrow and DuckDB are most of the time that other commands, and the server, take to start.
    from server.lake.formats import encode_pages
    from server.lake.lake import DeltaLake

    lake = DeltaLake(settings.lake_location)
    try:
        pages: AsyncIterator[Any] = lake.export(dataset, since_ms=since_ms, until_ms=until_ms)
        async for piece in encode_pages(pages, form, columns=await lake.columns(dataset)):
            write(piece)
    finally:
        await lake.close()


def find_profile(settings: Settings, *, namespace: str, identity: str) -> ProfileView:
    """Raises NotFound, NoInstallation."""
    open_database(settings).close()
    try:
        with open_reader(settings.data_dir / "profiles.db") as reader:
            view = reader.find(Identity(namespace=Namespace(namespace), id=identity), limit_events=_PROFILE_EVENTS)
    except ProfileStoreMissing:
        view = None
    if view is None:
        raise NotFound(f"no profile has the identity {namespace}:{identity}")
    return view


def dataset_names(settings: Settings) -> Mapping[str, str]:
    """By id. Raises NoInstallation."""
    return {item.id: item.name for item in read_configuration(settings).datasets.values()}


def properties(settings: Settings) -> list[JsonObject]:
    database = open_database(settings)
    try:
        return database.read_sync(_properties)
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


def property_publish(settings: Settings, property_id: str, *, environment: str, by: str) -> StoredBuild:
    """Raises NotFound, PropertyRefused."""
    fragments = load_fragments(assets().static)

    def work(connection: Connection) -> StoredBuild:
        return publish_property(
            connection,
            property_id,
            environment=environment,
            fragments=fragments,
            org_id=facts.get_setting(connection, facts.ORG_ID) or "",
            now_ms=world.clock_ms(),
            by=by,
        )

    database = open_database(settings)
    try:
        return database.write_sync(work)
    except UnknownProperty:
        raise NotFound(f"there is no property {property_id!r}") from None
    finally:
        database.close()


def property_rollback(
    settings: Settings, property_id: str, *, environment: str, to: str | None, by: str
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
        )
        return target

    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()


def login_link(settings: Settings, *, name: str) -> str:
    """The address of a fresh one-time login. Raises NotFound."""
    token = world.new_token()

    def work(connection: Connection) -> None:
        user = find_user_by_name(connection, name)
        if user is None or not user.enabled:
            raise NotFound(f"there is no account {name!r} that can sign in; the first one is {ADMIN_NAME!r}")
        issue_login_link(connection, user.id, now_ms=world.clock_ms(), token=token, ttl_ms=_LOGIN_LINK_MS)

    database = open_database(settings)
    try:
        database.write_sync(work)
    finally:
        database.close()
    return f"{_address(settings)}/login?token={token}"


def _address(settings: Settings) -> str:
    """Where the console is, or would be."""
    running = running_address(settings.data_dir)
    return running or settings.base_url or f"http://{settings.host}:{settings.port}"


def _found(stored: StoredProperty | None, property_id: str) -> StoredProperty:
    if stored is None:
        raise NotFound(f"there is no property {property_id!r}")
    return stored
