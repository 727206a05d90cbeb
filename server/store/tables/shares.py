"""Events that somebody who has no account may look at, for a while."""

from sqlalchemy import BigInteger, Column, Index, String, Table

from server.store.tables.metadata import metadata

shared_events = Table(
    "shared_events",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("topic", String(16), nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("shared_by", String(100), nullable=False),
)

Index("shared_events_by_event", shared_events.c.topic, shared_events.c.offset)
