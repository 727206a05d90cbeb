import asyncio
import base64
import re
from html import unescape
from pathlib import Path

import httpx2
import pytest

from server.model.dataset import Dataset, DatasetId
from server.model.outcome import FailedEvent, FailureReason, Offset, Position
from server.model.schema import SchemaId, Violation
from server.store.configuration import add_dataset, add_schema
from server.store.users import Role
from server.web.pages.failed import PAGE_FAILURES
from server.web.pages.failed_chosen import MAX_REPLAYED, chosen_failures
from tests.builders import DATASET_ID, ECID_A, NOON_MS, SCHEMA_ID, a_client, a_failed, an_event, an_xdm, encoded
from tests.unit.property.factories import retail
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.published import save

UNREADABLE = FailedEvent(
    source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="read", raw="AAAA"
)


def page(console: Console, path: str = "/failed") -> str:
    answer = console.client.get(path, headers=HTML)
    assert answer.status_code == 200
    return unescape(answer.text)


def shown(text: str) -> list[int]:
    """The offsets of the events on the page."""
    return [int(offset) for offset in re.findall(r'class="failure-link" href="/failed/(\d+)"', text)]


def replay(console: Console, **fields: str | list[str]) -> httpx2.Response:
    form = {"csrf": console.csrf_token()} | fields
    return console.client.post("/failed/replay", data=form, headers=HTML, follow_redirects=False)


def replayed(console: Console) -> dict[int, bool]:
    """Failed events that were replayed, and whether they wait for their outcome."""
    found = asyncio.run(console.services.replays.find([Offset(number) for number in range(5)]))
    return {int(offset): each.is_waiting for offset, each in found.items()}


def test_without_a_failed_event_it_says_so(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert "Nothing has failed" in page(console)


def test_each_says_what_is_wrong_and_leads_to_its_page(tmp_path: Path) -> None:
    violations = tuple(Violation(path=f"/a{number}", keyword="type", message="wrong") for number in range(5))
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_failed(violations=violations), a_failed(), UNREADABLE)

        text = page(console)

    assert shown(text) == [2, 1, 0]
    listed = text.partition('class="sheet failures"')[2]
    assert "/a0" in listed
    assert "/a3" not in listed
    assert "and 2 more" in text
    assert "expected an object, found the number 5" in text


def test_the_list_is_filtered_by_reason_dataset_and_time(tmp_path: Path) -> None:
    other = DatasetId("f" * 24)

    def add_datasets(connection: object) -> None:
        schema = {"$id": SCHEMA_ID, "title": "Test"}
        add_schema(connection, schema, now_ms=NOON_MS)  # type: ignore[arg-type]  # a connection, as write_sync gives
        for key, name in ((DATASET_ID, "shop-events"), (other, "others")):
            add_dataset(connection, Dataset(id=key, name=name, schema_id=SchemaId(SCHEMA_ID)), now_ms=NOON_MS)  # type: ignore[arg-type]

    with a_console(tmp_path) as console:
        console.sign_in()
        console.services.database.write_sync(add_datasets)
        console.happened(
            a_failed(event=an_event(received_ms=NOON_MS - 2 * 3_600_000)),
            a_failed(event=an_event(dataset_id=other)),
            UNREADABLE,
        )

        assert "shop-events" in page(console)
        assert shown(page(console, "/failed?reason=unreadable")) == [2]
        assert shown(page(console, f"/failed?dataset={other}")) == [1]
        assert shown(page(console, "/failed?period=hour")) == [1]
        assert shown(page(console, "/failed?period=day&reason=schema_violation")) == [1, 0]
        assert shown(page(console, "/failed?reason=no-such-reason&dataset=x&period=x&before=x")) == [2, 1, 0]
        assert "None like this" in page(console, "/failed?reason=mapping_failed")


def test_older_ones_are_on_the_next_page(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(*[a_failed() for _ in range(PAGE_FAILURES + 2)])

        first = page(console, "/failed?reason=schema_violation")
        (older,) = re.findall(r'href="(/failed\?[^"]*before=[^"]*)"', first)
        second = page(console, older)

    assert (len(shown(first)), shown(second)) == (PAGE_FAILURES, [1, 0])
    assert "Replay all that match, older ones too" in first
    assert "Replay all that match" not in second
    assert "reason=schema_violation" in older
    assert "Newest" in second


def test_ticked_events_are_replayed_and_the_list_says_so(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.EDITOR)
        console.happened(a_failed(), a_failed(), a_failed())

        answer = replay(console, offset=["0", "2"], reason="schema_violation")

        assert (answer.status_code, answer.headers["location"]) == (303, "/failed?reason=schema_violation&replayed=2")
        assert replayed(console) == {0: True, 2: True}
        text = page(console, answer.headers["location"])
        assert "2 events sent to be decided again" in text
        assert text.count("waiting to be replayed") == 2
        assert "by ada" in text


def test_all_that_are_shown_are_replayed_but_what_cannot_be_read_or_was_replayed_before(tmp_path: Path) -> None:
    def listed(text: str) -> str:
        (found,) = re.findall(r'name="shown" value="([^"]*)"', text)
        return str(found)

    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_failed(), UNREADABLE, a_failed(), a_failed())
        replay(console, offset="2")
        before = page(console)

        replay(console, all="1", shown=listed(before))
        after = page(console)

    assert listed(before) == "3,0"
    assert "Replay all 2 that were not yet" in before
    assert listed(after) == ""
    assert "Replay all" not in after


def test_one_is_looked_at_and_replayed_from_its_own_page(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_failed())
        assert 'name="offset" value="0"' in page(console, "/failed/0")
        assert "DCVS-1104-400" in page(console, "/failed/0")

        replay(console, offset="0")

        assert "waiting to be replayed" in page(console, "/failed/0")


def test_what_cannot_be_read_has_no_replay(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(UNREADABLE)

        assert "Replay</span>" not in page(console, "/failed/0")
        assert replay(console, offset="0").headers["location"] == "/failed?replayed=0"
        assert replayed(console) == {}


def test_what_ended_the_process_is_replayed_once_that_is_mended(tmp_path: Path) -> None:
    crashed = FailedEvent(
        source=Position(partition=0, offset=0),
        reason=FailureReason.CRASHED,
        stage="decide",
        raw=base64.b64encode(encoded(an_event())).decode(),
    )
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(crashed)

        assert "Replay all 1 that were not yet" in page(console)
        assert "Replay</span>" in page(console, "/failed/0")
        assert replay(console, whole="1", reason="crashed").headers["location"] == "/failed?reason=crashed&replayed=1"
        assert replayed(console) == {0: True}


@pytest.mark.parametrize("offset", ["7", "-1", "x", "9" * 30, ""])
def test_an_offset_that_there_is_not_replays_nothing(tmp_path: Path, offset: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_failed())

        assert replay(console, offset=["0", offset] if offset == "7" else offset).status_code in (400, 404)
        assert replayed(console) == {}


def test_more_at_once_than_a_page_could_show_are_refused(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_failed())

        assert replay(console, all="1", shown=",".join(["0"] * (MAX_REPLAYED + 1))).status_code == 413


def grouped(text: str) -> list[str]:
    """Ids of the groups on the page."""
    return re.findall(r'class="failure-link" href="/failed\?(?:[^"]*&)?group=([0-9a-f]{16})"', text)


PRICE = (Violation(path="/price", keyword="required", message="the field `price` is missing"),)


def test_events_with_the_same_fault_are_one_group_that_leads_to_them(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.happened(a_failed(), a_failed(violations=PRICE), a_failed())

        text = page(console)
        web, _price = grouped(text)
        alone = page(console, f"/failed?group={web}")

    assert "is missing" in text
    assert "67 %" in text
    assert "Failed events, by 2 hours: 3 schema violation" in text
    assert shown(alone) == [2, 0]
    assert "Failed events of this group, by 2 hours: 2 failed" in alone
    assert grouped(alone) == []


def test_a_group_is_replayed_whole_but_for_what_was_already(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.EDITOR)
        console.happened(a_failed(), a_failed(violations=PRICE), a_failed(), UNREADABLE, a_failed())
        group = grouped(page(console))[0]
        replay(console, offset="2")

        answer = replay(console, whole="1", group=group)

        assert answer.headers["location"] == f"/failed?group={group}&replayed=2"
        assert set(replayed(console)) == {0, 2, 4}
        assert replay(console, whole="1", group=group).status_code == 400


def test_more_than_one_request_takes_are_replayed_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen_failures, "__kwdefaults__", {"most": 2})
    with a_console(tmp_path) as console:
        console.sign_in(Role.EDITOR)
        console.happened(*(a_failed() for _ in range(3)))

        first = replay(console, whole="1", reason="schema_violation").headers["location"]
        second = replay(console, whole="1", reason="schema_violation").headers["location"]

        assert first == "/failed?reason=schema_violation&replayed=2&more=1"
        assert second == "/failed?reason=schema_violation&replayed=1"
        assert "send the same again" in page(console, first)


def test_a_group_names_the_rule_that_sent_its_events_and_leads_to_it(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        console.happened(a_failed(event=an_event(rule="add-to-cart")), a_failed(event=an_event(rule="nobody's")))

        text = page(console)

    assert 'href="/properties/retail-web/rules/add-to-cart">Add to cart' in text
    assert "nobody's" in text


def test_a_viewer_does_not_see_an_address_in_the_page_of_a_group(tmp_path: Path) -> None:
    event = an_event(xdm={"_id": "1"}, client=a_client(referer="https://shop.example/u/ada@example.com"))
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        console.happened(a_failed(event=event))

        assert "ada@example.com" not in page(console)


def test_how_long_they_are_kept_is_said(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert f"for {console.services.failed_days} days" in page(console)


def test_a_viewer_sees_what_is_wrong_but_not_of_whom_and_replays_nothing(tmp_path: Path) -> None:
    xdm = an_xdm(identityMap={"Email": [{"id": "ada@example.com"}]})
    violation = Violation(path="/x", keyword="type", message="found the string 'ada@example.com'")
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        console.happened(a_failed(event=an_event(xdm=xdm), violations=(violation,)))

        texts = [page(console), page(console, "/failed/0")]

        assert all("ada@example.com" not in text and ECID_A not in text for text in texts)
        assert all("Replay" not in re.sub(r"replayed?[,.]|then replay them", "", text) for text in texts)
        assert replay(console, offset="0").status_code == 403
        assert replayed(console) == {}


def test_a_failed_event_that_is_gone_is_not_found(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        for path in ("/failed/0", f"/failed/{2**64}"):
            assert console.client.get(path, headers=HTML).status_code == 404
