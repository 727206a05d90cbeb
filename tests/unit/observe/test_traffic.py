from collections.abc import Sequence

import msgspec
import pytest

from server.model.ingestion import Ingestion
from server.model.inlet import FlowId
from server.model.outcome import Offset, Outcome, Position
from server.model.replay import REPLAYS_PARTITION
from server.model.schema import Violation
from server.observe.glance import Glanced, glance
from server.observe.traffic import (
    MINUTE_MS,
    OUTCOME,
    UNKNOWN_MS,
    Latency,
    Numbers,
    Slot,
    Way,
    dead_letters,
    delivered,
    quantile_ms,
    traffic,
)
from server.ports import LogRecord
from tests.builders import DATASET_ID, NOON_MS, a_failed, a_processed, an_event, encoded

WAY = Way("test", "", DATASET_ID)
NOON = Slot(NOON_MS, WAY)
REPLAYED = Position(partition=REPLAYS_PARTITION, offset=0)


def glanced(*outcomes: Outcome) -> Sequence[Glanced]:
    records = [LogRecord(Offset(number), encoded(outcome)) for number, outcome in enumerate(outcomes)]
    return glance(records, now_ms=NOON_MS)


def numbers(*outcomes: Outcome) -> dict[Slot, Numbers]:
    counted, _ = traffic(glanced(*outcomes), knows=lambda _: True)
    return {slot: each._replace(size_bytes=0) for slot, each in counted.items()}


def test_every_event_that_came_is_ingested_failed_or_skipped() -> None:
    found = numbers(a_processed(), a_processed(duplicate=True), a_failed(), a_processed())

    assert found == {NOON: Numbers(received=4, ingested=2, skipped=1, failed=1)}


def test_an_event_is_counted_in_the_minute_that_it_was_received_in() -> None:
    found = numbers(a_processed(received_ms=NOON_MS + MINUTE_MS - 1), a_processed(received_ms=NOON_MS + MINUTE_MS))

    assert [slot.start_ms for slot in found] == [NOON_MS, NOON_MS + MINUTE_MS]


def test_what_is_replayed_did_not_come_again_and_is_repaired_when_it_is_a_first_one() -> None:
    replays: list[Outcome] = [a_processed(), a_processed(duplicate=True), a_failed()]
    outcomes = [msgspec.structs.replace(each, source=REPLAYED) for each in replays]

    assert numbers(*outcomes) == {NOON: Numbers(repaired=1)}


def test_a_way_is_told_by_connection_dataflow_and_dataset() -> None:
    warned = Ingestion(flow_id=FlowId("f"), warnings=(Violation(path="/a", keyword="mapping", message="none"),))

    found = numbers(a_processed(ingestion=warned, datastream_id="inlet"))

    assert found == {Slot(NOON_MS, Way("inlet", "f", DATASET_ID)): Numbers(received=1, ingested=1, warned=1)}


def test_datasets_that_there_are_not_are_counted_as_none() -> None:
    counted, _ = traffic(glanced(a_failed()), knows=lambda _: False)

    assert set(counted) == {Slot(NOON_MS, Way("test", "", ""))}


def test_latency_is_from_reception_to_outcome() -> None:
    outcomes = [a_processed(received_ms=NOON_MS - took_ms) for took_ms in (0, 4, 600)]
    dated = [msgspec.structs.replace(each, decided_ms=NOON_MS) for each in outcomes]

    counted, latencies = traffic(glanced(*dated), knows=lambda _: True)

    total = Numbers()
    for each in counted.values():
        total = total.plus(each)
    assert (total.latency_ms, total.least_ms, total.most_ms) == (604, 0, 600)
    assert sorted(each.up_to_ms for each in latencies) == [1, 5, 700]
    assert {each.stage for each in latencies} == {OUTCOME}


def test_what_a_sink_was_done_with_is_counted_without_duplicates() -> None:
    batch = [(Offset(0), a_processed()), (Offset(1), a_processed(duplicate=True))]

    assert delivered("lake", batch, at_ms=NOON_MS + 1_400, knows=lambda _: True) == {Latency(NOON, "lake", 1_500): 1}
    assert delivered("lake", batch, at_ms=None, knows=lambda _: True) == {Latency(NOON, "lake", UNKNOWN_MS): 1}
    assert delivered("lake", batch, at_ms=NOON_MS, knows=lambda _: True, dead={Offset(0)}) == {
        Latency(NOON, dead_letters("lake"), 1): 1
    }


def test_what_a_sink_was_offered_again_counts_for_it_alone_without_how_long_that_took() -> None:
    again = [(Offset(0), msgspec.structs.replace(a_processed(), only="lake"))]

    assert delivered("lake", again, at_ms=NOON_MS, knows=lambda _: True) == {Latency(NOON, "lake", UNKNOWN_MS): 1}
    assert delivered("profile", again, at_ms=NOON_MS, knows=lambda _: True) == {}


@pytest.mark.parametrize(
    ("classes", "share", "expected"),
    [
        ({}, 0.5, None),
        ({UNKNOWN_MS: 9}, 0.5, None),
        ({1: 94, 500: 5, 3_000: 1}, 0.5, 1),
        ({1: 94, 500: 5, 3_000: 1}, 0.95, 500),
        ({1: 94, 500: 5, 3_000: 1}, 1.0, 3_000),
    ],
)
def test_a_quantile_is_the_end_of_the_class_it_is_in(
    classes: dict[int, int], share: float, expected: int | None
) -> None:
    assert quantile_ms(classes, share) == expected


def test_numbers_add_up() -> None:
    one = Numbers(received=1, latency_ms=5, least_ms=5, most_ms=5)

    assert one.plus(Numbers()) == one
    assert one.plus(Numbers(received=2, latency_ms=4, least_ms=1, most_ms=3)) == Numbers(
        received=3, latency_ms=9, least_ms=1, most_ms=5
    )


def test_an_event_that_carries_anything_at_all_is_counted() -> None:
    event = an_event(xdm={"_id": "x", "web": [1], "eventType": {"a": 1}, "identityMap": 3})

    assert numbers(a_failed(event=event)) == {NOON: Numbers(received=1, failed=1)}
