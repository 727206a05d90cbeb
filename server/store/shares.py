"""Links to one event for somebody without an account: good for a while, and until they are ended."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from server.store.audit import AuditAction, note
from server.store.secret_hash import secret_hash
from server.store.tables import shared_events

MAX_SHARES = 1_000
"""Links that are good at a time: more were made by a program, or forgotten."""


class SharesRefused(Exception):
    """There are as many links as there may be. ``args``: a sentence with the cure."""


class Share(NamedTuple):
    """Which event a link shows, and until when."""

    topic: str
    offset: int
    expires_ms: int


def share_event(connection: Connection, share: Share, *, token: str, by: str, now_ms: int) -> None:
    """Let ``token`` (256 random bits) show the event. Raises SharesRefused."""
    connection.execute(delete(shared_events).where(shared_events.c.expires_ms <= now_ms))
    there = connection.execute(select(func.count()).select_from(shared_events)).scalar_one()
    if there >= MAX_SHARES:
        raise SharesRefused(f"There are {MAX_SHARES} links to events already: end some, or wait until some expire.")
    values = {"token_hash": secret_hash(token), "shared_by": by}
    connection.execute(insert(shared_events).values(**share._asdict(), **values))
    hours = (share.expires_ms - now_ms) // 3_600_000
    note(connection, AuditAction.EXPORTED, f"event {share.topic}/{share.offset}", detail=f"a link for {hours} hours")


def find_share(connection: Connection, token: str, *, now_ms: int) -> Share | None:
    """What this link shows; None for ended, expired and unknown ones alike."""
    table = shared_events.c
    row = connection.execute(
        select(table.topic, table.offset, table.expires_ms).where(
            table.token_hash == secret_hash(token), table.expires_ms > now_ms
        )
    ).one_or_none()
    return None if row is None else Share(row.topic, row.offset, row.expires_ms)


def count_shares(connection: Connection, topic: str, offset: int, *, now_ms: int) -> int:
    """How many links to an event are good."""
    good = _of(topic, offset) & (shared_events.c.expires_ms > now_ms)
    return connection.execute(select(func.count()).select_from(shared_events).where(good)).scalar_one()


def end_shares(connection: Connection, topic: str, offset: int) -> None:
    """No link shows this event any more."""
    if connection.execute(delete(shared_events).where(_of(topic, offset))).rowcount:
        note(connection, AuditAction.EXPORTED, f"event {topic}/{offset}", detail="all links ended")


def _of(topic: str, offset: int) -> ColumnElement[bool]:
    return (shared_events.c.topic == topic) & (shared_events.c.offset == offset)
