"""Who is to be forgotten, and by what they are known again: requests, and tombstones."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, insert, select, update

from server.model.erasure import Erasure, ErasureReport, Person
from server.store.tables import erasures, tombstones


def request_erasure(
    connection: Connection, *, erasure_id: str, namespace: str, identity: str, requested_ms: int, requested_by: str
) -> str:
    """Have a person forgotten, which the core does within seconds: the id of the request.

    That of one that is not done yet, where the same was asked before.
    """
    waiting = connection.execute(
        select(erasures.c.id)
        .where(erasures.c.done_ms.is_(None))
        .where(erasures.c.namespace == namespace)
        .where(erasures.c.identity == identity)
    ).scalar()
    if waiting is not None:
        return str(waiting)
    connection.execute(
        insert(erasures).values(
            id=erasure_id,
            namespace=namespace,
            identity=identity,
            requested_ms=requested_ms,
            requested_by=requested_by,
        )
    )
    return erasure_id


def find_erasure(connection: Connection, erasure_id: str) -> Erasure | None:
    row = connection.execute(select(erasures).where(erasures.c.id == erasure_id)).mappings().first()
    return None if row is None else _erasure(row)


def due_erasures(connection: Connection) -> Sequence[Erasure]:
    """Those that are not done, the oldest first."""
    due = select(erasures).where(erasures.c.done_ms.is_(None)).order_by(erasures.c.requested_ms, erasures.c.id)
    return [_erasure(row) for row in connection.execute(due).mappings()]


def list_erasures(connection: Connection, *, limit: int) -> Sequence[Erasure]:
    """The last ones, the newest first."""
    newest = select(erasures).order_by(erasures.c.requested_ms.desc(), erasures.c.id).limit(limit)
    return [_erasure(row) for row in connection.execute(newest).mappings()]


def keep_person(connection: Connection, erasure: Erasure, *, person: Person, digests: Iterable[str]) -> int:
    """Write down whom it meets, and by what they are known again; how many tombstones that is."""
    _change(connection, erasure, person=_text(person))
    wanted = sorted(set(digests))
    there = {
        row.digest: row.forgotten_ms
        for start in range(0, len(wanted), _AT_ONCE)
        for row in connection.execute(
            select(tombstones).where(tombstones.c.digest.in_(wanted[start : start + _AT_ONCE]))
        )
    }
    for digest in wanted:
        if digest not in there:
            connection.execute(insert(tombstones).values(digest=digest, forgotten_ms=erasure.requested_ms))
        elif there[digest] < erasure.requested_ms:
            connection.execute(
                update(tombstones).where(tombstones.c.digest == digest).values(forgotten_ms=erasure.requested_ms)
            )
    return len(wanted)


def note_report(connection: Connection, erasure: Erasure, *, report: ErasureReport) -> None:
    """What was done so far."""
    _change(connection, erasure, report=_text(report))


def end_erasure(connection: Connection, erasure: Erasure, *, report: ErasureReport, now_ms: int) -> None:
    """It is done: the request keeps what was done, and when, but not of whom."""
    _change(connection, erasure, report=_text(report), done_ms=now_ms, namespace="", identity="", person="")


def load_tombstones(connection: Connection) -> Mapping[str, int]:
    """When each was asked to be forgotten, by digest."""
    return {row.digest: row.forgotten_ms for row in connection.execute(select(tombstones))}


# SQLite before 3.32 takes no more than 999 parameters.
_AT_ONCE = 500


def _change(connection: Connection, erasure: Erasure, **values: Any) -> None:
    connection.execute(update(erasures).where(erasures.c.id == erasure.id).values(**values))


def _text(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()


def _erasure(row: RowMapping) -> Erasure:
    return Erasure(
        id=row["id"],
        namespace=row["namespace"],
        identity=row["identity"],
        requested_ms=row["requested_ms"],
        requested_by=row["requested_by"],
        done_ms=row["done_ms"],
        person=msgspec.json.decode(row["person"], type=Person) if row["person"] else None,
        report=msgspec.json.decode(row["report"], type=ErasureReport) if row["report"] else None,
    )
