"""A console with a subscription, in every state that its pages have."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from server.model.subscription import Attempt, NotificationState
from server.observe.delivery import Consequence
from server.store.outbox import add_notifications, claim, settle
from tests.builders import NOON_MS
from tests.unit.store.subscribed import a_notification, a_stored, a_subscription, subscribe
from tests.unit.web.console import HTML, Console

HOOK = "https://hooks.example.com/s3cret"


def a_form(console: Console, **fields: str) -> dict[str, str]:
    """What a person sends who fills the form in."""
    given = {"name": "Ops", "url": HOOK, "quiet_hours": "6", "event-ing_load_failure": "1"}
    return {"csrf": console.csrf_token()} | given | fields


def keep_subscription(console: Console) -> None:
    """s-1, with a notification in every state: n-1 waits after a failed attempt, n-2 is delivered, n-3 given up."""

    def work(connection: Connection) -> None:
        stored = a_stored(a_subscription(url=HOOK, connections=("test",), datasets=("gone",)), since_ms=0)
        subscribe(connection, stored)
        add_notifications(connection, "s-1", [a_notification(number) for number in (1, 2, 3, 4)])
        for number, (state, status) in enumerate((("waiting", 500), ("delivered", 204), ("given_up", 0)), 1):
            claimed = claim(connection, f"n-{number}", now_ms=NOON_MS)
            assert claimed is not None
            due_ms = NOON_MS + 1 if state == "waiting" else None
            outcome = Consequence(NotificationState(state), due_ms, 0, None if status == 204 else NOON_MS, "")
            attempt = Attempt(at_ms=NOON_MS, took_ms=1_234, status=status, answer="<b>no</b>\u202e")
            settle(connection, claimed, attempt=attempt, outcome=outcome)

    console.services.database.write_sync(work)


def every_subscription_page(console: Console) -> Iterator[tuple[str, str]]:
    """(what it is, its HTML)."""

    def get(path: str) -> str:
        return console.client.get(path, headers=HTML).text

    def sent(path: str, form: dict[str, str]) -> str:
        return console.client.post(path, data=form, headers=HTML).text

    keep_subscription(console)
    yield "subscriptions", get("/subscriptions")
    yield "subscription", get("/subscriptions/s-1")
    yield "subscription, changed", get("/subscriptions/s-1/edit")
    yield "subscription, new", get("/subscriptions/new")
    yield "subscription, refused", sent("/subscriptions", {"csrf": console.csrf_token()})
    yield "subscription, made", sent("/subscriptions", a_form(console, name="Made"))
    yield "subscription, new secret", sent("/subscriptions/s-1/secret", {"csrf": console.csrf_token()})
    stored = a_stored(a_subscription(id="s-2", name="Off", url=HOOK), enabled=False, reason="410", verified_ms=None)
    console.services.database.write_sync(partial(subscribe, stored=stored))
    yield "subscription, off", get("/subscriptions/s-2")
