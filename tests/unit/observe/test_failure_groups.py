from collections.abc import Set

import pytest

from server.model.outcome import FailedEvent, FailureReason, Offset, Position
from server.model.replay import REPLAYS_PARTITION
from server.model.schema import Violation
from server.observe import failure_groups as module
from server.observe.failure_groups import (
    FailureCount,
    FailureGroup,
    FailureSlot,
    failure_groups,
    faults_of,
    field_of,
    has_fault,
)
from server.observe.glance import glance
from server.ports import LogRecord
from tests.builders import DATASET_ID, NOON_MS, a_client, a_failed, an_event, encoded

GROUP = FailureGroup(
    reason="schema_violation",
    field="/web",
    keyword="type",
    rule="",
    page="shop.example/",
    dataset=DATASET_ID,
    connection="test",
)


def counted(*outcomes: FailedEvent, known: Set[FailureGroup] = frozenset()) -> dict[FailureSlot, FailureCount]:
    records = [LogRecord(Offset(number), encoded(outcome)) for number, outcome in enumerate(outcomes)]
    return dict(failure_groups(glance(records, now_ms=NOON_MS), known=known, knows=lambda _: True))


def test_events_with_the_same_fault_are_one_group() -> None:
    later = an_event(received_ms=NOON_MS + 5_000)

    assert counted(a_failed(), a_failed(event=later)) == {
        FailureSlot(NOON_MS, GROUP): FailureCount(2, NOON_MS, NOON_MS + 5_000, Offset(1))
    }


def test_an_event_with_two_faults_is_in_two_groups_once_each() -> None:
    faults = [Violation(path=path, keyword="type", message="") for path in ("/a/0/x", "/a/1/x", "/b")]

    found = counted(a_failed(violations=tuple(faults)))

    assert [(slot.group.field, count.events) for slot, count in found.items()] == [("/a/*/x", 1), ("/b", 1)]


def test_rule_and_page_tell_groups_apart() -> None:
    events = [
        an_event(rule="add-to-cart"),
        an_event(rule="search"),
        an_event(rule="search", client=a_client(referer="https://shop.example/s?q=1"), xdm={"_id": "1"}),
    ]

    found = counted(*(a_failed(event=event) for event in events))

    assert [(slot.group.rule, slot.group.page) for slot in found] == [
        ("add-to-cart", "shop.example/"),
        ("search", "shop.example/"),
        ("search", "shop.example/s"),
    ]


def test_ten_minutes_are_told_apart() -> None:
    later = an_event(received_ms=NOON_MS + 600_000)

    assert [slot.start_ms for slot in counted(a_failed(), a_failed(event=later))] == [NOON_MS, NOON_MS + 600_000]


def test_a_whole_record_is_in_the_groups_that_it_was_counted_in() -> None:
    faults = tuple(Violation(path=path, keyword="type", message="") for path in ("/a/0/x", "/a/1/x", "/b"))
    failed = a_failed(event=an_event(rule="search"), violations=faults)

    groups = [slot.group.fault for slot in counted(failed)]

    assert list(faults_of(failed)) == groups
    assert all(has_fault(failed, group.id) for group in groups)
    assert not has_fault(failed, GROUP.fault.id)


def test_a_group_has_one_name_by_whichever_way_its_events_came() -> None:
    assert GROUP._replace(dataset="other", connection="other").fault.id == GROUP.fault.id
    assert GROUP._replace(field="/we", keyword="btype").fault.id != GROUP.fault.id
    assert len(GROUP.fault.id) == 16


def test_what_was_replayed_and_failed_again_is_the_same_event() -> None:
    assert counted(a_failed(source=Position(partition=REPLAYS_PARTITION, offset=0))) == {}


def test_what_cannot_be_read_is_a_group_without_a_field() -> None:
    lost = FailedEvent(source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="read")

    assert [slot.group for slot in counted(lost)] == [FailureGroup("unreadable", "", "", "", "", "", "")]


def test_groups_without_end_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_GROUPS", 2)
    faults = [Violation(path=f"/made-up-{number}", keyword="type", message="") for number in range(5)]

    found = counted(*(a_failed(violations=(fault,)) for fault in faults), known={GROUP})

    assert [(slot.group.field, count.events) for slot, count in found.items()] == [("/made-up-0", 1), ("*", 4)]
    (rest,) = [slot.group.fault for slot in found if slot.group.field == "*"]
    assert has_fault(a_failed(violations=(faults[4],)), rest.id)


@pytest.mark.parametrize(
    ("pointer", "field"),
    [("", ""), ("/productListItems/12/SKU", "/productListItems/*/SKU"), ("/a/0", "/a/*"), ("/a1/2b", "/a1/2b")],
)
def test_items_of_a_list_are_one_field(pointer: str, field: str) -> None:
    assert field_of(pointer) == field
