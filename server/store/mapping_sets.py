"""Mapping sets: how the raw data of a dataflow becomes XDM."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, insert, select, update

from server.model.mapping import MappingLine, MappingSet
from server.store import settings
from server.store.history import History, history_of, now_by
from server.store.mapping_versions import keep_version
from server.store.tables import mapping_sets


class StoredMappingSet(msgspec.Struct, frozen=True, kw_only=True):
    """``sample``: an example of the raw data, as JSON; empty for none."""

    mapping_set: MappingSet
    sample: str
    history: History


def list_mapping_sets(connection: Connection) -> Sequence[MappingSet]:
    """All of them, by id."""
    return [stored.mapping_set for stored in list_stored_mapping_sets(connection)]


def list_stored_mapping_sets(connection: Connection) -> Sequence[StoredMappingSet]:
    """All of them, by id."""
    return [
        StoredMappingSet(
            mapping_set=MappingSet(
                id=row.id,
                name=row.name,
                schema_id=row.schema_id,
                version=row.version,
                lines=msgspec.json.decode(row.lines, type=tuple[MappingLine, ...]),
            ),
            sample=row.sample,
            history=history_of(row),
        )
        for row in connection.execute(select(mapping_sets).order_by(mapping_sets.c.id))
    ]


def save_sample(connection: Connection, mapping_set_id: str, sample: str) -> None:
    """For its editor alone: it is no new version."""
    connection.execute(update(mapping_sets).where(mapping_sets.c.id == mapping_set_id).values(sample=sample))


def save_mapping_set(connection: Connection, mapping_set: MappingSet, *, now_ms: int, by: str) -> None:
    """Its name and lines, as a new version: flows that use it use the new lines."""
    connection.execute(
        update(mapping_sets)
        .where(mapping_sets.c.id == mapping_set.id)
        .values(
            name=mapping_set.name,
            version=mapping_set.version,
            lines=msgspec.json.encode(mapping_set.lines).decode(),
            updated_ms=now_ms,
            updated_by=by,
        )
    )
    keep_version(connection, mapping_set, now_ms=now_ms, by=by)
    settings.bump_revision(connection)


def add_mapping_set(connection: Connection, mapping_set: MappingSet, *, now_ms: int, by: str = "") -> None:
    """Keep it. That its lines can be compiled is for the caller to know."""
    connection.execute(
        insert(mapping_sets).values(
            id=mapping_set.id,
            name=mapping_set.name,
            schema_id=mapping_set.schema_id,
            version=mapping_set.version,
            lines=msgspec.json.encode(mapping_set.lines).decode(),
            **now_by(now_ms, by),
        )
    )
    keep_version(connection, mapping_set, now_ms=now_ms, by=by)
    settings.bump_revision(connection)
