"""What follows from an attempt to deliver a notification: when the next one is, and when to give up. Pure."""

from typing import NamedTuple

from server.model.subscription import Attempt, NotificationState

FIRST_DELAY_SECONDS = 10.0
MOST_DELAY_SECONDS = 3_600.0

MOST_RETRY_AFTER_SECONDS = 6 * 3_600.0
"""A receiver that asks for longer is asked again then."""

REST_SECONDS = 60.0
"""After a failed attempt, for everything that waits for the same receiver: one that is down gets a request a minute."""

GIVE_UP_MS = 24 * 3_600_000
"""A notification that could not be delivered for so long is given up: nobody acts on yesterday's any more."""

DISABLE_MS = 24 * 3_600_000
"""A receiver that took nothing for so long, in DISABLE_ATTEMPTS attempts or more, is not asked any more."""
DISABLE_ATTEMPTS = 10

_GONE = 410


class Situation(NamedTuple):
    """Before the attempt. ``tries``: earlier ones of this notification. ``failing_ms``: as a subscription has it."""

    created_ms: int
    tries: int
    failing_ms: int | None
    enabled: bool


class Consequence(NamedTuple):
    """``due_ms``: when to try again; None for never. ``rest_until_ms``: nothing else is sent there before.

    ``disabled``: why its subscription is switched off; empty when it is not.
    """

    state: NotificationState
    due_ms: int | None
    rest_until_ms: int
    failing_ms: int | None
    disabled: str


def consequence(attempt: Attempt, before: Situation, *, jitter: float) -> Consequence:
    """``jitter``: in [0, 1)."""
    now_ms = attempt.at_ms + attempt.took_ms
    if attempt.is_delivered:
        return Consequence(NotificationState.DELIVERED, None, 0, None, "")
    failing_ms = attempt.at_ms if before.failing_ms is None else before.failing_ms
    delay_ms = round(
        1_000 * retry_delay_seconds(before.tries, asked_seconds=attempt.retry_after_seconds, jitter=jitter)
    )
    rest_ms = delay_ms if attempt.retry_after_seconds is not None else min(delay_ms, round(1_000 * REST_SECONDS))
    is_over = now_ms + delay_ms > before.created_ms + GIVE_UP_MS
    return Consequence(
        state=NotificationState.GIVEN_UP if is_over else NotificationState.WAITING,
        due_ms=None if is_over else now_ms + delay_ms,
        rest_until_ms=now_ms + rest_ms,
        failing_ms=failing_ms,
        disabled=_disabled(attempt, before, failing_ms) if before.enabled else "",
    )


def retry_delay_seconds(tries: int, *, asked_seconds: float | None, jitter: float) -> float:
    """How long to wait after ``tries`` earlier attempts and this one.

    ``asked_seconds``: by Retry-After; it wins. ``jitter``: the delay is drawn from the upper half.
    """
    if asked_seconds is not None:
        return min(asked_seconds, MOST_RETRY_AFTER_SECONDS)
    whole = min(FIRST_DELAY_SECONDS * 2.0 ** min(tries, 20), MOST_DELAY_SECONDS)
    return whole * (0.5 + jitter / 2)


def _disabled(attempt: Attempt, before: Situation, failing_ms: int) -> str:
    if attempt.status == _GONE:
        return "It answered 410: it is gone, and wants no more."
    if attempt.at_ms - failing_ms >= DISABLE_MS and before.tries + 1 >= DISABLE_ATTEMPTS:
        last = f"status {attempt.status}" if attempt.status else attempt.answer
        return f"It took nothing for {DISABLE_MS // 3_600_000} hours. The last attempt: {last}"
    return ""
