"""The tenant's schemas, classes, field groups and data types, each with its versions; and descriptors."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from server.model.json import Json, JsonObject
from server.schema.bundle import bundle
from server.schema.descriptors import with_descriptors
from server.schema.kinds import Kind
from server.store import settings
from server.store.tables import datasets, descriptors, mapping_sets, schema_versions, schemas

FIRST_VERSION = "1.0"


class StoredComponent(msgspec.Struct, frozen=True, kw_only=True):
    """One component as it is now. ``document``: with ``$id``, ``title`` and ``meta:resourceType``."""

    id: str
    kind: Kind
    version: str
    document: JsonObject
    created_ms: int
    updated_ms: int
    updated_by: str


class StoredVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One state that a component had."""

    version: str
    document: JsonObject
    saved_ms: int
    saved_by: str


class StoredDescriptor(msgspec.Struct, frozen=True, kw_only=True):
    """``document``: with ``@id`` and ``@type``."""

    id: str
    schema_id: str
    document: JsonObject
    updated_ms: int
    updated_by: str


def list_components(connection: Connection) -> Sequence[StoredComponent]:
    """All of them, oldest first."""
    rows = connection.execute(select(schemas).order_by(schemas.c.created_ms, schemas.c.id))
    return [_component(row) for row in rows]


def find_component(connection: Connection, component_id: str) -> StoredComponent | None:
    row = connection.execute(select(schemas).where(schemas.c.id == component_id)).one_or_none()
    return None if row is None else _component(row)


def usable_schemas(connection: Connection) -> Mapping[str, JsonObject]:
    """Every schema by id, with its descriptors and with whatever it is made of that is not built in."""
    components = {item.id: item for item in list_components(connection)}
    described = descriptors_by_schema(connection)

    def find(name: str) -> JsonObject | None:
        return components[name].document if name in components else None

    return {
        item.id: bundle(with_descriptors(item.document, described.get(item.id, ())), find)
        for item in components.values()
        if item.kind is Kind.SCHEMAS
    }


def save_component(
    connection: Connection, document: Mapping[str, Json], *, kind: Kind, now_ms: int, by: str
) -> StoredComponent:
    """Keep it under its ``$id``, as a new version when it is not as it was."""
    before = find_component(connection, document["$id"])
    complete = {**document, "meta:resourceType": kind.value}
    if before is not None and _same(before.document, complete):
        return before
    version = FIRST_VERSION if before is None else _next(before.version)
    complete["version"] = version
    text = msgspec.json.encode(complete).decode()
    values = {
        "title": complete["title"],
        "document": text,
        "kind": kind.value,
        "version": version,
        "updated_ms": now_ms,
        "updated_by": by,
    }
    if before is None:
        connection.execute(insert(schemas).values(id=complete["$id"], created_ms=now_ms, **values))
    else:
        connection.execute(update(schemas).where(schemas.c.id == before.id).values(values))
    connection.execute(
        insert(schema_versions).values(
            schema_id=complete["$id"], version=version, document=text, saved_ms=now_ms, saved_by=by
        )
    )
    settings.bump_revision(connection)
    return StoredComponent(
        id=complete["$id"],
        kind=kind,
        version=version,
        document=complete,
        created_ms=now_ms if before is None else before.created_ms,
        updated_ms=now_ms,
        updated_by=by,
    )


def delete_component(connection: Connection, component_id: str) -> None:
    """With its versions and descriptors. Harmless when it is not there; IntegrityError while anything refers to it."""
    connection.execute(delete(descriptors).where(descriptors.c.schema_id == component_id))
    connection.execute(delete(schema_versions).where(schema_versions.c.schema_id == component_id))
    connection.execute(delete(schemas).where(schemas.c.id == component_id))
    settings.bump_revision(connection)


def list_versions(connection: Connection, component_id: str) -> Sequence[StoredVersion]:
    """Every state of a component, oldest first."""
    rows = connection.execute(select(schema_versions).where(schema_versions.c.schema_id == component_id))
    versions = [
        StoredVersion(
            version=row.version,
            document=msgspec.json.decode(row.document),
            saved_ms=row.saved_ms,
            saved_by=row.saved_by,
        )
        for row in rows
    ]
    return sorted(versions, key=lambda item: _numbers(item.version))


def mapped_schemas(connection: Connection) -> frozenset[str]:
    """The ids of the schemas that a mapping set makes documents of."""
    return frozenset(connection.execute(select(mapping_sets.c.schema_id).distinct()).scalars())


def used_schemas(connection: Connection) -> frozenset[str]:
    """The ids of the schemas that a dataset is of."""
    return frozenset(connection.execute(select(datasets.c.schema_id).distinct()).scalars())


def list_descriptors(connection: Connection) -> Sequence[StoredDescriptor]:
    """All of them, oldest first."""
    rows = connection.execute(select(descriptors).order_by(descriptors.c.created_ms, descriptors.c.id))
    return [
        StoredDescriptor(
            id=row.id,
            schema_id=row.schema_id,
            document=msgspec.json.decode(row.document),
            updated_ms=row.updated_ms,
            updated_by=row.updated_by,
        )
        for row in rows
    ]


def descriptors_by_schema(connection: Connection) -> Mapping[str, Sequence[JsonObject]]:
    """The documents of all descriptors, by the id of their schema, oldest first."""
    found: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for item in list_descriptors(connection):
        found[item.schema_id].append(item.document)
    return found


def save_descriptor(connection: Connection, document: JsonObject, *, schema_id: str, now_ms: int, by: str) -> None:
    """Keep it under its ``@id``, instead of the one that has it."""
    text = msgspec.json.encode(document).decode()
    changed = connection.execute(
        update(descriptors)
        .where(descriptors.c.id == document["@id"])
        .values(schema_id=schema_id, document=text, updated_ms=now_ms, updated_by=by)
    )
    if changed.rowcount == 0:
        connection.execute(
            insert(descriptors).values(
                id=document["@id"],
                schema_id=schema_id,
                document=text,
                created_ms=now_ms,
                updated_ms=now_ms,
                updated_by=by,
            )
        )
    settings.bump_revision(connection)


def delete_descriptor(connection: Connection, descriptor_id: str) -> None:
    """Harmless when it is not there."""
    connection.execute(delete(descriptors).where(descriptors.c.id == descriptor_id))
    settings.bump_revision(connection)


def _component(row: Row[tuple[str, str, str, int, str, str, int, str]]) -> StoredComponent:
    document = msgspec.json.decode(row.document)
    return StoredComponent(
        id=row.id,
        kind=Kind(row.kind),
        version=row.version,
        # A schema of an earlier version of Heliograph does not say what it is.
        document={**document, "meta:resourceType": row.kind},
        created_ms=row.created_ms,
        updated_ms=row.updated_ms,
        updated_by=row.updated_by,
    )


def _same(before: Mapping[str, Json], after: Mapping[str, Json]) -> bool:
    """Whether they are the same but for the version that they say they are."""
    return {**before, "version": None} == {**after, "version": None}


def _next(version: str) -> str:
    major, minor = _numbers(version)
    return f"{major}.{minor + 1}"


def _numbers(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor)
