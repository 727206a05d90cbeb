"""Requests that were sent with a key of their sender's, and what they were answered (idempotency keys)."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from server.store.tables import idempotent_answers

KEPT_MS = 86_400_000
"""A day: whoever tries again later than that looks first."""

# Of a few hundred bytes each. The oldest go when there are more.
_MAX_KEPT = 20_000

# A request that takes longer was cut off by a crash: nobody answers it any more.
_ABANDONED_MS = 60_000


class KnownAnswer(msgspec.Struct, frozen=True):
    """``status``: 0 while the first request with the key is being answered."""

    request_hash: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def claim(connection: Connection, key_hash: str, *, request_hash: str, now_ms: int) -> KnownAnswer | None:
    """None for whoever is the first with the key, which is theirs then; otherwise what is known of it."""
    table = idempotent_answers.c
    newest = select(table.created_ms).order_by(table.created_ms.desc()).offset(_MAX_KEPT).limit(1).scalar_subquery()
    _forget(connection, (table.created_ms < now_ms - KEPT_MS) | (table.created_ms <= newest))
    _forget(connection, (table.status == 0) & (table.created_ms < now_ms - _ABANDONED_MS))
    row = connection.execute(select(idempotent_answers).where(table.key_hash == key_hash)).one_or_none()
    if row is not None:
        return KnownAnswer(row.request_hash, row.status, msgspec.json.decode(row.headers), row.body)
    values = {"key_hash": key_hash, "request_hash": request_hash, "status": 0, "headers": "{}", "body": b""}
    connection.execute(insert(idempotent_answers).values(**values, created_ms=now_ms))
    return None


def keep_answer(connection: Connection, key_hash: str, *, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """From now on it is given to everybody who has the key and asks the same."""
    connection.execute(
        update(idempotent_answers)
        .where(idempotent_answers.c.key_hash == key_hash)
        .values(status=status, headers=msgspec.json.encode(headers).decode(), body=body)
    )


def release(connection: Connection, key_hash: str) -> None:
    """Nothing was done: the key is as good as new."""
    _forget(connection, idempotent_answers.c.key_hash == key_hash)


def _forget(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(delete(idempotent_answers).where(which))
