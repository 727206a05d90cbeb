from server.model.outcome import Offset
from server.observe.failure_groups import FailureCount, FailureGroup, FailureSlot
from server.observe.series import (
    Point,
    Wanted,
    batch_points,
    delivered_points,
    latest,
    numbers_points,
    quantiles,
    series,
    violation_points,
)
from server.observe.traffic import HOUR_MS, MINUTE_MS, UNKNOWN_MS, Latency, Numbers, Slot, Way
from tests.builders import NOON_MS

A, B = Way("inlet", "f", "a"), Way("inlet", "f", "b")
POINTS = [
    Point(NOON_MS, A, 1),
    Point(NOON_MS + MINUTE_MS, A, 5),
    Point(NOON_MS, B, 10),
    Point(NOON_MS + HOUR_MS, B, 7),
]


def wanted(**fields: object) -> Wanted:
    given = {"values": {}, "group_by": (), "aggregator": "sum", "downsample": "sum"} | fields
    return Wanted(**given)  # type: ignore[arg-type]  # what a test gives


def test_all_ways_are_one_series() -> None:
    assert series(POINTS, wanted(), interval_ms=HOUR_MS) == {(): {NOON_MS: 16, NOON_MS + HOUR_MS: 7}}


def test_groups_are_a_series_each_and_filters_let_through() -> None:
    asked = wanted(values={"dataSetId": frozenset({"a", "b"}), "flowId": frozenset({"f"})}, group_by=["dataSetId"])

    assert series(POINTS, asked, interval_ms=HOUR_MS) == {
        ("a",): {NOON_MS: 6},
        ("b",): {NOON_MS: 10, NOON_MS + HOUR_MS: 7},
    }
    assert series(POINTS, wanted(values={"inletId": frozenset({"x"})}), interval_ms=HOUR_MS) == {}


def test_minutes_are_put_together_before_ways_are() -> None:
    asked = wanted(aggregator="sum", downsample="max")

    assert series(POINTS, asked, interval_ms=HOUR_MS)[()][NOON_MS] == 15


def test_points_of_every_source() -> None:
    traffic = {
        Slot(NOON_MS, A): Numbers(received=2, failed=1),
        Slot(NOON_MS + MINUTE_MS, A): Numbers(received=1, failed=1),
        Slot(NOON_MS, B): Numbers(received=1),
    }
    latencies = {Latency(Slot(NOON_MS, A), "lake", 5): 3, Latency(Slot(NOON_MS, A), "profile", 5): 2}
    group = FailureGroup("schema_violation", "/x", "type", "", "", "a", "inlet")
    failures = {
        FailureSlot(NOON_MS, group): FailureCount(4, NOON_MS, NOON_MS, Offset(0)),
        FailureSlot(NOON_MS, group._replace(keyword="enum")): FailureCount(1, NOON_MS, NOON_MS, Offset(0)),
    }

    assert [point.value for point in numbers_points(traffic, lambda numbers: numbers.failed)] == [1, 1]
    assert list(batch_points(traffic, lambda numbers: numbers.failed)) == [Point(NOON_MS, Way("", "", "a"), 1.0)]
    assert [point.value for point in delivered_points(latencies, "lake")] == [3]
    assert [point.value for point in violation_points(failures, ["type"])] == [4]


def test_quantiles_are_of_all_events_of_a_series_and_an_interval_together() -> None:
    """Ten fast ones and two slow ones are not the average of their ways."""
    slot = Slot(NOON_MS, A)
    latencies = {
        Latency(slot, "lake", 10): 10,
        Latency(Slot(NOON_MS, B), "lake", 5_000): 2,
        Latency(Slot(NOON_MS + HOUR_MS, A), "lake", 20): 1,
        Latency(slot, "profile", 1): 100,
        Latency(Slot(NOON_MS + HOUR_MS, B), "lake", UNKNOWN_MS): 1,
    }

    def asked(share: float, **fields: object) -> object:
        return quantiles(latencies, wanted(**fields), stage="lake", share=share, interval_ms=HOUR_MS)

    assert asked(0.5) == {(): {NOON_MS: 10.0, NOON_MS + HOUR_MS: 20.0}}
    assert asked(0.95) == {(): {NOON_MS: 5_000.0, NOON_MS + HOUR_MS: 20.0}}
    assert asked(0.95, group_by=["dataSetId"]) == {
        ("a",): {NOON_MS: 10.0, NOON_MS + HOUR_MS: 20.0},
        ("b",): {NOON_MS: 5_000.0},
    }


def test_the_latest_minute_is_the_latest_of_all_ways() -> None:
    traffic = {
        Slot(NOON_MS, A): Numbers(received=1),
        Slot(NOON_MS + MINUTE_MS, B): Numbers(received=1),
        Slot(NOON_MS + 2 * MINUTE_MS, B): Numbers(repaired=1),
    }

    assert latest(traffic, wanted(), interval_ms=HOUR_MS) == {(): {NOON_MS: (NOON_MS + MINUTE_MS) / 1_000}}
