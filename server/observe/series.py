"""Traffic as series of numbers over time, by connection, dataflow and dataset. Pure.

A series has one number an interval. The numbers of the minutes in an interval are put together by one function
(downsampling), and then those of the ways that are in one group by another (aggregation).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from server.observe.failure_groups import FailureCount, FailureSlot
from server.observe.traffic import HOUR_MS, Latency, Numbers, Slot, Way, quantile_ms


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
        group = _group(point.way, wanted)
        if group is not None:
            raw[group, point.at_ms - point.at_ms % interval_ms, point.way].append(point.value)
    downsampled: defaultdict[tuple[str, ...], defaultdict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (group, start_ms, _), values in sorted(raw.items()):
        downsampled[group][start_ms].append(REDUCERS[wanted.downsample](values))
    aggregate = REDUCERS[wanted.aggregator]
    return {
        group: {start_ms: aggregate(values) for start_ms, values in sorted(intervals.items())}
        for group, intervals in sorted(downsampled.items())
    }


def quantiles(
    latencies: Mapping[Latency, int], wanted: Wanted, *, stage: str, share: float, interval_ms: int
) -> Series:
    """The latency in ms that this share of a series' events stayed below, as far as it is known.

    Quantiles can neither be added nor averaged: all events of an interval and a series are one distribution.
    """
    classes: defaultdict[tuple[str, ...], defaultdict[int, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for latency, events in latencies.items():
        group = _group(latency.slot.way, wanted)
        if group is not None and latency.stage == stage:
            start_ms = latency.slot.start_ms - latency.slot.start_ms % interval_ms
            classes[group][start_ms][latency.up_to_ms] += events
    return {
        group: {
            start_ms: float(value)
            for start_ms, each in sorted(intervals.items())
            if (value := quantile_ms(each, share)) is not None
        }
        for group, intervals in sorted(classes.items())
    }


def latest(traffic: Mapping[Slot, Numbers], wanted: Wanted, *, interval_ms: int) -> Series:
    """When anything was received last in each interval: the beginning of that minute, in seconds since the epoch."""
    last = wanted._replace(aggregator="max", downsample="max")
    points = (Point(slot.start_ms, slot.way, slot.start_ms / 1_000) for slot, each in traffic.items() if each.received)
    return series(points, last, interval_ms=interval_ms)


def _group(way: Way, wanted: Wanted) -> tuple[str, ...] | None:
    """The series that a way belongs to; None when it is not let through."""
    if not all(KEYS[key](way) in values for key, values in wanted.values.items()):
        return None
    return tuple(KEYS[key](way) for key in wanted.group_by)


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
