from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from server.store.database import Database
from server.store.gates import CaseRun, find_run, save_run, switch_gate, switched_gates
from server.store.properties import StoredProperty, save_property
from server.store.reviews import (
    ReviewRefused,
    ReviewState,
    ask_review,
    decide_review,
    list_reviews,
    newest_review,
    open_reviews,
)
from tests.builders import NOON_MS
from tests.unit.property.factories import a_property
from tests.unit.store.migrated import a_migrated_database

SHOP = StoredProperty(id="shop", name="Shop", document=a_property(), updated_ms=NOON_MS, updated_by="ada", version=3)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(a_migrated_database(tmp_path))
    made.write_sync(lambda connection: save_property(connection, SHOP))
    yield made
    made.close()


def ask(database: Database, *, by: str = "ada", environment: str = "production") -> int:
    return database.write_sync(
        lambda connection: ask_review(
            connection, SHOP, environment=environment, revision="abc", note="Look", now_ms=NOON_MS, by=by
        )
    )


def decide(database: Database, number: int, state: ReviewState, *, by: str, comment: str = "") -> None:
    database.write_sync(
        lambda connection: decide_review(connection, number, state=state, comment=comment, now_ms=NOON_MS + 1, by=by)
    )


def test_another_person_approves_exactly_the_revision_that_was_asked_about(database: Database) -> None:
    number = ask(database)

    decide(database, number, ReviewState.APPROVED, by="bob", comment="Fine")

    found = database.read_sync(lambda connection: newest_review(connection, "shop", "production"))
    assert found is not None
    assert (found.state, found.revision, found.version) == (ReviewState.APPROVED, "abc", 3)
    assert (found.decided_by, found.decided_ms, found.comment) == ("bob", NOON_MS + 1, "Fine")


@pytest.mark.parametrize("asked_by", ["ada", "eve"])
def test_neither_who_asked_nor_who_saved_it_can_approve(database: Database, asked_by: str) -> None:
    number = ask(database, by=asked_by)

    for person in ("ada", asked_by):
        with pytest.raises(ReviewRefused, match="another person"):
            decide(database, number, ReviewState.APPROVED, by=person)


def test_a_request_is_decided_once_and_withdrawn_by_who_asked(database: Database) -> None:
    number = ask(database)

    with pytest.raises(ReviewRefused, match="Only who asked"):
        decide(database, number, ReviewState.WITHDRAWN, by="bob")
    decide(database, number, ReviewState.DECLINED, by="bob", comment="No")
    with pytest.raises(ReviewRefused, match="declined by bob already"):
        decide(database, number, ReviewState.APPROVED, by="carl")
    with pytest.raises(ReviewRefused, match="no such"):
        decide(database, 99, ReviewState.APPROVED, by="carl")


def test_a_new_request_takes_the_place_of_the_open_one(database: Database) -> None:
    first, second = ask(database), ask(database)
    ask(database, environment="staging")

    states = {each.id: each.state for each in database.read_sync(lambda c: list_reviews(c, "shop", limit=9))}
    waiting = database.read_sync(lambda connection: open_reviews(connection, limit=9))

    assert states[first] is ReviewState.WITHDRAWN
    assert states[second] is ReviewState.OPEN
    assert [(each.review.environment, each.property_name) for each in waiting] == [
        ("production", "Shop"),
        ("staging", "Shop"),
    ]


def test_gates_are_switched_for_one_environment(database: Database) -> None:
    for is_on in (True, False):
        switch = partial(switch_gate, environment="staging", gate="tests", is_on=is_on, now_ms=NOON_MS, by="ada")
        database.write_sync(partial(switch, property_id="shop"))

    assert database.read_sync(lambda connection: switched_gates(connection, "shop")) == {"staging": {"tests": False}}


def test_the_last_run_of_a_revision_counts_and_old_ones_are_forgotten(database: Database) -> None:
    for number in range(60):
        for failed in (1, 0):
            run = CaseRun(revision=f"r{number}", held=1, failed=failed, played_ms=NOON_MS + number, played_by="ci")
            database.write_sync(partial(save_run, property_id="shop", run=run))

    found = [database.read_sync(partial(find_run, property_id="shop", revision=f"r{n}")) for n in (0, 59)]

    assert found[0] is None
    assert found[1] is not None
    assert found[1].failed == 0
