"""How much came by which way, what became of it and how fast: counted by minutes. Pure.

An event is counted in the minute that it was received in, when it gets its first outcome: received is always ingested
and failed and skipped. What is replayed later changes none of these; that a failed event became a row after all is
counted beside them, as repaired, and once, since a second time is a duplicate.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from server.model.outcome import Offset, Processed
from server.observe.glance import DUPLICATE, PROCESSED, Glanced

MINUTE_MS = 60_000
HOUR_MS = 3_600_000

LATENCY_SLOT_MS = 300_000
"""Latencies are counted by five minutes: every way has a dozen numbers in each."""

OUTCOME = "outcome"
"""The stage at which an event has its outcome; the others are the sinks' names."""

LATENCIES_MS = (
    *(1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700),
    *(1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 15_000, 20_000, 30_000),
    *(60_000, 120_000, 300_000, 900_000, 3_600_000, 86_400_000),
)
"""Upper ends of the classes; what is slower than the last is in it."""

UNKNOWN_MS = -1
"""The class of what was delivered when nobody looked at the clock: just before a crash."""


class Way(NamedTuple):
    """By which connection (a datastream or an inlet) and dataflow into which dataset; ``""`` for none or unknown."""

    connection: str
    flow: str
    dataset: str


class Slot(NamedTuple):
    """``start_ms``: since the epoch. A minute, five of them, or an hour."""

    start_ms: int
    way: Way


class Numbers(NamedTuple):
    """Of events, but ``size_bytes``, which is of their records in the log, and latencies to the outcome, in ms."""

    received: int = 0
    ingested: int = 0
    failed: int = 0
    skipped: int = 0
    repaired: int = 0
    warned: int = 0
    size_bytes: int = 0
    latency_ms: int = 0
    least_ms: int | None = None
    most_ms: int | None = None

    def plus(self, other: "Numbers") -> "Numbers":
        least = [each for each in (self.least_ms, other.least_ms) if each is not None]
        most = [each for each in (self.most_ms, other.most_ms) if each is not None]
        return Numbers(
            received=self.received + other.received,
            ingested=self.ingested + other.ingested,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
            repaired=self.repaired + other.repaired,
            warned=self.warned + other.warned,
            size_bytes=self.size_bytes + other.size_bytes,
            latency_ms=self.latency_ms + other.latency_ms,
            least_ms=min(least, default=None),
            most_ms=max(most, default=None),
        )


class Latency(NamedTuple):
    """A class of latencies. ``stage``: OUTCOME, or a sink's name. ``up_to_ms``: one of LATENCIES_MS, or UNKNOWN_MS."""

    slot: Slot
    stage: str
    up_to_ms: int


KnowsDataset = Callable[[str], bool]
"""Whether there is a dataset of this id. Others are counted as none: a sender can think up any number of them."""


def traffic(glanced: Sequence[Glanced], *, knows: KnowsDataset) -> tuple[Mapping[Slot, Numbers], Mapping[Latency, int]]:
    numbers: dict[Slot, Numbers] = {}
    latencies: Counter[Latency] = Counter()
    for each in glanced:
        way, seen = way_of(each, knows=knows), each.seen
        slot = Slot(each.at_ms - each.at_ms % MINUTE_MS, way)
        took_ms = max(0, seen.decided_ms - each.at_ms) if seen.decided_ms and not seen.is_replay else None
        numbers[slot] = numbers.get(slot, Numbers()).plus(_numbers(each, took_ms))
        if took_ms is not None:
            latencies[_latency(way, OUTCOME, each.at_ms, took_ms)] += 1
    return numbers, latencies


def delivered(
    sink: str,
    batch: Sequence[tuple[Offset, Processed]],
    *,
    at_ms: int | None,
    knows: KnowsDataset,
    dead: Collection[Offset] = (),
) -> Mapping[Latency, int]:
    """What a sink was done with at ``at_ms``; None when that is not known. Duplicates, which it skips, do not count.

    ``dead``: those that it will never take. They are counted apart, by :func:`dead_letters`.
    """
    latencies: Counter[Latency] = Counter()
    for offset, processed in batch:
        if processed.duplicate or processed.only not in ("", sink):
            continue
        event = processed.event
        flow = "" if event.ingestion is None else event.ingestion.flow_id
        way = Way(event.datastream_id, flow, event.dataset_id if knows(event.dataset_id) else "")
        # How long somebody took to mend what it was refused for is not how fast a sink is.
        took_ms = None if at_ms is None or processed.only else max(0, at_ms - event.received_ms)
        latencies[_latency(way, dead_letters(sink) if offset in dead else sink, event.received_ms, took_ms)] += 1
    return latencies


def dead_letters(sink: str) -> str:
    """The stage at which a sink has refused an event for good."""
    return f"{sink}, refused"


def quantile_ms(classes: Mapping[int, int], share: float) -> int | None:
    """The upper end of the class that this share of the latencies is in or below; None when there are none."""
    known = sorted((up_to_ms, events) for up_to_ms, events in classes.items() if up_to_ms != UNKNOWN_MS)
    missing = share * sum(events for _, events in known)
    for up_to_ms, events in known:
        missing -= events
        if missing <= 0:
            return up_to_ms
    return None


def way_of(each: Glanced, *, knows: KnowsDataset) -> Way:
    event = each.seen.event
    if event is None:
        return Way("", "", "")
    return Way(event.datastream_id, event.ingestion.flow_id, event.dataset_id if knows(event.dataset_id) else "")


def _numbers(each: Glanced, took_ms: int | None) -> Numbers:
    seen = each.seen
    if seen.is_replay:
        return Numbers(repaired=1 if seen.outcome == PROCESSED else 0)
    ingested, skipped = seen.outcome == PROCESSED, seen.outcome == DUPLICATE
    return Numbers(
        received=1,
        ingested=int(ingested),
        skipped=int(skipped),
        failed=int(not ingested and not skipped),
        warned=int(ingested and seen.event is not None and seen.event.is_warned),
        size_bytes=each.size_bytes,
        latency_ms=took_ms or 0,
        least_ms=took_ms,
        most_ms=took_ms,
    )


def _latency(way: Way, stage: str, at_ms: int, took_ms: int | None) -> Latency:
    slot = Slot(at_ms - at_ms % LATENCY_SLOT_MS, way)
    if took_ms is None:
        return Latency(slot, stage, UNKNOWN_MS)
    return Latency(slot, stage, next((end for end in LATENCIES_MS if took_ms <= end), LATENCIES_MS[-1]))
