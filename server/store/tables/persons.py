"""Persons who are to be forgotten, or were."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from server.store.tables.metadata import metadata

# What was asked for. Once it is done, namespace, identity and person are empty: nothing says any more who it was.
erasures = Table(
    "erasures",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("namespace", String(64), nullable=False),
    Column("identity", Text, nullable=False),
    Column("requested_ms", BigInteger, nullable=False),
    Column("requested_by", String(100), nullable=False),
    Column("done_ms", BigInteger, nullable=True),
    # Whom it meets, and what was done: JSON, empty as long as there is none.
    Column("person", Text, nullable=False, server_default=""),
    Column("report", Text, nullable=False, server_default=""),
    Index("erasures_by_done", "done_ms"),
)

# SHA-256 of namespace and id, and when it was asked to be forgotten: what the event log still holds is left out by it.
tombstones = Table(
    "tombstones",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("forgotten_ms", BigInteger, nullable=False),
)
