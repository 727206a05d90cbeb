from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from server.model.subscription import Attempt, EventCode, NotificationState
from server.observe.delivery import Consequence
from server.store.database import Database
from server.store.outbox import (
    KEEP_DELIVERED_MS,
    KEEP_MS,
    LEASE_MS,
    MAX_WAITING,
    Claimed,
    add_notifications,
    claim,
    claim_due,
    count_waiting,
    deliveries,
    find_owner,
    has_due,
    prune,
    send_again,
    settle,
    told_keys,
)
from server.store.subscriptions import find_subscription
from tests.builders import NOON_MS
from tests.unit.store.subscribed import a_control_plane, a_notification, a_stored, a_subscription, subscribe


def add(database: Database, *numbers: int, to: str = "s-1", **fields: Any) -> int:
    new = [a_notification(number, **fields) for number in numbers]
    return database.write_sync(partial(add_notifications, subscription_id=to, new=new))


def claim_all(database: Database, *, at_ms: int = NOON_MS, limit: int = 8) -> Sequence[Claimed]:
    return database.write_sync(partial(claim_due, now_ms=at_ms, limit=limit))


def end(database: Database, claimed: Claimed, *, state: str = "delivered", status: int = 200, **fields: Any) -> None:
    given: dict[str, Any] = {"due_ms": None, "rest_until_ms": 0, "failing_ms": None, "disabled": ""} | fields
    outcome = Consequence(state=NotificationState(state), **given)
    attempt = Attempt(at_ms=NOON_MS, took_ms=12, status=status, answer="x" * 1_000)
    database.write_sync(partial(settle, claimed=claimed, attempt=attempt, outcome=outcome))


def names(claimed: Sequence[Claimed]) -> list[str]:
    return [each.notification.id for each in claimed]


def test_a_key_is_told_once(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)

        assert add(database, 1, 2) == 2
        assert add(database, 2, 3) == 1
        assert database.read_sync(partial(told_keys, subscription_id="s-1")) == {"k-1", "k-2", "k-3"}


def test_what_is_due_is_claimed_one_to_a_receiver_the_oldest_first(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        database.write_sync(partial(subscribe, stored=a_stored(a_subscription(id="s-2", name="Two"))))
        add(database, 1)
        add(database, 2, created_ms=NOON_MS - 1)
        add(database, 3, to="s-2", created_ms=NOON_MS + 1)

        assert names(claim_all(database)) == ["n-2"]
        assert claim_all(database) == []
        assert names(claim_all(database, at_ms=NOON_MS + 1)) == ["n-3"]


def test_nobody_else_sends_to_a_receiver_until_the_lease_runs_out(tmp_path: Path) -> None:
    """Who claimed it and died lets go without doing anything: it is sent again, with the same id."""
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        add(database, 1)
        first = claim_all(database)

        assert claim_all(database, at_ms=NOON_MS + LEASE_MS - 1) == []
        assert database.write_sync(partial(claim, notification_id="n-1", now_ms=NOON_MS)) is None
        assert names(claim_all(database, at_ms=NOON_MS + LEASE_MS)) == names(first)


def test_what_was_delivered_is_not_due_any_more_and_the_next_one_is(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        add(database, 1, 2)
        [claimed] = claim_all(database)
        end(database, claimed)

        assert database.read_sync(partial(count_waiting, subscription_id="s-1")) == 1
        assert names(claim_all(database)) == ["n-2"]
        [_, delivered] = database.read_sync(partial(deliveries, subscription_id="s-1", limit=9))[::-1]
        assert delivered.notification.id == "n-2" or delivered.state is NotificationState.DELIVERED


def test_an_attempt_is_kept_with_the_beginning_of_its_answer(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        add(database, 1)
        [claimed] = claim_all(database)
        end(database, claimed, state="waiting", status=500, due_ms=NOON_MS + 9, failing_ms=NOON_MS)

        [delivery] = database.read_sync(partial(deliveries, subscription_id="s-1", limit=9))

    assert (delivery.state, delivery.tries, delivery.due_ms) == (NotificationState.WAITING, 1, NOON_MS + 9)
    [attempt] = delivery.attempts
    assert (attempt.status, attempt.took_ms, attempt.answer) == (500, 12, "x" * 200)


def test_a_receiver_that_rests_gets_nothing(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        add(database, 1, 2)
        [claimed] = claim_all(database)
        end(database, claimed, state="waiting", due_ms=NOON_MS + 500, rest_until_ms=NOON_MS + 100, status=503)

        assert claim_all(database, at_ms=NOON_MS + 99) == []
        assert names(claim_all(database, at_ms=NOON_MS + 100)) == ["n-2"]


@pytest.mark.parametrize("fields", [{"enabled": False}, {"verified_ms": None}])
def test_what_is_off_or_not_verified_gets_nothing_on_its_own(tmp_path: Path, fields: dict[str, Any]) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(partial(subscribe, stored=a_stored(**fields)))
        add(database, 1)

        assert not database.read_sync(partial(has_due, now_ms=NOON_MS))
        assert claim_all(database) == []


def test_what_follows_from_an_attempt_switches_its_subscription_off(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        add(database, 1)
        [claimed] = claim_all(database)
        end(database, claimed, state="waiting", status=410, due_ms=NOON_MS + 9, failing_ms=NOON_MS, disabled="gone")

        stored = database.read_sync(partial(find_subscription, subscription_id="s-1"))

    assert stored is not None
    assert (stored.enabled, stored.reason, stored.failing_ms) == (False, "gone", NOON_MS)


def test_the_outbox_of_one_subscription_is_bounded(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)

        assert add(database, *range(MAX_WAITING + 5)) == MAX_WAITING
        [claimed] = claim_all(database)
        end(database, claimed)
        assert add(database, *range(MAX_WAITING + 5)) == 1


def test_one_can_be_sent_again_with_the_same_id(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        add(database, 1)
        end(database, claim_all(database)[0])

        assert database.write_sync(partial(send_again, notification_id="n-1", now_ms=NOON_MS + 5))
        [again] = claim_all(database, at_ms=NOON_MS + 5)
        assert (again.notification.id, again.situation.tries) == ("n-1", 0)
        assert not database.write_sync(partial(send_again, notification_id="none", now_ms=NOON_MS))
        assert database.read_sync(partial(find_owner, notification_id="n-1")) == "s-1"


def test_settling_what_was_deleted_meanwhile_does_nothing(tmp_path: Path) -> None:
    def forget(connection: Connection) -> int:
        return prune(connection, now_ms=NOON_MS + 10 * KEEP_MS)

    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        add(database, 1)
        [claimed] = claim_all(database)
        end(database, claimed)
        assert database.write_sync(forget) == 1

        end(database, claimed)

        assert database.read_sync(partial(deliveries, subscription_id="s-1", limit=9)) == []


def test_what_was_delivered_goes_after_a_day_and_the_rest_after_eight(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        add(database, 1)
        end(database, claim_all(database)[0])
        add(database, 2)
        end(database, claim_all(database)[0], state="given_up", status=500)
        add(database, 3, code=EventCode.STOPPED)
        end(database, claim_all(database)[0])
        add(database, 4)

        def kept(at_ms: int) -> set[str]:
            database.write_sync(partial(prune, now_ms=at_ms))
            found = database.read_sync(partial(deliveries, subscription_id="s-1", limit=9))
            return {each.notification.id for each in found}

        assert kept(NOON_MS + KEEP_DELIVERED_MS) == {"n-1", "n-2", "n-3", "n-4"}
        assert kept(NOON_MS + KEEP_DELIVERED_MS + 1) == {"n-2", "n-3", "n-4"}
        assert kept(NOON_MS + KEEP_MS + 1) == {"n-4"}
