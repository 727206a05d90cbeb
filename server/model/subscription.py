"""Who is told of what, and where: subscriptions, the notifications that they get, and each attempt to deliver one."""

from enum import StrEnum

import msgspec


class EventCode(StrEnum):
    """What can be told. The platform's own names, and ours where it has none (docs/reference/notifications.md)."""

    LAKE_SUCCESS = "ing_load_success"
    """An hour's events of a dataset are ingested."""
    LAKE_FAILURE = "ing_load_failure"
    """Events for a dataset failed, or the lake will never take them."""
    PROFILE_SUCCESS = "ps_load_success"
    """An hour's events of a dataset are in profiles."""
    PROFILE_FAILURE = "ps_load_failure"
    """Profiles will never take some events of a dataset."""
    IDENTITY_SUCCESS = "ig_load_success"
    """The identities of an hour's events of a dataset are in the identity graph."""
    IDENTITY_FAILURE = "ig_load_failure"
    """The identity graph will never take those of some events of a dataset."""
    RUN_SUCCESS = "sources_flow_run_success"
    """An hour of a dataflow, in which nothing failed."""
    RUN_FAILURE = "sources_flow_run_failure"
    """Events of a dataflow failed."""
    ERROR_RATE = "heliograph_error_rate"
    """More than a fifth of an hour's events failed."""
    STOPPED = "heliograph_ingestion_stopped"
    """Nothing came for so long as the subscription says, where something used to come."""
    RESUMED = "heliograph_ingestion_resumed"
    """Something came again after that."""
    TEST = "heliograph_test"
    """Somebody wants to see whether notifications arrive."""


SUBSCRIBED = tuple(code for code in EventCode if code is not EventCode.TEST)
"""Those that can be chosen; a test is asked for."""


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """``connections``: ids of datastreams and inlets; ``datasets``: ids. Of each, none for all of them.

    ``quiet_hours``: after which STOPPED is told.
    """

    id: str
    name: str
    url: str
    events: tuple[EventCode, ...]
    connections: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    quiet_hours: int = 24


class StoredSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription, and how it is doing.

    ``reason``: why it is off, when nobody switched it off. ``verified_ms``: when its address answered the challenge;
    None while it has not: nothing is sent there before. ``failing_ms``: since when every attempt failed; None when the
    last one did not. ``since_ms``: the first hour that is told; what was before is not.
    """

    subscription: Subscription
    enabled: bool
    reason: str
    verified_ms: int | None
    failing_ms: int | None
    since_ms: int
    created_ms: int
    created_by: str

    @property
    def is_active(self) -> bool:
        """Whether anything is sent to it."""
        return self.enabled and self.verified_ms is not None


class NotificationState(StrEnum):
    """Where a notification is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """``id``: the same at every attempt, so that its receiver knows it again. ``key``: what it is about.

    No subscription is told the same key twice. ``subject``: what it says, in a sentence. ``body``: JSON.
    """

    id: str
    key: str
    code: EventCode
    subject: str
    body: str
    created_ms: int


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try. ``status``: of the answer; 0 when there was none. ``answer``: its beginning, or why there is none.

    ``retry_after_seconds``: what the answer asked for.
    """

    at_ms: int
    took_ms: int
    status: int
    answer: str = ""
    retry_after_seconds: float | None = None

    @property
    def is_delivered(self) -> bool:
        return 200 <= self.status < 300
