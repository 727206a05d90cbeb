"""Mapping sets: how the raw data of a dataflow becomes XDM."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, insert, select

from server.model.mapping import MappingLine, MappingSet
from server.store import settings
from server.store.tables import mapping_sets


def list_mapping_sets(connection: Connection) -> Sequence[MappingSet]:
    """All of them, by id."""
    return [
        MappingSet(
            id=row.id,
            name=row.name,
            schema_id=row.schema_id,
            version=row.version,
            lines=msgspec.json.decode(row.lines, type=tuple[MappingLine, ...]),
        )
        for row in connection.execute(select(mapping_sets).order_by(mapping_sets.c.id))
    ]


def add_mapping_set(connection: Connection, mapping_set: MappingSet, *, now_ms: int) -> None:
    """Keep it. That its lines can be compiled is for the caller to know."""
    connection.execute(
        insert(mapping_sets).values(
            id=mapping_set.id,
            name=mapping_set.name,
            schema_id=mapping_set.schema_id,
            version=mapping_set.version,
            lines=msgspec.json.encode(mapping_set.lines).decode(),
            created_ms=now_ms,
        )
    )
    settings.bump_revision(connection)
