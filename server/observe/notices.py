"""What there is to tell a subscription: found in the numbers of the last hours, whenever somebody looks. Pure.

A notice has a key, and is told once: so looking again, after a crash or by two processes, tells nothing twice. What
goes on while an hour lasts is told as it grows: at the first failure of the hour, the tenth, the hundredth.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from server.model.subscription import EventCode, Subscription
from server.observe.failure_groups import FailureCount, FailureSlot
from server.observe.traffic import HOUR_MS, Latency, Numbers, Slot, Way, dead_letters

LOOK_BACK_MS = 6 * HOUR_MS
"""What was decided so late, because the core was behind, is still told."""

GRACE_MS = 120_000
"""After an hour, until it counts as over: what came in its last second is decided, and in the lake, by then."""

RATE_LEAST_EVENTS = 20
RATE_PARTS = 5
"""The platform's alert: more than one in five failed. Of fewer events than that one can say nothing."""

REMEMBERED_MS = 7 * 24 * HOUR_MS
"""A connection that was silent for longer is not one that stopped."""


class Place(NamedTuple):
    """By which connection into which dataset, whatever the dataflow."""

    connection: str
    dataset: str

    def matches(self, wanted: Subscription) -> bool:
        return (not wanted.connections or self.connection in wanted.connections) and (
            not wanted.datasets or self.dataset in wanted.datasets
        )


class Notice(NamedTuple):
    """``way``: its flow is empty where it is of all dataflows. ``start_ms``, ``end_ms``: of the time it is about.

    ``affected``: how many events it is about. ``reasons``: why they failed, each with how many.
    """

    code: EventCode
    key: str
    way: Way
    start_ms: int
    end_ms: int
    affected: int
    numbers: Numbers
    reasons: Mapping[str, int]


class Seen(NamedTuple):
    """The numbers of some hours. ``profiled``, ``identified``: datasets that feed profiles and the identity graph.

    ``last_ms``: when anything came by each way last. ``told``: keys of STOPPED and RESUMED that are told.
    """

    traffic: Mapping[Slot, Numbers]
    latencies: Mapping[Latency, int]
    failures: Mapping[FailureSlot, FailureCount]
    profiled: Set[str]
    identified: Set[str]
    last_ms: Mapping[Place, int]
    told: Set[str]


def notices(seen: Seen, wanted: Subscription, *, since_ms: int, now_ms: int) -> Sequence[Notice]:
    """All that this subscription is to be told by now, told before or not; the oldest first."""
    found = [*_of_hours(seen, wanted, now_ms=now_ms), *_of_silence(seen, wanted, since_ms=since_ms, now_ms=now_ms)]
    first_ms = since_ms - since_ms % HOUR_MS
    chosen = [each for each in found if each.code in wanted.events and each.end_ms > first_ms]
    return sorted(chosen, key=lambda each: (each.start_ms, each.key))


def hour_of(at_ms: int) -> int:
    return at_ms - at_ms % HOUR_MS


class _Hour(NamedTuple):
    """One hour of one place or way. ``stages``: how many each sink was done with, or refused for good."""

    way: Way
    start_ms: int
    numbers: Numbers
    stages: Mapping[str, int]
    reasons: Mapping[str, int]
    is_over: bool

    @property
    def open_failures(self) -> int:
        return max(0, self.numbers.failed - self.numbers.repaired)

    @property
    def to_deliver(self) -> int:
        return self.numbers.ingested + self.numbers.repaired


def _of_hours(seen: Seen, wanted: Subscription, *, now_ms: int) -> Iterator[Notice]:
    for hour in _hours(seen, lambda way: way._replace(flow=""), now_ms=now_ms):
        if not Place(hour.way.connection, hour.way.dataset).matches(wanted):
            continue
        yield from _of_lake(hour)
        if hour.way.dataset in seen.profiled:
            yield from _of_profiles(hour, EventCode.PROFILE_SUCCESS, EventCode.PROFILE_FAILURE)
        if hour.way.dataset in seen.identified:
            yield from _of_profiles(hour, EventCode.IDENTITY_SUCCESS, EventCode.IDENTITY_FAILURE)
        numbers = hour.numbers
        if numbers.received >= RATE_LEAST_EVENTS and numbers.failed * RATE_PARTS > numbers.received:
            yield _notice(EventCode.ERROR_RATE, hour, numbers.failed)
    for run in _hours(seen, lambda way: way, now_ms=now_ms):
        if run.way.flow and Place(run.way.connection, run.way.dataset).matches(wanted):
            yield from _of_run(run)


def _of_lake(hour: _Hour) -> Iterator[Notice]:
    refused = hour.stages.get(dead_letters("lake"), 0)
    yield from _as_it_grows(EventCode.LAKE_FAILURE, hour, hour.open_failures + refused)
    yield from _once_all_are_there(EventCode.LAKE_SUCCESS, hour, hour.stages.get("lake", 0), refused)


def _of_profiles(hour: _Hour, success: EventCode, failure: EventCode) -> Iterator[Notice]:
    refused = hour.stages.get(dead_letters("profile"), 0)
    yield from _as_it_grows(failure, hour, refused)
    yield from _once_all_are_there(success, hour, hour.stages.get("profile", 0), refused)


def _of_run(run: _Hour) -> Iterator[Notice]:
    yield from _as_it_grows(EventCode.RUN_FAILURE, run, run.open_failures)
    if run.is_over and not run.open_failures and run.numbers.received:
        yield _notice(EventCode.RUN_SUCCESS, run, run.numbers.received)


def _as_it_grows(code: EventCode, hour: _Hour, count: int) -> Iterator[Notice]:
    if count:
        notice = _notice(code, hour, count)
        yield notice._replace(key=f"{notice.key}/{len(str(count))}")


def _once_all_are_there(code: EventCode, hour: _Hour, taken: int, refused: int) -> Iterator[Notice]:
    if hour.is_over and taken and taken + refused >= hour.to_deliver:
        yield _notice(code, hour, taken)


def _notice(code: EventCode, hour: _Hour, affected: int) -> Notice:
    return Notice(
        code=code,
        key=f"{code}/{'/'.join(hour.way)}/{hour.start_ms}",
        way=hour.way,
        start_ms=hour.start_ms,
        end_ms=hour.start_ms + HOUR_MS,
        affected=affected,
        numbers=hour.numbers,
        reasons=hour.reasons,
    )


def _hours(seen: Seen, whole: Callable[[Way], Way], *, now_ms: int) -> Iterable[_Hour]:
    numbers: dict[tuple[int, Way], Numbers] = {}
    for slot, some in seen.traffic.items():
        key = hour_of(slot.start_ms), whole(slot.way)
        numbers[key] = numbers.get(key, Numbers()).plus(some)
    stages: defaultdict[tuple[int, Way], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for latency, events in seen.latencies.items():
        stages[hour_of(latency.slot.start_ms), whole(latency.slot.way)][latency.stage] += events
    reasons: defaultdict[tuple[int, str, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for failed, count in seen.failures.items():
        place = hour_of(failed.start_ms), failed.group.connection, failed.group.dataset
        reasons[place][failed.group.reason] += count.events
    return [
        _Hour(
            way=way,
            start_ms=start_ms,
            numbers=some,
            stages=stages.get((start_ms, way), {}),
            # An event with several faults is in several groups: no reason has more than failed.
            reasons={
                reason: min(events, some.failed)
                for reason, events in reasons.get((start_ms, way.connection, way.dataset), {}).items()
            },
            is_over=start_ms + HOUR_MS + GRACE_MS <= now_ms,
        )
        for (start_ms, way), some in numbers.items()
    ]


def _of_silence(seen: Seen, wanted: Subscription, *, since_ms: int, now_ms: int) -> Iterator[Notice]:
    quiet_ms = wanted.quiet_hours * HOUR_MS
    for place, last_ms in seen.last_ms.items():
        if not place.connection or not place.dataset or not place.matches(wanted):
            continue
        way, hour_ms = Way(place.connection, "", place.dataset), hour_of(last_ms)
        told_about = f"{place.connection}/{place.dataset}/"
        # A silence that was there before anybody asked is no news.
        if since_ms <= last_ms + quiet_ms <= now_ms and last_ms >= now_ms - REMEMBERED_MS:
            key = f"{EventCode.STOPPED}/{told_about}{hour_ms}"
            yield Notice(EventCode.STOPPED, key, way, last_ms, last_ms + quiet_ms, 0, Numbers(), {})
        prefix = f"{EventCode.STOPPED}/{told_about}"
        for stopped in (each for each in seen.told if each.startswith(prefix)):
            stopped_ms = int(stopped.removeprefix(prefix))
            if hour_ms > stopped_ms:
                key = f"{EventCode.RESUMED}/{told_about}{stopped_ms}"
                yield Notice(EventCode.RESUMED, key, way, stopped_ms, last_ms, 0, Numbers(), {})
