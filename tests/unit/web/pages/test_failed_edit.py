"""Edit and replay: looked at first, done with the same text, and for nobody who may not replay."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.model.json import JsonObject
from server.model.outcome import FailedEvent, FailureReason, Offset, Position
from server.model.schema import Violation
from server.observe.replays import Replayed
from server.store.configuration import add_dataset, add_schema
from server.store.users import Role
from server.web.pages.failed_chosen import MAX_REPLAYED
from tests.builders import NOON_MS, SCHEMA_ID, a_dataset, a_failed, an_event
from tests.unit.web.console import HTML, Console, a_console

UNREADABLE = FailedEvent(
    source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="read", raw="AAAA"
)
SCHEMA: JsonObject = {
    "$id": SCHEMA_ID,
    "title": "Counts",
    "type": "object",
    "properties": {"_id": {"type": "string"}, "count": {"type": "integer"}},
}
MEND = "count = to_integer(count)"


def counted(count: str) -> FailedEvent:
    return a_failed(
        event=an_event(xdm={"_id": f"e-{count}", "count": count}),
        violations=(Violation(path="/count", keyword="type", message=f"expected a whole number, found '{count}'"),),
    )


@contextmanager
def a_console_with_failures(directory: Path, role: Role = Role.EDITOR) -> Iterator[Console]:
    """Failed: 0 "7", 1 "many", 2 what nobody can read."""

    def add(connection: Any) -> None:
        add_schema(connection, SCHEMA, now_ms=NOON_MS)
        add_dataset(connection, a_dataset(), now_ms=NOON_MS)

    with a_console(directory) as console:
        console.services.database.write_sync(add)
        console.happened(counted("7"), counted("many"), UNREADABLE)
        console.sign_in(role)
        yield console


def send(console: Console, path: str, **fields: str | list[str]) -> httpx2.Response:
    form = {"csrf": console.csrf_token()} | fields
    return console.client.post(path, data=form, headers=HTML, follow_redirects=False)


def looked_at(console: Console, edit: str, *offsets: str) -> str:
    answer = send(console, "/failed/edit", action="preview", edit=edit, offset=list(offsets))
    assert answer.status_code == 200
    return unescape(answer.text)


def replayed(console: Console) -> dict[int, Replayed]:
    found = asyncio.run(console.services.replays.find([Offset(number) for number in range(5)]))
    return {int(offset): each for offset, each in found.items()}


def test_the_list_leads_to_an_edit_of_the_ticked_ones_with_lines_that_may_help(tmp_path: Path) -> None:
    with a_console_with_failures(tmp_path) as console:
        listed = console.client.get("/failed", headers=HTML).text
        opened = unescape(send(console, "/failed/edit", offset=["0", "1"], reason="schema_violation").text)

    assert "Edit all 2 and replay" in listed
    assert 'name="shown" value="0,1"' in opened
    assert 'name="reason" value="schema_violation"' in opened
    assert f"<code>{MEND}</code>" in opened
    assert "Replay 2 with this edit" in opened


def test_suggested_lines_are_put_behind_those_that_are_there(tmp_path: Path) -> None:
    with a_console_with_failures(tmp_path) as console:
        text = unescape(send(console, "/failed/edit", action="suggest", edit="# first", offset="0").text)

    assert f"\n# first\n{MEND}</textarea>" in text
    assert "Put these lines in" not in text


def test_a_preview_shows_before_and_after_and_replays_nothing(tmp_path: Path) -> None:
    with a_console_with_failures(tmp_path) as console:
        text = looked_at(console, MEND, "0", "1", "2")
        done = replayed(console)

    assert "1 would pass, 1 would fail again." in text
    assert re.search(r'diff-removed">-\s*"count": "7"', text)
    assert re.search(r'diff-added">\+\s*"count": 7', text)
    assert "Line 1 changed nothing in 1:" in text
    assert "1 cannot be replayed" in text
    assert done == {}


def test_a_fault_is_told_at_its_line_and_the_text_is_kept(tmp_path: Path) -> None:
    with a_console_with_failures(tmp_path) as console:
        text = looked_at(console, "count = 1\r\nnonsense", "0")
        refused = send(console, "/failed/edit/replay", edit="unheard.of = 1", offset="0")
        done = replayed(console)

    assert '<span class="path">Line 2</span> <code>nonsense</code>' in text
    assert "write `path = expression`, or `remove path`" in text
    assert "count = 1\nnonsense</textarea>" in text
    assert (refused.status_code, done) == (400, {})
    assert "Line 1" in refused.text


def test_what_was_looked_at_is_replayed_with_the_same_text(tmp_path: Path) -> None:
    with a_console_with_failures(tmp_path) as console:
        answer = send(console, "/failed/edit/replay", edit=f"{MEND}\r\n", all="1", shown="0,2", reason="internal")
        done = replayed(console)
        shown = unescape(console.client.get("/failed/0", headers=HTML).text)

    assert (answer.status_code, answer.headers["location"]) == (303, "/failed?reason=internal&replayed=1")
    assert {offset: each.edit for offset, each in done.items()} == {0: f"{MEND}\n"}
    assert "with this edit:" in shown
    assert f">{MEND}\n</pre>" in shown


def test_what_stands_in_events_is_shown_as_text(tmp_path: Path) -> None:
    with a_console_with_failures(tmp_path) as console:
        answer = send(
            console, "/failed/edit", action="preview", edit='count = "<script>alert(1)</script>"', offset=["0"]
        )

    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"offset": "7"}, 404),
        ({"all": "1", "shown": ",".join(["0"] * (MAX_REPLAYED + 1))}, 413),
        ({"offset": "0", "csrf": "another"}, 403),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, fields: dict[str, str], status: int) -> None:
    with a_console_with_failures(tmp_path) as console:
        for path in ("/failed/edit", "/failed/edit/replay"):
            assert send(console, path, edit=MEND, **fields).status_code == status
        assert replayed(console) == {}


def test_a_viewer_may_not_and_does_not_see_what_was_edited(tmp_path: Path) -> None:
    with a_console_with_failures(tmp_path) as console:
        send(console, "/failed/edit/replay", edit='count = "ada@example.com"', offset="0")
        console.client.cookies.clear()
        console.sign_in(Role.VIEWER, name="bob")

        statuses = [
            console.client.get("/failed/edit?offset=0", headers=HTML).status_code,
            send(console, "/failed/edit", action="preview", edit=MEND, offset="0").status_code,
            send(console, "/failed/edit/replay", edit=MEND, offset="1").status_code,
        ]
        texts = [console.client.get(path, headers=HTML).text for path in ("/failed", "/failed/0")]

        assert statuses == [403, 403, 403]
        assert list(replayed(console)) == [0]
    assert all("ada@example.com" not in text and "/failed/edit" not in text for text in texts)


def test_an_edit_is_for_all_of_a_group_that_nobody_replayed(tmp_path: Path) -> None:
    with a_console_with_failures(tmp_path) as console:
        everything = {"whole": "1", "reason": "schema_violation"}
        text = unescape(send(console, "/failed/edit", **everything).text)
        seen = unescape(send(console, "/failed/edit", edit=MEND, action="preview", **everything).text)
        answer = send(console, "/failed/edit/replay", edit=MEND, **everything)

    assert 'name="whole" value="1"' in text
    assert 'name="shown"' not in text
    assert "1 would pass, 1 would fail again." in seen
    assert "Replay 2 with this edit" in seen
    assert answer.headers["location"] == "/failed?reason=schema_violation&replayed=2"


def test_a_preview_of_more_than_it_looks_at_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.web.pages.failed_edit.MAX_REPLAYED", 1)
    with a_console_with_failures(tmp_path) as console:
        text = unescape(send(console, "/failed/edit", whole="1", reason="schema_violation").text)

    assert "more than 1 events" in text
    assert "The preview is of the newest 1. A replay takes 10,000 at once" in text
    assert "Replay all with this edit" in text
