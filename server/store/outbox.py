"""What is to be told, until it is: notifications, who sends which, and what came of each attempt.

A notification is sent at least once: it is marked as delivered after its receiver took it, so that a crash in between
sends it again, with the same id. A lease keeps two senders from the same receiver; it runs out by itself.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, RowMapping, Select, and_, delete, func, insert, or_, select, update

from server.model.subscription import Attempt, EventCode, Notification, NotificationState, Subscription
from server.observe.delivery import Consequence, Situation
from server.store.tables.notifications import notification_attempts, notifications, subscriptions

MAX_WAITING = 1_000
"""Of one subscription. Beyond it nothing is added until some are delivered or given up."""

LEASE_MS = 60_000
"""Longer than any attempt takes."""

KEEP_DELIVERED_MS = 24 * 3_600_000
"""Delivered notifications are shown for a day, and can be sent again."""
KEEP_MS = 8 * 24 * 3_600_000
"""The others, and what says that something stopped or came again, for longer than it is looked for."""

_MAX_ANSWER_CHARACTERS = 200

# Their keys say that something was told which may still be true after days.
_LASTING = (EventCode.STOPPED, EventCode.RESUMED)


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A notification that is the caller's to send until its lease runs out."""

    notification: Notification
    subscription: Subscription
    sealed_secret: str
    situation: Situation


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A notification and what came of it. ``attempts``: the last ones first."""

    notification: Notification
    state: NotificationState
    tries: int
    due_ms: int | None
    attempts: tuple[Attempt, ...]


def add_notifications(connection: Connection, subscription_id: str, new: Iterable[Notification]) -> int:
    """Those whose key was not told before; how many it was."""
    waiting = count_waiting(connection, subscription_id)
    added = 0
    for each in new:
        if waiting + added >= MAX_WAITING:
            break
        its = and_(notifications.c.subscription_id == subscription_id, notifications.c.key == each.key)
        if connection.scalar(select(notifications.c.id).where(its)) is not None:
            continue
        connection.execute(
            insert(notifications).values(
                id=each.id,
                subscription_id=subscription_id,
                key=each.key,
                code=each.code.value,
                subject=each.subject,
                body=each.body,
                state=NotificationState.WAITING.value,
                due_ms=each.created_ms,
                created_ms=each.created_ms,
            )
        )
        added += 1
    return added


def count_waiting(connection: Connection, subscription_id: str) -> int:
    waiting = select(func.count()).where(
        notifications.c.subscription_id == subscription_id, notifications.c.due_ms.is_not(None)
    )
    return connection.scalar(waiting) or 0


def told_keys(connection: Connection, subscription_id: str) -> frozenset[str]:
    """What it was told, or will be, as long as that is kept."""
    keys = select(notifications.c.key).where(notifications.c.subscription_id == subscription_id)
    return frozenset(connection.scalars(keys))


def has_due(connection: Connection, *, now_ms: int) -> bool:
    """Whether :func:`claim_due` would find anything."""
    return connection.scalar(_due(now_ms).limit(1)) is not None


def claim_due(connection: Connection, *, now_ms: int, limit: int) -> Sequence[Claimed]:
    """So many subscriptions' oldest due notifications at most: one of each."""
    due = connection.scalars(_due(now_ms).distinct().limit(limit)).all()
    found = []
    for subscription_id in due:
        first = (
            select(notifications.c.id)
            .where(notifications.c.subscription_id == subscription_id, notifications.c.due_ms <= now_ms)
            .order_by(notifications.c.due_ms, notifications.c.created_ms, notifications.c.id)
            .limit(1)
        )
        notification_id = connection.scalar(first)
        claimed = claim(connection, str(notification_id), now_ms=now_ms)
        if claimed is not None:
            found.append(claimed)
    return found


def claim(connection: Connection, notification_id: str, *, now_ms: int) -> Claimed | None:
    """This one, whether it is due or not; None when there is none, or somebody is sending to its receiver."""
    row = (
        connection.execute(
            select(notifications, subscriptions.c.document, subscriptions.c.sealed_secret)
            .add_columns(subscriptions.c.failing_ms, subscriptions.c.enabled)
            .join(subscriptions, subscriptions.c.id == notifications.c.subscription_id)
            .where(notifications.c.id == notification_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    leased = connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == row["subscription_id"], subscriptions.c.leased_until_ms <= now_ms)
        .values(leased_until_ms=now_ms + LEASE_MS)
    )
    if leased.rowcount != 1:
        return None
    return Claimed(
        notification=_notification(row),
        subscription=msgspec.json.decode(row["document"], type=Subscription),
        sealed_secret=row["sealed_secret"],
        situation=Situation(
            created_ms=row["created_ms"], tries=row["tries"], failing_ms=row["failing_ms"], enabled=row["enabled"]
        ),
    )


def settle(connection: Connection, claimed: Claimed, *, attempt: Attempt, outcome: Consequence) -> None:
    """Write down what came of it, and let go of the receiver. Harmless when it was deleted meanwhile."""
    notification_id, subscription_id = claimed.notification.id, claimed.subscription.id
    changed = connection.execute(
        update(notifications)
        .where(notifications.c.id == notification_id)
        .values(state=outcome.state.value, due_ms=outcome.due_ms, tries=claimed.situation.tries + 1)
    )
    if changed.rowcount != 1:
        return
    connection.execute(
        insert(notification_attempts).values(
            notification_id=notification_id,
            at_ms=attempt.at_ms,
            took_ms=attempt.took_ms,
            status=attempt.status,
            answer=attempt.answer[:_MAX_ANSWER_CHARACTERS],
        )
    )
    state: dict[str, object] = {
        "leased_until_ms": 0,
        "rest_until_ms": outcome.rest_until_ms,
        "failing_ms": outcome.failing_ms,
    }
    if outcome.disabled:
        state |= {"enabled": False, "reason": outcome.disabled}
    connection.execute(update(subscriptions).where(subscriptions.c.id == subscription_id).values(**state))


def send_again(connection: Connection, notification_id: str, *, now_ms: int) -> bool:
    """Have it sent once more, at once, and begin counting its attempts anew; whether there is one of this id."""
    changed = connection.execute(
        update(notifications)
        .where(notifications.c.id == notification_id)
        .values(state=NotificationState.WAITING.value, due_ms=now_ms, tries=0, created_ms=now_ms)
    )
    return changed.rowcount == 1


def deliveries(connection: Connection, subscription_id: str, *, limit: int) -> Sequence[Delivery]:
    """The newest first."""
    newest = (
        select(notifications)
        .where(notifications.c.subscription_id == subscription_id)
        .order_by(notifications.c.created_ms.desc(), notifications.c.id)
        .limit(limit)
    )
    rows = connection.execute(newest).mappings().all()
    tried = _attempts(connection, [row["id"] for row in rows])
    return [
        Delivery(
            notification=_notification(row),
            state=NotificationState(row["state"]),
            tries=row["tries"],
            due_ms=row["due_ms"],
            attempts=tuple(tried.get(row["id"], ())),
        )
        for row in rows
    ]


def find_owner(connection: Connection, notification_id: str) -> str | None:
    """The id of the subscription that it is for."""
    return connection.scalar(select(notifications.c.subscription_id).where(notifications.c.id == notification_id))


def prune(connection: Connection, *, now_ms: int) -> int:
    """Let go of what was kept long enough; how many notifications that is."""
    done = notifications.c.due_ms.is_(None)
    is_brief = and_(
        notifications.c.state == NotificationState.DELIVERED.value,
        notifications.c.code.not_in([code.value for code in _LASTING]),
        notifications.c.created_ms < now_ms - KEEP_DELIVERED_MS,
    )
    old = select(notifications.c.id).where(done, or_(is_brief, notifications.c.created_ms < now_ms - KEEP_MS))
    connection.execute(delete(notification_attempts).where(notification_attempts.c.notification_id.in_(old)))
    return connection.execute(delete(notifications).where(notifications.c.id.in_(old))).rowcount


def _due(now_ms: int) -> Select[tuple[str]]:
    return (
        select(subscriptions.c.id)
        .join(notifications, notifications.c.subscription_id == subscriptions.c.id)
        .where(
            subscriptions.c.enabled,
            subscriptions.c.verified_ms.is_not(None),
            subscriptions.c.rest_until_ms <= now_ms,
            subscriptions.c.leased_until_ms <= now_ms,
            notifications.c.due_ms <= now_ms,
        )
    )


def _attempts(connection: Connection, ids: Sequence[str]) -> Mapping[str, Sequence[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    newest = (
        select(notification_attempts)
        .where(notification_attempts.c.notification_id.in_(ids))
        .order_by(notification_attempts.c.id.desc())
    )
    for row in connection.execute(newest).mappings():
        attempt = Attempt(at_ms=row["at_ms"], took_ms=row["took_ms"], status=row["status"], answer=row["answer"])
        found.setdefault(row["notification_id"], []).append(attempt)
    return found


def _notification(row: RowMapping) -> Notification:
    return Notification(
        id=row["id"],
        key=row["key"],
        code=EventCode(row["code"]),
        subject=row["subject"],
        body=row["body"],
        created_ms=row["created_ms"],
    )
