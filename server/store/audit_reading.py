"""Reading the audit log: a page of it, all of it, and whether it is still what was written."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, select

from server.store.audit import NO_HASH, AuditAction, AuditEntry, entry_hash
from server.store.tables import audit_entries

# Entries that are held at a time while all are gone through: half a megabyte.
STEP_ENTRIES = 1_000


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted; what is empty or None narrows nothing. ``target``: any part of it."""

    action: AuditAction | None = None
    actor: str = ""
    target: str = ""
    since_ms: int | None = None
    until_ms: int | None = None


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What going through the chain brought. ``fault``: what is wrong with it, and where; empty when nothing is.

    ``head``: hash of the last good entry. ``known_number``: of the entry whose hash was asked for; 0 for none.
    """

    entries: int
    head: str
    fault: str
    known_number: int


def list_entries(
    connection: Connection, wanted: AuditFilter, *, limit: int, before: int | None = None
) -> Sequence[AuditEntry]:
    """The newest first; ``before``: only those with a lower number."""
    found = select(audit_entries).where(_matches(wanted))
    if before is not None:
        found = found.where(audit_entries.c.number < before)
    return [_entry(row) for row in connection.execute(found.order_by(audit_entries.c.number.desc()).limit(limit))]


def entries_after(connection: Connection, wanted: AuditFilter, *, number: int, limit: int) -> Sequence[AuditEntry]:
    """The oldest first, from behind ``number`` on: a part of all of them."""
    found = select(audit_entries).where(_matches(wanted), audit_entries.c.number > number)
    return [_entry(row) for row in connection.execute(found.order_by(audit_entries.c.number).limit(limit))]


def last_number(connection: Connection) -> int:
    """0 where there is no entry."""
    return connection.execute(select(func.max(audit_entries.c.number))).scalar_one() or 0


def was_noted(connection: Connection, *, action: AuditAction, actor: str, target: str, since_ms: int) -> bool:
    """Whether the same was written down at or after that time."""
    table = audit_entries.c
    same = and_(table.action == action.value, table.actor == actor, table.target == target, table.at_ms >= since_ms)
    return connection.execute(select(table.number).where(same).limit(1)).first() is not None


def count_since(connection: Connection, action: AuditAction, *, since_ms: int) -> int:
    table = audit_entries.c
    wanted = and_(table.action == action.value, table.at_ms >= since_ms)
    return connection.execute(select(func.count()).where(wanted)).scalar_one()


def verify_chain(connection: Connection, *, known_hash: str = "") -> Verified:
    """Go through all entries, up to the first that is not what was written.

    ``known_hash``: of an entry, written down elsewhere; if no entry has it any more, that is a fault too.
    """
    number, head, known_number = 0, NO_HASH, 0
    for entry in _all(connection):
        fault = _fault(entry, number=number + 1, previous=head)
        if fault:
            return Verified(entries=number, head=head, fault=fault, known_number=known_number)
        number, head = entry.number, entry.entry_hash
        if head == known_hash:
            known_number = number
    missing = f"no entry has the hash {known_hash}: the log was cut off or written anew"
    fault = missing if known_hash and not known_number else ""
    return Verified(entries=number, head=head, fault=fault, known_number=known_number)


def _fault(entry: AuditEntry, *, number: int, previous: str) -> str:
    if entry.number != number:
        return f"entry {number} is missing: the next one is {entry.number}"
    if entry.previous_hash != previous:
        return f"entry {number} does not follow the one before it"
    if entry.entry_hash != entry_hash(entry):
        return f"entry {number} was changed: it is not what its hash was made of"
    return ""


def _all(connection: Connection) -> Iterator[AuditEntry]:
    number = 0
    while found := entries_after(connection, AuditFilter(), number=number, limit=STEP_ENTRIES):
        yield from found
        number = found[-1].number


def _matches(wanted: AuditFilter) -> ColumnElement[bool]:
    table = audit_entries.c
    conditions = [table.number > 0]
    if wanted.action is not None:
        conditions.append(table.action == wanted.action.value)
    if wanted.actor:
        conditions.append(table.actor == wanted.actor)
    if wanted.target:
        conditions.append(table.target.contains(wanted.target, autoescape=True))
    if wanted.since_ms is not None:
        conditions.append(table.at_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        conditions.append(table.at_ms < wanted.until_ms)
    return and_(*conditions)


def _entry(row: object) -> AuditEntry:
    return AuditEntry(**row._mapping)  # type: ignore[attr-defined]  # a Row of an untyped select
