"""Answers that are given again to whoever asks the same again."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from server.store.tables.metadata import metadata

# ``request_hash``: of method, address and body. ``headers``: JSON object. ``status``: 0 while the first request is
# being answered.
idempotent_answers = Table(
    "idempotent_answers",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

Index("idempotent_answers_by_time", idempotent_answers.c.created_ms)
