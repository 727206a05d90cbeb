import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from server.model.erasure import ErasureReport, Person
from server.store.database import Database
from server.store.erasures import (
    due_erasures,
    end_erasure,
    find_erasure,
    keep_person,
    list_erasures,
    load_tombstones,
    note_report,
    request_erasure,
)
from tests.builders import NOON_MS
from tests.unit.profile.builders import an_identity
from tests.unit.store.migrated import a_migrated_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(a_migrated_database(tmp_path))
    yield made
    made.close()


def requested(database: Database, erasure_id: str = "x", *, identity: str = "a", at_ms: int = NOON_MS) -> str:
    work = partial(
        request_erasure,
        erasure_id=erasure_id,
        namespace="Email",
        identity=identity,
        requested_ms=at_ms,
        requested_by="ada",
    )
    return database.write_sync(work)


def test_a_request_waits_until_it_is_done_and_is_then_nameless(database: Database) -> None:
    requested(database)
    [erasure] = database.read_sync(due_erasures)
    person, report = Person(identities=(an_identity("Email:a"),)), ErasureReport(events=3)
    database.write_sync(partial(keep_person, erasure=erasure, person=person, digests=["d" * 64]))
    database.write_sync(partial(note_report, erasure=erasure, report=report))
    [begun] = database.read_sync(due_erasures)

    database.write_sync(partial(end_erasure, erasure=erasure, report=report, now_ms=NOON_MS + 5))

    assert (begun.identity, begun.person, begun.report) == ("a", person, report)
    assert database.read_sync(due_erasures) == []
    done = database.read_sync(partial(find_erasure, erasure_id="x"))
    assert done is not None
    assert (done.namespace, done.identity, done.person, done.report) == ("", "", None, report)
    assert (done.requested_by, done.done_ms) == ("ada", NOON_MS + 5)
    assert database.read_sync(partial(list_erasures, limit=5)) == [done]


def test_the_same_asked_for_twice_is_one_request_until_it_is_done(database: Database) -> None:
    assert (requested(database, "x"), requested(database, "y"), requested(database, "z", identity="b")) == (
        "x",
        "x",
        "z",
    )

    [first, _] = database.read_sync(due_erasures)
    database.write_sync(partial(end_erasure, erasure=first, report=ErasureReport(), now_ms=NOON_MS))

    assert requested(database, "later") == "later"


def test_they_are_due_in_the_order_in_which_they_were_asked_for(database: Database) -> None:
    requested(database, "second", identity="b", at_ms=NOON_MS + 1)
    requested(database, "first", identity="a")

    assert [erasure.id for erasure in database.read_sync(due_erasures)] == ["first", "second"]


def test_a_tombstone_is_as_old_as_the_last_request(database: Database) -> None:
    for number, at_ms in (("x", NOON_MS), ("y", NOON_MS + 9)):
        requested(database, number, at_ms=at_ms)
        [erasure] = database.read_sync(due_erasures)
        person = Person(identities=())
        digests = ["d" * 64, f"{number}" * 64]
        assert database.write_sync(partial(keep_person, erasure=erasure, person=person, digests=digests)) == 2
        database.write_sync(partial(end_erasure, erasure=erasure, report=ErasureReport(), now_ms=at_ms))

    assert database.read_sync(load_tombstones) == {
        "d" * 64: NOON_MS + 9,
        "x" * 64: NOON_MS,
        "y" * 64: NOON_MS + 9,
    }


def test_what_was_never_asked_for_is_not_there(database: Database) -> None:
    assert database.read_sync(partial(find_erasure, erasure_id="x")) is None


def test_nothing_in_the_file_says_any_more_who_it_was(database: Database, tmp_path: Path) -> None:
    requested(database, identity="somebody@example.com")
    [erasure] = database.read_sync(due_erasures)
    person = Person(identities=(an_identity("Email:somebody@example.com"),))
    database.write_sync(partial(keep_person, erasure=erasure, person=person, digests=[]))

    database.write_sync(partial(end_erasure, erasure=erasure, report=ErasureReport(), now_ms=NOON_MS))
    asyncio.run(database.forget_former())

    assert [path.name for path in tmp_path.iterdir() if b"somebody@example.com" in path.read_bytes()] == []
