from collections.abc import Set
from typing import Any

import msgspec
import pytest

from server.model.outcome import FailedEvent, FailureReason, Offset, Outcome, Position
from server.model.replay import REPLAYS_PARTITION
from server.observe import tally as module
from server.observe.tally import SLOT_MS, First, Kind, Milestone, Tally, tally
from server.ports import LogRecord
from tests.builders import DATASET_ID, NOON_MS, a_client, a_failed, a_processed, an_event, an_xdm, encoded

VIEW = "web.webpagedetails.pageViews"
OWN_HOST = "collect.example:8000"


def counted(*kept: Outcome | bytes, known_types: Set[str] = frozenset()) -> Tally:
    values = [item if isinstance(item, bytes) else encoded(item) for item in kept]
    records = [LogRecord(Offset(number), value) for number, value in enumerate(values)]
    return tally(records, known_types=known_types, own_host=OWN_HOST, now_ms=NOON_MS)


def firsts(**event: Any) -> dict[Milestone, First]:
    return dict(counted(a_processed(**event)).firsts)


def test_outcomes_of_a_kind_are_counted_together_by_the_ten_minutes_they_were_received_in() -> None:
    found = counted(
        a_processed(received_ms=NOON_MS),
        a_processed(received_ms=NOON_MS + SLOT_MS - 1),
        a_processed(received_ms=NOON_MS + SLOT_MS),
    )

    assert found.counts == {
        Kind(NOON_MS, DATASET_ID, "processed", VIEW): 2,
        Kind(NOON_MS + SLOT_MS, DATASET_ID, "processed", VIEW): 1,
    }


def test_what_is_no_new_outcome_is_not_counted() -> None:
    again = Position(partition=REPLAYS_PARTITION, offset=0)

    failed_again = counted(a_failed(source=again))
    offered_again = counted(msgspec.structs.replace(a_processed(), source=again, only="lake"))

    assert failed_again.counts == offered_again.counts == {}
    assert offered_again.traffic == {}


def test_duplicates_and_each_reason_to_fail_are_kinds_of_their_own() -> None:
    lost = FailedEvent(source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="read")

    found = counted(a_processed(duplicate=True), a_failed(), lost)

    assert found.counts == {
        Kind(NOON_MS, DATASET_ID, "duplicate", VIEW): 1,
        Kind(NOON_MS, DATASET_ID, "schema_violation", VIEW): 1,
        Kind(NOON_MS, "", "unreadable", ""): 1,
    }


@pytest.mark.parametrize("event_type", [5, None, ["a"], {"a": 1}, "x" * 101])
def test_an_event_type_that_is_none_is_counted_without(event_type: Any) -> None:
    found = counted(a_failed(event=an_event(xdm=an_xdm(eventType=event_type, identityMap="no map"))))

    assert found.counts == {Kind(NOON_MS, DATASET_ID, "schema_violation", ""): 1}


def test_types_beyond_the_limit_are_not_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_EVENT_TYPES", 2)

    found = counted(*[a_processed(xdm=an_xdm(eventType=each)) for each in "abac"], known_types={"c"})

    assert {kind.event_type: events for kind, events in found.counts.items()} == {"a": 2, "": 1, "c": 1}


def test_what_is_no_record_of_ours_is_not_counted() -> None:
    assert counted(b"\xff", b"[]", b"{").counts == {}


@pytest.mark.parametrize(
    ("client", "host"),
    [
        ({"origin": "https://shop.example"}, "shop.example"),
        ({"referer": "http://localhost:8080/a?b"}, "localhost:8080"),
        ({"origin": f"https://{OWN_HOST}"}, None),
        ({"origin": "null"}, None),
        ({"origin": "http://[broken"}, None),
        ({}, None),
    ],
)
def test_the_first_event_of_a_page_that_is_not_ours_is_a_milestone(client: dict[str, str], host: str | None) -> None:
    found = firsts(client=a_client(**client))

    assert found.get(Milestone.SITE) == (None if host is None else First(NOON_MS, host))


def test_so_is_the_first_that_is_more_than_a_page_view() -> None:
    assert Milestone.ACTION not in firsts()
    assert firsts(xdm=an_xdm(eventType="commerce.purchases"))[Milestone.ACTION] == First(NOON_MS, "commerce.purchases")


def test_so_is_the_first_that_names_somebody_and_not_only_a_browser() -> None:
    named = an_xdm(identityMap={"ECID": [{"id": "1"}], "CustomerId": [{"id": "A-1"}]})

    assert Milestone.CUSTOMER not in firsts()
    assert firsts(xdm=named)[Milestone.CUSTOMER] == First(NOON_MS, "CustomerId")


def test_a_failed_event_shows_that_a_site_sends_and_nothing_more() -> None:
    named = an_xdm(eventType="commerce.purchases", identityMap={"CustomerId": [{"id": "A-1"}]})

    found = counted(a_failed(event=an_event(xdm=named, client=a_client(origin="https://shop.example"))))

    assert set(found.firsts) == {Milestone.SITE}
