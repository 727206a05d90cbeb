"""What mapping sets were before: the lines of each version, as they were saved."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, insert, select

from server.model.mapping import MappingLine, MappingSet
from server.store.tables import mapping_versions

MAX_VERSIONS_KEPT = 100
"""Of one mapping set; the oldest go. Whoever needs more keeps them outside: the API gives the lines."""


class MappingVersion(msgspec.Struct, frozen=True, kw_only=True):
    """``saved_ms``: milliseconds since the epoch. ``saved_by``: a name; empty for the installation itself."""

    version: int
    lines: tuple[MappingLine, ...]
    saved_ms: int
    saved_by: str


def keep_version(connection: Connection, mapping_set: MappingSet, *, now_ms: int, by: str) -> None:
    """Remember its lines as those of its version; one without lines is none."""
    if not mapping_set.lines:
        return
    version = mapping_versions.c.version
    # Two who save at once by the API save one version: the last.
    gone = (version == mapping_set.version) | (version <= mapping_set.version - MAX_VERSIONS_KEPT)
    connection.execute(delete(mapping_versions).where(mapping_versions.c.mapping_set_id == mapping_set.id, gone))
    connection.execute(
        insert(mapping_versions).values(
            mapping_set_id=mapping_set.id,
            version=mapping_set.version,
            lines=msgspec.json.encode(mapping_set.lines).decode(),
            saved_ms=now_ms,
            saved_by=by,
        )
    )


def list_versions(connection: Connection, mapping_set_id: str) -> Sequence[MappingVersion]:
    """The newest first."""
    rows = connection.execute(
        select(mapping_versions)
        .where(mapping_versions.c.mapping_set_id == mapping_set_id)
        .order_by(mapping_versions.c.version.desc())
    )
    return [
        MappingVersion(
            version=row.version,
            lines=msgspec.json.decode(row.lines, type=tuple[MappingLine, ...]),
            saved_ms=row.saved_ms,
            saved_by=row.saved_by,
        )
        for row in rows
    ]
