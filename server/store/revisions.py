"""What properties were before, and what was published when: the history that undo and going back are made of."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from server.model.json import JsonObject
from server.store.tables import builds, property_revisions, publications

# Of one property: months of daily work, and at most 300 MB even where each document is as large as one may be.
MAX_REVISIONS = 300

# As the column.
_MAX_SUMMARY_CHARACTERS = 300


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One state of a property's draft. ``summary``: what was done to get there; empty where nobody said."""

    number: int
    saved_ms: int
    saved_by: str
    summary: str


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """One move of an environment's pointer. ``build_bytes``: size of the build's script. ``reason``: may be empty.

    ``percent``: of the visitors got the build from then on; 100 are all of them, 0 ends a roll-out of it.
    """

    id: int
    environment: str
    build_hash: str
    build_bytes: int
    published_ms: int
    published_by: str
    reason: str
    percent: int


def add_revision(
    connection: Connection,
    property_id: str,
    *,
    number: int,
    document: JsonObject,
    saved_ms: int,
    saved_by: str,
    summary: str,
) -> None:
    """Keep it, and forget what is older than MAX_REVISIONS."""
    connection.execute(
        insert(property_revisions).values(
            property_id=property_id,
            number=number,
            document=msgspec.json.encode(document).decode(),
            saved_ms=saved_ms,
            saved_by=saved_by,
            summary=summary[:_MAX_SUMMARY_CHARACTERS],
        )
    )
    table = property_revisions.c
    old = (table.property_id == property_id) & (table.number <= number - MAX_REVISIONS)
    connection.execute(delete(property_revisions).where(old))


def list_revisions(connection: Connection, property_id: str, *, limit: int) -> Sequence[Revision]:
    """The newest first, without their documents."""
    table = property_revisions.c
    rows = connection.execute(
        select(table.number, table.saved_ms, table.saved_by, table.summary)
        .where(table.property_id == property_id)
        .order_by(table.number.desc())
        .limit(limit)
    )
    return [Revision(**row._mapping) for row in rows]


def revision_document(connection: Connection, property_id: str, number: int) -> JsonObject | None:
    """What the property was in that revision; None when it is not kept any more, or never was."""
    table = property_revisions.c
    wanted = (table.property_id == property_id) & (table.number == number)
    text = connection.execute(select(table.document).where(wanted)).scalar_one_or_none()
    if text is None:
        return None
    document: JsonObject = msgspec.json.decode(text)
    return document


def list_publications(connection: Connection, property_id: str, *, limit: int) -> Sequence[Publication]:
    """The newest first."""
    table = publications.c
    rows = connection.execute(
        select(
            table.id,
            table.environment,
            table.build_hash,
            table.published_ms,
            table.published_by,
            table.reason,
            table.percent,
            func.length(builds.c.script).label("build_bytes"),
        )
        .join(builds, builds.c.hash == table.build_hash)
        .where(table.property_id == property_id)
        .order_by(table.id.desc())
        .limit(limit)
    )
    return [Publication(**row._mapping) for row in rows]
