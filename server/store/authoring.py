"""Schemas and what they are made of, written by people and programs: checked, then kept. For API, console, commands."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.model.json import Json, JsonObject
from server.schema.authoring import author
from server.schema.compose import resolve_schema
from server.schema.descriptors import check_descriptor
from server.schema.diff import field_changes
from server.schema.errors import SchemaError
from server.schema.importing import read_components
from server.schema.kinds import Kind
from server.schema.registry import Registry
from server.store.components import StoredComponent, StoredVersion, list_components, list_versions
from server.store.registry import load_registry, put_components, put_descriptor


def author_component(
    connection: Connection,
    body: Mapping[str, Json],
    *,
    kind: Kind,
    identifier: str,
    tenant: str,
    builtins: Mapping[str, JsonObject],
    now_ms: int,
    by: str,
) -> StoredComponent:
    """Keep what was sent under that id. Raises ImportRefused and ChangeRefused; then nothing is kept."""
    registry = load_registry(connection, builtins)
    component = author(registry, body, kind=kind, identifier=identifier, tenant=tenant)
    [stored] = put_components(connection, [component], builtins=builtins, now_ms=now_ms, by=by)
    return stored


def import_files(
    connection: Connection, files: Mapping[str, bytes], *, builtins: Mapping[str, JsonObject], now_ms: int, by: str
) -> Sequence[tuple[StoredComponent, bool]]:
    """Keep the components that files hold, by name; each with whether that changed anything.

    Raises ImportRefused and ChangeRefused; then nothing is kept.
    """
    registry = load_registry(connection, builtins)
    before = {item.id: item.version for item in list_components(connection)}
    read = read_components(files, registry.find)
    stored = put_components(connection, read, builtins=builtins, now_ms=now_ms, by=by)
    return [(item, before.get(item.id) != item.version) for item in stored]


def describe_field(
    connection: Connection, descriptor: JsonObject, *, builtins: Mapping[str, JsonObject], now_ms: int, by: str
) -> None:
    """Keep a descriptor under its ``@id``. Raises SchemaError for what is none of a field, and ChangeRefused."""
    registry = load_registry(connection, builtins)

    def find(name: str) -> JsonObject | None:
        return registry.resolved(name) if name in registry.components else None

    check_descriptor(descriptor, find)
    put_descriptor(connection, descriptor, builtins=builtins, now_ms=now_ms, by=by)


def component_history(
    connection: Connection, component_id: str, registry: Registry
) -> Sequence[tuple[StoredVersion, Sequence[str]]]:
    """Every state that a component had, oldest first, each with the fields that it changed; none for a built-in one.

    What a state refers to is taken as it is now; where that is gone, nothing is said of fields.
    """
    versions = list_versions(connection, component_id)
    states = [_resolved(version.document, registry) for version in versions]
    return [
        (version, list(field_changes(before, after)) if before and after else ())
        for version, before, after in zip(versions, [None, *states][:-1], states, strict=True)
    ]


def _resolved(document: JsonObject, registry: Registry) -> JsonObject | None:
    try:
        return resolve_schema(document, registry.find)
    except SchemaError:
        return None
