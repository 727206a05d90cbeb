"""Deleting datastreams, and bringing them back while that is possible. Kept and read: configuration.py."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, delete, select, update

from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS
from server.store import settings
from server.store.properties import list_properties
from server.store.tables import builds, datasets, datastreams, environments, properties, rollouts


class DatastreamInUse(ValueError):
    """The datastream cannot be deleted, or brought back; the message says why and what to do."""


class DeletedDatastream(msgspec.Struct, frozen=True, kw_only=True):
    """``deleted_ms``: milliseconds since the epoch."""

    id: str
    name: str
    deleted_ms: int


def list_deleted(connection: Connection) -> Sequence[DeletedDatastream]:
    """Those that can still be brought back, by id."""
    rows = connection.execute(
        select(datastreams.c.id, datastreams.c.name, datastreams.c.deleted_ms)
        .where(datastreams.c.deleted_ms.is_not(None))
        .order_by(datastreams.c.id)
    )
    return [DeletedDatastream(id=row.id, name=row.name, deleted_ms=row.deleted_ms) for row in rows]


def uses_of(connection: Connection, datastream_id: str) -> Sequence[str]:
    """What sends to it: properties as they are edited and as they are published, in words; empty for nothing."""
    found: dict[tuple[str, str], str] = {}
    for stored in list_properties(connection):
        for environment in _sending(stored.document, stored.id, datastream_id):
            found[stored.id, environment] = f"the property {stored.name!r} in {environment}"
    published = (
        select(pointers.c.property_id, environment, properties.c.name, builds.c.document)
        .join(builds, builds.c.hash == pointers.c.build_hash)
        .join(properties, properties.c.id == pointers.c.property_id)
        for pointers, environment in (
            (environments, environments.c.name.label("environment")),
            (rollouts, rollouts.c.environment.label("environment")),
        )
    )
    for statement in published:
        for row in connection.execute(statement):
            document = msgspec.json.decode(row.document)
            if row.environment in _sending(document, row.property_id, datastream_id):
                words = f"what is published of the property {row.name!r} in {row.environment}"
                found.setdefault((row.property_id, row.environment), words)
    return list(found.values())


def delete_datastream(connection: Connection, datastream_id: str, *, now_ms: int) -> None:
    """Collectors refuse what is sent to it, within a second; it can be brought back. Harmless twice.

    Raises DatastreamInUse while anything of ours sends to it.
    """
    uses = uses_of(connection, datastream_id)
    if uses:
        more = f", and {len(uses) - 1} more" if len(uses) > 1 else ""
        raise DatastreamInUse(f"{uses[0]} sends to it{more}: let it send to another, and publish that, first")
    changed = connection.execute(
        update(datastreams)
        .where(datastreams.c.id == datastream_id, datastreams.c.deleted_ms.is_(None))
        .values(deleted_ms=now_ms)
    )
    if changed.rowcount:
        settings.bump_revision(connection)


def restore_datastream(connection: Connection, datastream_id: str) -> None:
    """There again as it was. Harmless twice. Raises DatastreamInUse while its dataset is deleted."""
    gone = connection.execute(
        select(datasets.c.name)
        .join(datastreams, datastreams.c.dataset_id == datasets.c.id)
        .where(datastreams.c.id == datastream_id, datasets.c.deleted_ms.is_not(None))
    ).scalar_one_or_none()
    if gone is not None:
        raise DatastreamInUse(f"its dataset {gone!r} is deleted: bring that back first")
    changed = connection.execute(
        update(datastreams)
        .where(datastreams.c.id == datastream_id, datastreams.c.deleted_ms.is_not(None))
        .values(deleted_ms=None)
    )
    if changed.rowcount:
        settings.bump_revision(connection)


def forget_deleted(connection: Connection, *, deleted_before_ms: int) -> None:
    """Those whose time of grace is over: their ids are free again."""
    connection.execute(delete(datastreams).where(datastreams.c.deleted_ms < deleted_before_ms))


def _sending(document: JsonObject, property_id: str, datastream_id: str) -> Iterator[str]:
    """The environments that send to it: those that name it; those that name none send to the property's own id."""
    targets = document.get("environments", {})
    for name in ENVIRONMENTS:
        if targets.get(name, {}).get("datastream", property_id) == datastream_id:
            yield name
