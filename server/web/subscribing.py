"""What is done with subscriptions, whoever asks for it: the console, our API or a command."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from server.model.subscription import EventCode, Notification, StoredSubscription, Subscription
from server.observe.notice_document import Names, notice_document, subject_of
from server.observe.notices import Notice, hour_of
from server.observe.traffic import Numbers, Way
from server.store import settings
from server.store.configuration import list_datasets, list_datastreams
from server.store.database import Database
from server.store.inlets import list_inlets
from server.store.outbox import add_notifications, find_owner, send_again
from server.store.subscriptions import add_subscription, save_subscription
from server.web.identifiers import new_hex, new_uuid
from server.web.notifier import Notifier
from server.web.views.failure_texts import reason_title
from server.wire.webhook import SECRET_BYTES, secret_text


class Subscribing(Protocol):
    """What it takes; ConsoleServices has it."""

    @property
    def database(self) -> Database: ...
    @property
    def notifier(self) -> Notifier: ...
    @property
    def base_url(self) -> str: ...
    @property
    def clock_ms(self) -> Callable[[], int]: ...
    @property
    def new_token(self) -> Callable[[], str]: ...


async def subscribe(needs: Subscribing, subscription: Subscription, *, by: str) -> tuple[str, str]:
    """Keep a new one, and ask its address to prove itself: its secret, told this once, and why it did not prove itself.

    Raises SubscriptionRefused. Whether or not it did, the subscription is there; it can be asked again.
    """
    secret, now_ms = new_secret(needs), needs.clock_ms()
    stored = StoredSubscription(
        subscription=subscription,
        enabled=True,
        reason="",
        verified_ms=None,
        failing_ms=None,
        since_ms=hour_of(now_ms),
        created_ms=now_ms,
        created_by=by,
    )
    await needs.database.write(partial(add_subscription, stored=stored, sealed_secret=needs.notifier.seal(secret)))
    return secret, await prove(needs, stored)


async def prove(needs: Subscribing, stored: StoredSubscription) -> str:
    """Ask its address whether it wants notifications. Why it did not say so, in words; empty when it did."""
    fault = await needs.notifier.challenge_fault(stored.subscription.url)
    if not fault:
        proven = msgspec.structs.replace(stored, verified_ms=needs.clock_ms(), failing_ms=None)
        await needs.database.write(partial(save_subscription, stored=proven))
    return fault


async def switch_on(needs: Subscribing, stored: StoredSubscription) -> None:
    """What happened while it was off is not told: it begins with the present hour."""
    since_ms = hour_of(needs.clock_ms())
    on = msgspec.structs.replace(stored, enabled=True, reason="", failing_ms=None, since_ms=since_ms)
    await needs.database.write(partial(save_subscription, stored=on))


async def switch_off(needs: Subscribing, stored: StoredSubscription) -> None:
    """What waits for it, waits on, for as long as notifications are worth anything."""
    off = msgspec.structs.replace(stored, enabled=False, reason="")
    await needs.database.write(partial(save_subscription, stored=off))


async def send_test(needs: Subscribing, stored: StoredSubscription) -> None:
    """A notification that says nothing happened, now."""

    def work(connection: Connection) -> str:
        notification = _test(needs, names_in(connection, base_url=needs.base_url))
        add_notifications(connection, stored.subscription.id, [notification])
        return notification.id

    await needs.notifier.send_now(await needs.database.write(work))


async def send_once_more(needs: Subscribing, stored: StoredSubscription, notification_id: str) -> bool:
    """The same again, now; whether it is this subscription's, and still kept."""

    def work(connection: Connection) -> bool:
        is_its = find_owner(connection, notification_id) == stored.subscription.id
        return is_its and send_again(connection, notification_id, now_ms=needs.clock_ms())

    found = await needs.database.write(work)
    if found:
        await needs.notifier.send_now(notification_id)
    return found


def new_secret(needs: Subscribing) -> str:
    """To sign with, as its receiver keeps it."""
    return secret_text(bytes.fromhex(new_hex(needs.new_token, 2 * SECRET_BYTES)))


def names_in(connection: Connection, *, base_url: str) -> Names:
    """Of all that can be told of."""
    org_id = settings.get_setting(connection, settings.ORG_ID) or ""
    return Names(
        org_id=org_id,
        sandbox=settings.get_setting(connection, settings.SANDBOX) or "",
        base_url=base_url,
        connections={str(each.id): each.name for each in list_datastreams(connection, org_id)}
        | {str(each.id): each.name for each in list_inlets(connection)},
        datasets={str(each.id): each.name for each in list_datasets(connection)},
    )


def _test(needs: Subscribing, names: Names) -> Notification:
    event_id, now_ms = new_uuid(needs.new_token), needs.clock_ms()
    notice = Notice(EventCode.TEST, f"{EventCode.TEST}/{event_id}", Way("", "", ""), now_ms, now_ms, 0, Numbers(), {})
    document = notice_document(notice, names, event_id=event_id, now_ms=now_ms, run=None, title=reason_title)
    return Notification(
        id=event_id,
        key=notice.key,
        code=notice.code,
        subject=subject_of(notice, names),
        body=msgspec.json.encode(document).decode(),
        created_ms=now_ms,
    )
