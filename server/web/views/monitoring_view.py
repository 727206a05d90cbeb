"""What the page Monitoring says of a time: how much came by which way, what became of it, how fast. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from server.observe.traffic import (
    HOUR_MS,
    LATENCY_SLOT_MS,
    MINUTE_MS,
    OUTCOME,
    Latency,
    Numbers,
    Slot,
    Way,
    dead_letters,
    quantile_ms,
)
from server.web.views.time_chart import Series, Span, TimeChart, bar_chart, duration, line_chart, summed

_DAY_MS = 24 * HOUR_MS


class Range(NamedTuple):
    """``name``: in an address. ``label``: what it is called. ``by``: what one interval is called."""

    name: str
    label: str
    by: str
    step_ms: int
    steps: int

    def span(self, now_ms: int) -> Span:
        """The one that now is in the last interval of."""
        end_ms = now_ms - now_ms % self.step_ms + self.step_ms
        return Span(end_ms - self.step_ms * self.steps, self.step_ms, self.steps)


RANGES: Mapping[str, Range] = MappingProxyType(
    {
        each.name: each
        for each in (
            Range("hour", "Last hour", "minute", MINUTE_MS, 60),
            Range("6-hours", "6 hours", "5 minutes", 5 * MINUTE_MS, 72),
            Range("day", "24 hours", "15 minutes", 15 * MINUTE_MS, 96),
            Range("week", "7 days", "2 hours", 2 * HOUR_MS, 84),
            Range("month", "30 days", "day", _DAY_MS, 30),
        )
    }
)


class Grouping(NamedTuple):
    """What is one row. ``label``: what the rows are called. ``parts``: of a way, that tell rows apart."""

    label: str
    parts: Sequence[str]

    def row_of(self, way: Way) -> Way:
        """The way without what does not tell rows apart."""
        return Way(*(value if part in self.parts else "" for part, value in way._asdict().items()))


GROUPINGS: Mapping[str, Grouping] = MappingProxyType(
    {
        "way": Grouping("Way", ("connection", "flow", "dataset")),
        "connection": Grouping("Connection", ("connection",)),
        "flow": Grouping("Dataflow", ("connection", "flow")),
        "dataset": Grouping("Dataset", ("dataset",)),
    }
)
"""By the name that stands in an address."""


class Only(NamedTuple):
    """What is looked at of all ways; empty lets everything through."""

    connection: str = ""
    flow: str = ""
    dataset: str = ""

    def matches(self, way: Way) -> bool:
        return all(not wanted or wanted == given for wanted, given in zip(self, way, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLatency:
    """From reception to the outcome, or to what a sink was done with."""

    title: str
    events: int
    half: str
    """The latency that half of them stayed below, with its unit; empty when none is known."""
    most: str
    """The same for 95 of 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayRow:
    """One way, or some of them, over the whole time."""

    way: Way
    numbers: Numbers
    open_failures: int
    """Failed and not repaired."""
    half: str
    """The latency to the outcome that half stayed below; empty when none is known."""
    most: Sequence[str]
    """The same for 95 of 100: to the outcome, and to what each sink was done with."""
    last_ms: int
    """When anything was received last: the beginning of that minute, or hour; 0 for not in this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    """What came in one hour. ``state``: as the platform calls a run's; ``tone``: ``good``, ``bad`` or empty."""

    start_ms: int
    numbers: Numbers
    open_failures: int
    state: str
    tone: str
    mean: str
    """Latency to the outcome, on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    total: Numbers
    open_failures: int
    events: TimeChart
    latency: TimeChart
    stages: Sequence[StageLatency]
    ways: Sequence[WayRow]
    """The busiest first."""
    more_ways: int
    """How many are not listed."""
    hours: Sequence[HourRow]
    """The newest first; those in which nothing came are left out. None while everything is looked at."""
    more_hours: int
    """How many are not listed."""
    dead: Mapping[str, int]
    """By sink, what it refused for good; only those above 0."""


MAX_WAYS = 100
MAX_HOURS = 48


def monitoring(
    traffic: Mapping[Slot, Numbers],
    latencies: Mapping[Latency, int],
    chosen: Range,
    *,
    now_ms: int,
    sinks: Mapping[str, str],
    only: Only,
    by: Grouping = GROUPINGS["way"],
) -> Monitoring:
    """``traffic``, ``latencies``: of the span of ``chosen``. ``sinks``: name to title, in the order to show them.

    ``by``: what is one row.
    """
    span = chosen.span(now_ms)
    wanted = {slot: numbers for slot, numbers in traffic.items() if only.matches(slot.way)}
    measured = {latency: events for latency, events in latencies.items() if only.matches(latency.slot.way)}
    total = _sum(wanted.values())
    stages = {OUTCOME: "Processing", **sinks}
    ways, hours = _ways(wanted, measured, by, list(stages)), _hours(wanted, now_ms=now_ms) if any(only) else []
    return Monitoring(
        total=total,
        open_failures=_open(total),
        events=_events(wanted, chosen, span),
        latency=_latency(measured, stages, chosen, now_ms=now_ms),
        stages=[_stage(measured, stage, title) for stage, title in stages.items()],
        ways=ways[:MAX_WAYS],
        more_ways=max(0, len(ways) - MAX_WAYS),
        hours=hours[:MAX_HOURS],
        more_hours=max(0, len(hours) - MAX_HOURS),
        dead={name: count for name in sinks if (count := _count(measured, dead_letters(name)))},
    )


def _events(traffic: Mapping[Slot, Numbers], chosen: Range, span: Span) -> TimeChart:
    def series(name: str, tone: str, field: str) -> Series:
        by_moment: Counter[int] = Counter()
        for slot, numbers in traffic.items():
            by_moment[slot.start_ms] += getattr(numbers, field)
        return Series(name, tone, summed(by_moment, span))

    parts = [
        series("ingested", "good", "ingested"),
        series("skipped", "quiet", "skipped"),
        series("failed", "bad", "failed"),
    ]
    return bar_chart(parts, span, caption=f"Events received, by {chosen.by}")


def _latency(latencies: Mapping[Latency, int], stages: Mapping[str, str], chosen: Range, *, now_ms: int) -> TimeChart:
    # Latencies are not told apart by the minute.
    step_ms = max(chosen.step_ms, LATENCY_SLOT_MS)
    whole = chosen._replace(step_ms=step_ms, steps=chosen.step_ms * chosen.steps // step_ms)
    span = whole.span(now_ms)
    tones = ("sun", "good", "quiet", "bad")
    series = []
    for (stage, title), tone in zip(stages.items(), tones, strict=False):
        classes: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for latency, events in latencies.items():
            index = span.at(latency.slot.start_ms)
            if latency.stage == stage and index is not None:
                classes[index][latency.up_to_ms] += events
        values = [quantile_ms(classes[index], 0.95) if index in classes else None for index in range(span.steps)]
        series.append(Series(title, tone, values))
    by = "5 minutes" if step_ms == LATENCY_SLOT_MS else chosen.by
    return line_chart(series, span, caption=f"Latency that 95 of 100 events stayed below, by {by}")


def _stage(latencies: Mapping[Latency, int], stage: str, title: str) -> StageLatency:
    classes = _classes(latencies, stage)
    return StageLatency(title=title, events=sum(classes.values()), half=_told(classes, 0.5), most=_told(classes, 0.95))


def _ways(
    traffic: Mapping[Slot, Numbers], latencies: Mapping[Latency, int], by: Grouping, stages: Sequence[str]
) -> Sequence[WayRow]:
    sums: dict[Way, Numbers] = {}
    last_ms: dict[Way, int] = {}
    for slot, numbers in traffic.items():
        way = by.row_of(slot.way)
        sums[way] = sums.get(way, Numbers()).plus(numbers)
        if numbers.received:
            last_ms[way] = max(last_ms.get(way, 0), slot.start_ms)
    classes: defaultdict[tuple[Way, str], Counter[int]] = defaultdict(Counter)
    for latency, events in latencies.items():
        classes[by.row_of(latency.slot.way), latency.stage][latency.up_to_ms] += events
    rows = [
        WayRow(
            way=way,
            numbers=numbers,
            open_failures=_open(numbers),
            half=_told(classes[way, OUTCOME], 0.5),
            most=[_told(classes[way, stage], 0.95) for stage in stages],
            last_ms=last_ms.get(way, 0),
        )
        for way, numbers in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.numbers.received, row.way))


def _hours(traffic: Mapping[Slot, Numbers], *, now_ms: int) -> Sequence[HourRow]:
    sums: dict[int, Numbers] = {}
    for slot, numbers in traffic.items():
        start_ms = slot.start_ms - slot.start_ms % HOUR_MS
        sums[start_ms] = sums.get(start_ms, Numbers()).plus(numbers)
    return [_hour(start_ms, sums[start_ms], now_ms=now_ms) for start_ms in sorted(sums, reverse=True)]


def _hour(start_ms: int, numbers: Numbers, *, now_ms: int) -> HourRow:
    failed = _open(numbers)
    if failed and not numbers.ingested + numbers.repaired:
        state, tone = "Error", "bad"
    elif start_ms + HOUR_MS > now_ms:
        state, tone = "Processing", ""
    else:
        state, tone = ("Completed, with errors", "bad") if failed else ("Success", "good")
    return HourRow(
        start_ms=start_ms,
        numbers=numbers,
        open_failures=failed,
        state=state,
        tone=tone,
        mean=duration(numbers.latency_ms // numbers.received) if numbers.received and numbers.most_ms else "",
    )


def _classes(latencies: Mapping[Latency, int], stage: str) -> Mapping[int, int]:
    classes: Counter[int] = Counter()
    for latency, events in latencies.items():
        if latency.stage == stage:
            classes[latency.up_to_ms] += events
    return classes


def _count(latencies: Mapping[Latency, int], stage: str) -> int:
    return sum(_classes(latencies, stage).values())


def _told(classes: Mapping[int, int], share: float) -> str:
    found = quantile_ms(classes, share)
    return "" if found is None else duration(found)


def _open(numbers: Numbers) -> int:
    return max(0, numbers.failed - numbers.repaired)


def _sum(all_numbers: Iterable[Numbers]) -> Numbers:
    total = Numbers()
    for numbers in all_numbers:
        total = total.plus(numbers)
    return total
