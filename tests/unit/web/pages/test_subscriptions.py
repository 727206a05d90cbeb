from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from server.model.subscription import EventCode, StoredSubscription
from server.store.outbox import Delivery, deliveries
from server.store.subscriptions import list_subscriptions
from server.store.tables.notifications import subscriptions as table
from server.store.users import Role
from tests.builders import NOON_MS
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.notifier import FakeNotifier
from tests.unit.web.pages.connections import DATASET, a_connection
from tests.unit.web.pages.subscribed import HOOK, a_form, keep_subscription


def page(console: Console, path: str) -> str:
    answer = console.client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def send(console: Console, path: str, **fields: str) -> Any:
    form = fields or {"csrf": console.csrf_token()}
    return console.client.post(path, data=form, headers=HTML, follow_redirects=False)


def kept(console: Console) -> Sequence[StoredSubscription]:
    return console.services.database.read_sync(list_subscriptions)


def told(console: Console, subscription_id: str = "s-1") -> Sequence[Delivery]:
    return console.services.database.read_sync(lambda each: deliveries(each, subscription_id, limit=99))


def test_one_is_made_asked_to_prove_itself_and_its_secret_shown_once(tmp_path: Path) -> None:
    notifier = FakeNotifier()
    with a_console(tmp_path, notifier=notifier) as console:
        console.sign_in()
        a_connection(console)
        form = a_form(console, **{f"dataset-{DATASET}": "1", "event-heliograph_ingestion_stopped": "1"})

        text = unescape(send(console, "/subscriptions", **form).text)

        [stored] = kept(console)
        sealed = console.services.database.read_sync(lambda each: each.execute(table.select()).one().sealed_secret)
        secret = sealed.removeprefix("sealed ")[::-1]
        again = page(console, f"/subscriptions/{stored.subscription.id}")
    subscription = stored.subscription
    assert secret.startswith("whsec_")
    assert secret in text
    assert secret not in again
    assert (subscription.name, subscription.url, subscription.quiet_hours) == ("Ops", HOOK, 6)
    assert subscription.events == (EventCode.LAKE_FAILURE, EventCode.STOPPED)
    assert (subscription.datasets, subscription.connections) == ((DATASET,), ())
    assert (stored.enabled, stored.verified_ms, stored.created_by) == (True, NOON_MS, "ada")
    assert notifier.asked == [HOOK]


def test_an_address_that_does_not_answer_is_kept_told_nothing_and_can_be_asked_again(tmp_path: Path) -> None:
    notifier = FakeNotifier(unproven={HOOK: "It answered 404."})
    with a_console(tmp_path, notifier=notifier) as console:
        console.sign_in()
        text = send(console, "/subscriptions", **a_form(console)).text
        [stored] = kept(console)
        address = f"/subscriptions/{stored.subscription.id}"

        refused = send(console, f"{address}/verify")
        not_sent = send(console, f"{address}/test")
        notifier.unproven.clear()
        proven = send(console, f"{address}/verify")

        assert "It answered 404." in text
        assert "It answered 404." in refused.text
        assert (refused.status_code, not_sent.status_code, proven.status_code) == (400, 400, 303)
        assert kept(console)[0].verified_ms == NOON_MS
        assert notifier.sent == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " "}, "Give it a name"),
        ({"url": "ftp://x"}, "An address begins with https://"),
        ({"url": "https://10.0.0.1/"}, "not public"),
        ({"quiet_hours": "5"}, "Choose one of the times"),
        ({"event-ing_load_failure": None}, "Choose something to be told"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_kept(
    tmp_path: Path, fields: dict[str, str | None], words: str
) -> None:
    notifier = FakeNotifier(faults={"https://10.0.0.1/": "It is not public."})
    with a_console(tmp_path, notifier=notifier) as console:
        console.sign_in()
        form = a_form(console) | fields
        answer = send(console, "/subscriptions", **{key: value for key, value in form.items() if value is not None})

        assert answer.status_code == 400
        assert words in unescape(answer.text)
        assert 'aria-invalid="true"' in answer.text
        assert kept(console) == []
        assert notifier.asked == []


def test_a_name_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        keep_subscription(console)

        answer = send(console, "/subscriptions", **a_form(console))
        form = a_form(console, name="Other", url=HOOK)
        assert send(console, "/subscriptions", **form).status_code == 200
        second = next(each.subscription.id for each in kept(console) if each.subscription.name == "Other")
        renamed = send(console, f"/subscriptions/{second}/edit", **a_form(console))

    assert (answer.status_code, renamed.status_code) == (400, 400)
    assert "Another subscription has this name" in answer.text


def test_changing_it_keeps_what_is_kept_and_a_new_address_has_to_prove_itself(tmp_path: Path) -> None:
    other, notifier = "https://other.example.com/", FakeNotifier()
    notifier.unproven[other] = "It answered 500."
    with a_console(tmp_path, notifier=notifier) as console:
        console.sign_in()
        keep_subscription(console)

        renamed = send(console, "/subscriptions/s-1/edit", **a_form(console, name="Renamed"))
        first = kept(console)[0]
        moved = send(console, "/subscriptions/s-1/edit", **a_form(console, url=other))
        second = kept(console)[0]

    assert (renamed.status_code, first.subscription.name, first.verified_ms) == (303, "Renamed", NOON_MS)
    assert (moved.status_code, second.subscription.url, second.verified_ms) == (400, other, None)
    assert notifier.asked == [other]


def test_a_test_and_one_sent_again_are_sent_at_once(tmp_path: Path) -> None:
    notifier = FakeNotifier()
    with a_console(tmp_path, notifier=notifier) as console:
        console.sign_in()
        keep_subscription(console)

        assert send(console, "/subscriptions/s-1/test").status_code == 303
        [test] = [each for each in told(console) if each.notification.code is EventCode.TEST]
        assert send(console, "/subscriptions/s-1/notifications/n-2").status_code == 303
        assert send(console, "/subscriptions/s-1/notifications/none").status_code == 404

    assert notifier.sent == [test.notification.id, "n-2"]
    assert '"xdm:eventCode":"heliograph_test"' in test.notification.body


def test_a_notification_of_another_subscription_is_not_sent_from_this_one(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        keep_subscription(console)
        assert send(console, "/subscriptions", **a_form(console, name="Other")).status_code == 200
        other = next(each.subscription.id for each in kept(console) if each.subscription.name == "Other")

        assert send(console, f"/subscriptions/{other}/notifications/n-2").status_code == 404


def test_it_is_switched_off_and_on_gets_a_new_secret_and_goes(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        keep_subscription(console)

        send(console, "/subscriptions/s-1/switch")
        off = kept(console)[0]
        send(console, "/subscriptions/s-1/switch")
        on = kept(console)[0]
        secret = send(console, "/subscriptions/s-1/secret")
        gone = send(console, "/subscriptions/s-1/delete")

        assert (off.enabled, on.enabled) == (False, True)
        assert (off.since_ms, on.since_ms) == (0, NOON_MS)
        assert "whsec_" in secret.text
        assert (gone.headers["location"], kept(console)) == ("/subscriptions", [])
        assert console.client.get("/subscriptions/s-1", headers=HTML).status_code == 404


def test_attempts_are_shown_with_status_and_the_answer_escaped(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        keep_subscription(console)

        raw = console.client.get("/subscriptions/s-1", headers=HTML).text

    assert "&lt;b&gt;no&lt;/b&gt;⟨U+202E⟩" in raw
    assert "500 in 1.234 s" in raw
    assert "no answer in 1.234 s" in raw
    assert "given up" in raw


def test_a_viewer_sees_the_host_alone_and_changes_nothing(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        keep_subscription(console)

        one = page(console, "/subscriptions/s-1")
        answers = [
            send(console, path)
            for path in (
                *("/subscriptions", "/subscriptions/s-1/edit", "/subscriptions/s-1/test", "/subscriptions/s-1/secret"),
                *("/subscriptions/s-1/switch", "/subscriptions/s-1/delete", "/subscriptions/s-1/verify"),
                "/subscriptions/s-1/notifications/n-2",
            )
        ]

        assert "hooks.example.com" in one
        assert "s3cret" not in one
        assert "<b>no</b>" not in one
        assert "Send a test" not in one
        assert {answer.status_code for answer in answers} == {403}
        assert len(kept(console)) == 1
