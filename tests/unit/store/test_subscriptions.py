from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, func, select

from server.store.outbox import add_notifications
from server.store.subscriptions import (
    MAX_SUBSCRIPTIONS,
    SubscriptionRefused,
    delete_subscription,
    find_subscription,
    list_subscriptions,
    replace_secret,
    save_subscription,
)
from server.store.tables.notifications import notifications, subscriptions
from tests.unit.store.subscribed import a_control_plane, a_notification, a_stored, a_subscription, subscribe


def test_a_subscription_is_kept_with_how_it_is_doing(tmp_path: Path) -> None:
    stored = a_stored(a_subscription(connections=("shop",), quiet_hours=6), verified_ms=None, reason="why")
    with a_control_plane(tmp_path) as database:
        database.write_sync(partial(subscribe, stored=stored))

        assert database.read_sync(list_subscriptions) == [stored]
        assert database.read_sync(partial(find_subscription, subscription_id="s-1")) == stored
        assert database.read_sync(partial(find_subscription, subscription_id="none")) is None


def test_it_is_changed_in_place(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        changed = msgspec.structs.replace(a_stored(a_subscription(name="Other")), enabled=False)
        database.write_sync(partial(save_subscription, stored=changed))
        database.write_sync(partial(replace_secret, subscription_id="s-1", sealed_secret="new"))

        assert database.read_sync(list_subscriptions) == [changed]
        assert database.read_sync(lambda connection: connection.scalar(select(subscriptions.c.sealed_secret))) == "new"


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        second = a_stored(a_subscription(id="s-2"))

        with pytest.raises(SubscriptionRefused, match="this name"):
            database.write_sync(partial(subscribe, stored=second))
        other = a_stored(a_subscription(id="s-2", name="Other"))
        database.write_sync(partial(subscribe, stored=other))
        with pytest.raises(SubscriptionRefused, match="this name"):
            database.write_sync(partial(save_subscription, stored=second))


def test_there_are_so_many_and_no_more(tmp_path: Path) -> None:
    def fill(connection: Connection) -> None:
        for number in range(MAX_SUBSCRIPTIONS):
            subscribe(connection, a_stored(a_subscription(id=f"s-{number}", name=f"n-{number}")))

    with a_control_plane(tmp_path) as database:
        database.write_sync(fill)

        with pytest.raises(SubscriptionRefused, match="delete one"):
            database.write_sync(partial(subscribe, stored=a_stored(a_subscription(id="more", name="more"))))


def test_deleted_it_takes_what_was_to_be_told_with_it(tmp_path: Path) -> None:
    with a_control_plane(tmp_path) as database:
        database.write_sync(subscribe)
        database.write_sync(partial(add_notifications, subscription_id="s-1", new=[a_notification()]))
        database.write_sync(partial(delete_subscription, subscription_id="s-1"))

        assert database.read_sync(list_subscriptions) == []
        assert database.read_sync(lambda each: each.scalar(select(func.count()).select_from(notifications))) == 0
