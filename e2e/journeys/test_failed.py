"""An event fails, the schema is mended, the event is replayed: it is in the lake and in the profile, once."""

import json
import sqlite3
import urllib.request
from collections.abc import Callable
from contextlib import closing
from typing import Any

from playwright.sync_api import Browser, expect

from e2e.server import Heliograph

NewServer = Callable[..., Heliograph]

ECID = "38205271846094731265508917263340198754"


def _send(server: Heliograph, identifier: str, **fields: Any) -> None:
    xdm = {
        "_id": identifier,
        "eventType": "web.webpagedetails.pageViews",
        "identityMap": {"ECID": [{"id": ECID, "primary": True}]},
    } | fields
    request = urllib.request.Request(
        f"{server.base_url}/ee/v1/interact?configId=demo",
        data=json.dumps({"events": [{"xdm": xdm}]}).encode(),
        headers={"content-type": "text/plain"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def _set_field(server: Heliograph, name: str, kind: str) -> None:
    """Of the schema of the demo's events, as nobody could who edits it: its type may change."""
    with closing(sqlite3.connect(server.data_dir / "control.db")) as connection, connection:
        ((key, text),) = connection.execute("SELECT id, document FROM schemas WHERE id LIKE '%demo-events'").fetchall()
        document = json.loads(text)
        document["properties"][name] = {"type": kind, "title": name}
        connection.execute("UPDATE schemas SET document = ? WHERE id = ?", (json.dumps(document), key))


def _failed(server: Heliograph) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(server.run("failed", "list", "--json").stdout)
    return found


def test_a_failed_event_is_replayed_after_the_fix_and_counted_once(new_server: NewServer) -> None:
    server = new_server().start()
    _send(server, "broken", loyaltyTier="gold")
    server.run("wait")
    assert [(each["id"], each["reason"]) for each in _failed(server)] == [("broken", "schema_violation")]
    assert server.events() == []

    server.run("failed", "replay", "0")
    server.run("wait")
    assert [each["id"] for each in _failed(server)] == ["broken", "broken"]

    server.stop()
    _set_field(server, "loyaltyTier", "string")
    server.start()
    server.run("failed", "replay", "--all")
    server.run("wait")

    # Both failed records are of one event: it is there once.
    assert [(event["_id"], event["loyaltyTier"]) for event in server.events()] == [("broken", "gold")]
    shown = json.loads(server.run("profile", "show", "--namespace", "ECID", "--id", ECID, "--json").stdout)
    assert [event["id"] for event in shown["events"]] == ["broken"]
    assert all(each["replayed"] and not each["replayed"]["isWaiting"] for each in _failed(server))
    events = json.loads(server.run("info", "--json").stdout)["events"]
    assert events["received"] == events["processed"] + events["failed"]


def test_the_console_shows_a_failed_event_and_replays_it(demo: Heliograph, browser: Browser) -> None:
    _send(demo, "broken-in-the-console", device={"screenHeight": "tall"})
    demo.run("wait")
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Failed", exact=True).click()
    (newest,) = [each for each in _failed(demo) if each["id"] == "broken-in-the-console"]

    page.locator(f"a[href='/failed/{newest['offset']}']").click()
    expect(page.get_by_text("/device/screenHeight", exact=True)).to_be_visible()
    page.get_by_role("button", name="Replay").click()

    expect(page.get_by_text("1 event sent to be decided again.")).to_be_visible()
    demo.run("wait")
    page.goto(f"{demo.base_url}/failed/{newest['offset']}")
    expect(page.get_by_text("replayed", exact=True)).to_be_visible()
    context.close()


def test_the_console_edits_a_failed_event_and_it_passes(demo: Heliograph, browser: Browser) -> None:
    _send(demo, "edited-in-the-console", device={"screenHeight": "900"})
    demo.run("wait")
    (newest,) = [each for each in _failed(demo) if each["id"] == "edited-in-the-console"]
    # What is done by forms alone works for everybody.
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{demo.base_url}/failed/{newest['offset']}")

    page.get_by_role("link", name="Edit and replay").click()
    page.get_by_role("button", name="Put these lines in").click()
    expect(page.get_by_label("The edit, one change a line")).to_have_value(
        "device.screenHeight = to_integer(device.screenHeight)"
    )
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("1 would pass, 0 would fail again.")).to_be_visible()
    page.get_by_role("button", name="Replay 1 with this edit").click()

    expect(page.get_by_text("1 event sent to be decided again.")).to_be_visible()
    context.close()
    demo.run("wait")
    assert [each["id"] for each in _failed(demo)].count("edited-in-the-console") == 1
    (event,) = [each for each in demo.events() if each["_id"] == "edited-in-the-console"]
    assert event["device"]["screenHeight"] == 900


def test_a_group_of_failed_events_is_replayed_whole(demo: Heliograph, browser: Browser) -> None:
    for number in range(2):
        _send(demo, f"grouped-{number}", device={"screenWidth": "wide"})
    demo.run("wait")
    groups = json.loads(demo.run("failed", "groups", "--json").stdout)
    (group,) = [each for each in groups if each["field"] == "/device/screenWidth"]
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.run("user", "login-link").stdout.strip())
    page.get_by_role("button", name="Sign in").click()

    page.goto(f"{demo.base_url}/failed?period=day")
    page.get_by_role("link", name="/device/screenWidth has the wrong type").click()
    expect(page.get_by_role("heading", name="/device/screenWidth has the wrong type")).to_be_visible()
    expect(page.get_by_role("img", name="Failed events of this group, by half hour: 2 failed")).to_be_visible()
    expect(page.locator(".failure")).to_have_count(2)
    page.get_by_role("button", name="Replay all of them").click()

    expect(page.get_by_text("2 events sent to be decided again.")).to_be_visible()
    context.close()
    demo.run("wait")
    listed = json.loads(demo.run("failed", "list", "--group", group["id"], "--json").stdout)
    assert (group["events"], group["keyword"]) == (2, "type")
    # Both failed again: a line each that is open, and one that was replayed.
    assert [each["replayed"] is None for each in listed] == [True, True, False, False]


def test_an_event_that_the_lake_refused_is_offered_to_it_again_after_the_fix_and_taken_once(
    new_server: NewServer,
) -> None:
    server = new_server()
    server.start().stop()
    _set_field(server, "points", "number")
    server.start()
    _send(server, "first", points=1.5)
    server.run("wait")
    server.stop()
    # The table has a column of another type now, for which both events would be valid.
    _set_field(server, "points", "integer")
    server.start()
    _send(server, "refused", points=2)
    server.run("wait")

    (letter,) = json.loads(server.run("failed", "letters", "--json").stdout)
    assert (letter["id"], letter["sink"], letter["retried"]) == ("refused", "lake", None)
    assert "points" in letter["reason"]
    assert letter["cure"] == "Undo the change of the schema, then retry."
    assert [event["_id"] for event in server.events()] == ["first"]

    server.stop()
    _set_field(server, "points", "number")
    server.start()
    server.run("failed", "retry", "--sink", "lake")
    server.run("failed", "retry", str(letter["offset"]))
    server.run("wait")

    assert sorted((event["_id"], event["points"]) for event in server.events()) == [("first", 1.5), ("refused", 2)]
    shown = json.loads(server.run("profile", "show", "--namespace", "ECID", "--id", ECID, "--json").stdout)
    assert sorted(event["id"] for event in shown["events"]) == ["first", "refused"]
    events = json.loads(server.run("info", "--json").stdout)["events"]
    assert events["received"] == events["processed"] + events["failed"]
    assert len(json.loads(server.run("failed", "letters", "--json").stdout)) == 1
