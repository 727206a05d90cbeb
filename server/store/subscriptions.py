"""Subscriptions in the control plane."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from server.model.subscription import StoredSubscription, Subscription
from server.store.tables.notifications import notification_attempts, notifications, subscriptions

MAX_SUBSCRIPTIONS = 50
"""Each is looked after every few seconds."""


class SubscriptionRefused(Exception):
    """A subscription cannot be kept. ``args``: why, in a sentence."""


def add_subscription(connection: Connection, stored: StoredSubscription, *, sealed_secret: str) -> None:
    """Raises SubscriptionRefused: for a name that is taken, or one too many."""
    _check_name(connection, stored.subscription)
    count = connection.scalar(select(func.count()).select_from(subscriptions)) or 0
    if count >= MAX_SUBSCRIPTIONS:
        raise SubscriptionRefused(f"There are {MAX_SUBSCRIPTIONS} subscriptions, which is the most: delete one.")
    connection.execute(insert(subscriptions).values(sealed_secret=sealed_secret, **_columns(stored)))


def save_subscription(connection: Connection, stored: StoredSubscription) -> None:
    """In place of the one with its id. Raises SubscriptionRefused for a name that is taken."""
    _check_name(connection, stored.subscription)
    values = _columns(stored)
    connection.execute(update(subscriptions).where(subscriptions.c.id == values.pop("id")).values(**values))


def replace_secret(connection: Connection, subscription_id: str, *, sealed_secret: str) -> None:
    """From the next attempt on."""
    connection.execute(
        update(subscriptions).where(subscriptions.c.id == subscription_id).values(sealed_secret=sealed_secret)
    )


def delete_subscription(connection: Connection, subscription_id: str) -> None:
    """With everything that was to be told, and was told."""
    its = select(notifications.c.id).where(notifications.c.subscription_id == subscription_id)
    connection.execute(delete(notification_attempts).where(notification_attempts.c.notification_id.in_(its)))
    connection.execute(delete(notifications).where(notifications.c.subscription_id == subscription_id))
    connection.execute(delete(subscriptions).where(subscriptions.c.id == subscription_id))


def list_subscriptions(connection: Connection) -> Sequence[StoredSubscription]:
    """All of them, by name."""
    rows = connection.execute(select(subscriptions).order_by(subscriptions.c.name)).mappings()
    return [_stored(row) for row in rows]


def find_subscription(connection: Connection, subscription_id: str) -> StoredSubscription | None:
    row = connection.execute(select(subscriptions).where(subscriptions.c.id == subscription_id)).mappings().first()
    return None if row is None else _stored(row)


def _check_name(connection: Connection, subscription: Subscription) -> None:
    other = select(subscriptions.c.id).where(
        subscriptions.c.name == subscription.name, subscriptions.c.id != subscription.id
    )
    if connection.scalar(other) is not None:
        raise SubscriptionRefused("Another subscription has this name: choose another.")


def _columns(stored: StoredSubscription) -> dict[str, object]:
    return {
        "id": stored.subscription.id,
        "name": stored.subscription.name,
        "document": msgspec.json.encode(stored.subscription).decode(),
        "enabled": stored.enabled,
        "reason": stored.reason,
        "verified_ms": stored.verified_ms,
        "failing_ms": stored.failing_ms,
        "since_ms": stored.since_ms,
        "created_ms": stored.created_ms,
        "created_by": stored.created_by,
    }


def _stored(row: RowMapping) -> StoredSubscription:
    return StoredSubscription(
        subscription=msgspec.json.decode(row["document"], type=Subscription),
        enabled=row["enabled"],
        reason=row["reason"],
        verified_ms=row["verified_ms"],
        failing_ms=row["failing_ms"],
        since_ms=row["since_ms"],
        created_ms=row["created_ms"],
        created_by=row["created_by"],
    )
