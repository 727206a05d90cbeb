"""What was done, by whom and from where. Triggers refuse changing and deleting (migration 0013)."""

from sqlalchemy import BigInteger, Column, Index, String, Table

from server.store.tables.metadata import metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    # 1, 2, 3, … without a gap: one that is missing is noticed.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("action", String(32), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("address", String(64), nullable=False),
    Column("request", String(100), nullable=False),
    Column("target", String(200), nullable=False),
    Column("detail", String(500), nullable=False),
    Column("before_hash", String(64), nullable=False),
    Column("after_hash", String(64), nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("entry_hash", String(64), nullable=False),
)

Index("audit_entries_by_actor", audit_entries.c.actor, audit_entries.c.number)
Index("audit_entries_by_action", audit_entries.c.action, audit_entries.c.number)
