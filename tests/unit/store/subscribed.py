"""A control plane with a subscription, and notifications for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from server.model.subscription import SUBSCRIBED, EventCode, Notification, StoredSubscription, Subscription
from server.store.database import Database
from server.store.subscriptions import add_subscription
from tests.builders import NOON_MS
from tests.unit.store.migrated import a_migrated_database


@contextmanager
def a_control_plane(directory: Path) -> Iterator[Database]:
    database = Database(a_migrated_database(directory))
    try:
        yield database
    finally:
        database.close()


def a_subscription(**fields: Any) -> Subscription:
    given: dict[str, Any] = {"id": "s-1", "name": "Ops", "url": "https://example.com/", "events": SUBSCRIBED}
    return Subscription(**given | fields)


def a_stored(subscription: Subscription | None = None, **fields: Any) -> StoredSubscription:
    given: dict[str, Any] = {"enabled": True, "reason": "", "verified_ms": NOON_MS, "failing_ms": None}
    given |= {"subscription": subscription or a_subscription(), "since_ms": NOON_MS, "created_ms": NOON_MS}
    return StoredSubscription(**given | {"created_by": "ada"} | fields)


def a_notification(number: int = 1, **fields: Any) -> Notification:
    given: dict[str, Any] = {"id": f"n-{number}", "key": f"k-{number}", "code": EventCode.LAKE_FAILURE}
    given |= {"subject": "3 events failed.", "body": '{"event":{}}', "created_ms": NOON_MS}
    return Notification(**given | fields)


def subscribe(connection: Connection, stored: StoredSubscription | None = None, *, sealed_secret: str = "") -> None:
    add_subscription(connection, stored or a_stored(), sealed_secret=sealed_secret)
