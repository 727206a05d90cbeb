"""Subscriptions and what came of their notifications, as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from server.model.subscription import Attempt, NotificationState, StoredSubscription
from server.store.outbox import Delivery
from server.web.views.event_texts import EVENT_TEXTS
from server.web.views.live_facts import iso
from server.web.views.time_chart import duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a subscription is doing. ``tone``: ``good``, ``bad`` or empty. ``icon``: a symbol's name."""

    words: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAttempt:
    """One try. ``status``: of its answer, or that there was none. ``answer``: its beginning, or why there was none."""

    at: str
    status: str
    took: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDelivery:
    """One notification. ``next_at``: ISO 8601, of the next attempt; empty when there is none to come.

    ``body``: what is sent, indented.
    """

    id: str
    title: str
    subject: str
    at: str
    state: str
    tone: str
    icon: str
    next_at: str
    attempts: Sequence[ShownAttempt]
    body: str


_STATES = {
    NotificationState.WAITING: ("waiting", "", "clock"),
    NotificationState.DELIVERED: ("delivered", "good", "check"),
    NotificationState.GIVEN_UP: ("given up", "bad", "failed"),
}


def health(stored: StoredSubscription) -> Health:
    if stored.reason:
        return Health(words="switched off", tone="bad", icon="failed")
    if not stored.enabled:
        return Health(words="off", tone="", icon="pause")
    if stored.verified_ms is None:
        return Health(words="not verified yet", tone="bad", icon="key")
    if stored.failing_ms is not None:
        return Health(words="does not take them", tone="bad", icon="failed")
    return Health(words="on", tone="good", icon="check")


def host_of(url: str) -> str:
    """All of an address that everybody may see: the rest of it may be a secret of its receiver's."""
    return urlsplit(url).netloc


def shown_delivery(delivery: Delivery) -> ShownDelivery:
    words, tone, icon = _STATES[delivery.state]
    if delivery.state is NotificationState.WAITING and delivery.attempts:
        words, tone = "not taken, tried again", "bad"
    return ShownDelivery(
        id=delivery.notification.id,
        title=EVENT_TEXTS[delivery.notification.code].title,
        subject=delivery.notification.subject,
        at=iso(delivery.notification.created_ms),
        state=words,
        tone=tone,
        icon=icon,
        next_at="" if delivery.due_ms is None else iso(delivery.due_ms),
        attempts=[_shown(each) for each in delivery.attempts],
        body=msgspec.json.format(delivery.notification.body),
    )


def _shown(attempt: Attempt) -> ShownAttempt:
    return ShownAttempt(
        at=iso(attempt.at_ms),
        status=str(attempt.status) if attempt.status else "no answer",
        took=duration(attempt.took_ms),
        answer=attempt.answer,
    )
