import pytest

from server.model.subscription import Attempt, NotificationState
from server.observe.delivery import (
    DISABLE_ATTEMPTS,
    DISABLE_MS,
    GIVE_UP_MS,
    MOST_DELAY_SECONDS,
    MOST_RETRY_AFTER_SECONDS,
    REST_SECONDS,
    Situation,
    consequence,
    retry_delay_seconds,
)
from tests.builders import NOON_MS

FRESH = Situation(created_ms=NOON_MS, tries=0, failing_ms=None, enabled=True)


def an_attempt(status: int = 500, *, at_ms: int = NOON_MS, retry_after: float | None = None) -> Attempt:
    return Attempt(at_ms=at_ms, took_ms=100, status=status, answer="no", retry_after_seconds=retry_after)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_what_was_taken_is_done_with_and_nothing_fails_any_more(status: int) -> None:
    outcome = consequence(an_attempt(status), FRESH._replace(failing_ms=1), jitter=0.5)

    assert (outcome.state, outcome.due_ms, outcome.failing_ms) == (NotificationState.DELIVERED, None, None)
    assert outcome.rest_until_ms <= NOON_MS


@pytest.mark.parametrize("status", [0, 301, 302, 400, 404, 429, 500, 503])
def test_anything_else_is_tried_again(status: int) -> None:
    outcome = consequence(an_attempt(status), FRESH, jitter=0.0)

    assert outcome.state is NotificationState.WAITING
    assert outcome.due_ms == NOON_MS + 100 + 5_000
    assert outcome.rest_until_ms == outcome.due_ms
    assert outcome.failing_ms == NOON_MS


def test_delays_double_up_to_an_hour_and_are_drawn_from_their_upper_half() -> None:
    delays = [retry_delay_seconds(tries, asked_seconds=None, jitter=0.0) for tries in range(12)]

    assert delays[:4] == [5.0, 10.0, 20.0, 40.0]
    assert delays == sorted(delays)
    assert delays[-1] == MOST_DELAY_SECONDS / 2
    assert retry_delay_seconds(10**6, asked_seconds=None, jitter=0.999) < MOST_DELAY_SECONDS


def test_a_receiver_rests_a_minute_at_most_but_as_long_as_it_asks() -> None:
    late = FRESH._replace(tries=9)

    alone = consequence(an_attempt(), late, jitter=0.0)
    asked = consequence(an_attempt(429, retry_after=600.0), late, jitter=0.0)

    assert alone.rest_until_ms == NOON_MS + 100 + REST_SECONDS * 1_000
    assert alone.due_ms is not None
    assert alone.due_ms > alone.rest_until_ms
    assert asked.due_ms == asked.rest_until_ms == NOON_MS + 100 + 600_000


def test_nobody_can_ask_to_be_left_alone_for_ever() -> None:
    assert retry_delay_seconds(0, asked_seconds=10.0**9, jitter=0.0) == MOST_RETRY_AFTER_SECONDS
    assert retry_delay_seconds(5, asked_seconds=0.0, jitter=0.0) == 0.0


def test_a_notification_is_given_up_after_a_day() -> None:
    outcome = consequence(an_attempt(at_ms=NOON_MS + GIVE_UP_MS), FRESH._replace(tries=30), jitter=0.0)

    assert (outcome.state, outcome.due_ms) == (NotificationState.GIVEN_UP, None)


def test_a_receiver_that_took_nothing_for_a_day_is_switched_off_with_the_reason() -> None:
    failing = Situation(created_ms=NOON_MS, tries=DISABLE_ATTEMPTS - 1, failing_ms=NOON_MS - DISABLE_MS, enabled=True)

    assert "took nothing for 24 hours" in consequence(an_attempt(503), failing, jitter=0.0).disabled
    assert "status 503" in consequence(an_attempt(503), failing, jitter=0.0).disabled
    assert consequence(an_attempt(503), failing._replace(tries=1), jitter=0.0).disabled == ""
    assert consequence(an_attempt(503), failing._replace(enabled=False), jitter=0.0).disabled == ""


def test_a_receiver_that_is_gone_is_switched_off_at_once() -> None:
    assert "410" in consequence(an_attempt(410), FRESH, jitter=0.0).disabled
