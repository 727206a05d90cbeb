"""Traffic as series of numbers over time, by connection, dataflow and dataset. Pure.

A series has one number an interval. The numbers of the minutes in an interval are put together by one function
(downsampling), and then those of the ways that are in one group by another (aggregation).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from server.observe.failure_groups import FailureCount, FailureSlot
from server.observe.traffic import HOUR_MS, Latency, Numbers, Slot, Way


class Point(NamedTuple):
    """A number of one way at a time."""

    at_ms: int
    way: Way
    value: float


Reduce = Callable[[Sequence[float]], float]

REDUCERS: Mapping[str, Reduce] = {
    "sum": sum,
    "min": min,
    "max": max,
    "avg": lambda values: sum(values) / len(values),
    "count": lambda values: float(len(values)),
}

KEYS: Mapping[str, Callable[[Way], str]] = {
    "dataSetId": lambda way: way.dataset,
    "inletId": lambda way: way.connection,
    "flowId": lambda way: way.flow,
}


class Wanted(NamedTuple):
    """``values``: by key, what is let through. ``group_by``: keys of which each value is a series of its own."""

    values: Mapping[str, frozenset[str]]
    group_by: Sequence[str]
    aggregator: str
    downsample: str


Series = Mapping[tuple[str, ...], Mapping[int, float]]
"""By the values of the ``group_by`` keys: interval's beginning to number, in order of time."""


def series(points: Iterable[Point], wanted: Wanted, *, interval_ms: int) -> Series:
    raw: defaultdict[tuple[tuple[str, ...], int, Way], list[float]] = defaultdict(list)
    for point in points:
        if all(KEYS[key](point.way) in values for key, values in wanted.values.items()):
            group = tuple(KEYS[key](point.way) for key in wanted.group_by)
            raw[group, point.at_ms - point.at_ms % interval_ms, point.way].append(point.value)
    downsampled: defaultdict[tuple[str, ...], defaultdict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (group, start_ms, _), values in sorted(raw.items()):
        downsampled[group][start_ms].append(REDUCERS[wanted.downsample](values))
    aggregate = REDUCERS[wanted.aggregator]
    return {
        group: {start_ms: aggregate(values) for start_ms, values in sorted(intervals.items())}
        for group, intervals in sorted(downsampled.items())
    }


def numbers_points(traffic: Mapping[Slot, Numbers], value: Callable[[Numbers], float]) -> Iterable[Point]:
    return (
        Point(slot.start_ms, slot.way, number) for slot, numbers in traffic.items() if (number := value(numbers)) > 0
    )


def batch_points(traffic: Mapping[Slot, Numbers], value: Callable[[Numbers], float]) -> Iterable[Point]:
    """1 for each hour of a dataset that holds anything."""
    hours = {
        (slot.start_ms - slot.start_ms % HOUR_MS, slot.way.dataset)
        for slot, numbers in traffic.items()
        if value(numbers) > 0
    }
    return (Point(start_ms, Way("", "", dataset), 1.0) for start_ms, dataset in sorted(hours))


def delivered_points(latencies: Mapping[Latency, int], stage: str) -> Iterable[Point]:
    return (
        Point(latency.slot.start_ms, latency.slot.way, events)
        for latency, events in latencies.items()
        if latency.stage == stage
    )


def violation_points(failures: Mapping[FailureSlot, FailureCount], keywords: Iterable[str]) -> Iterable[Point]:
    wanted = frozenset(keywords)
    return (
        Point(slot.start_ms, Way(slot.group.connection, "", slot.group.dataset), count.events)
        for slot, count in failures.items()
        if slot.group.keyword in wanted
    )
