"""From `received` to `processed` or `failed`: one loop a partition of `received`.

Exactly once, across crashes, without a transaction over files: the order of the steps is what does it.

1. read a batch of `received` after the committed offset;
2. decide each event's outcome (pure);
3. mark its id as seen, with its position: a second event with that id, at another position, is a duplicate;
4. append the outcomes to `processed` and `failed`, which is durable when it returns;
5. commit the offset of `received`, and then, in those two logs, how far they reached when that was so.

Two more things keep one event from holding up the others (reliability-security R12, R13). Whatever deciding it raises
is its outcome: it failed, for a reason of ours. And where it ends the whole process, twice, the third process sets it
aside without looking at it (attempts.py).

A replay is decided as any other event. It can become a row of the lake once, whatever its id was before and after an
edit: where it failed first is remembered as well, and a second one that comes from there is a duplicate.

A crash between 4 and 5 leaves outcomes behind those last marks: at start they are read, and the events that they are of
are not decided again. A crash before 4 leaves nothing but ids seen at the very same position, which is no duplicate.
"""

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from server.model.datastream import Configuration, Dataset
from server.model.event import Event
from server.model.outcome import FailedEvent, FailureReason, Outcome, Position, Processed
from server.model.replay import REPLAYS_PARTITION
from server.model.schema import SchemaId, Violation
from server.pipeline.arrive import FindMapper, arrive
from server.pipeline.enricher import Enricher
from server.pipeline.partial import validator_of
from server.pipeline.process import process
from server.ports import EventLog, LogRecord, LogUnavailable, SeenIds, Validator
from server.workers.attempts import Attempts, MemoryAttempts
from server.workers.replayed import letter_of, origin_of, repaired_name
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

CONSUMER = "process"

# Enough to make one sync worth its while, few enough that the loop answers its stop signal within milliseconds.
_BATCH_EVENTS = 500

_WAIT_SECONDS = 1.0
_RETRY_SECONDS = 1.0

# What a record that cannot be read is cut to; the whole of it is still in `received`.
_MAX_RAW_BYTES = 4_096


# Enough of an exception to find it; the process's log has the rest.
_MAX_ERROR_CHARACTERS = 200

# What a configuration that is a second older than a collector's makes of an event, which may be well.
_PERHAPS_OUTDATED = (FailureReason.UNKNOWN_DATASET, FailureReason.SCHEMA_MISMATCH, FailureReason.MAPPING_FAILED)


async def _nothing_newer() -> bool:
    return False


def _no_clock() -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDeps:
    """``validator``: compiled for a schema as the configuration has it, or None when it is unknown.

    ``mapper``: the same for a mapping set. ``retry_seconds``: how long to wait when a log takes nothing.
    ``refresh``: has the configuration read again now; whether it is another.
    ``repaired``: what was replayed with success, by where it failed first; None where nothing is replayed.
    ``clock_ms``: milliseconds since the epoch.
    """

    partition: int
    received: EventLog
    processed: EventLog
    failed: EventLog
    seen: SeenIds
    configuration: Callable[[], Configuration]
    validator: Callable[[Configuration, SchemaId], Validator | None]
    enricher: Enricher
    mapper: FindMapper = lambda _configuration, _mapping_set_id: None
    retry_seconds: float = _RETRY_SECONDS
    refresh: Callable[[], Awaitable[bool]] = _nothing_newer
    attempts: Attempts = field(default_factory=MemoryAttempts)
    repaired: SeenIds | None = None
    clock_ms: Callable[[], int] = _no_clock


class ProcessWorker:
    def __init__(self, deps: ProcessDeps) -> None:
        self._deps = deps
        self._decode = msgspec.json.Decoder(Event).decode
        self._encode = msgspec.json.Encoder().encode
        self._written: frozenset[int] = frozenset()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; what was begun is finished."""
        is_recovered = False
        while not stop.is_set():
            try:
                if not is_recovered:
                    await self.recover()
                    is_recovered = True
                if not await self.step():
                    # While this partition is idle and others are not: an old mark would hold what they write.
                    await self._mark_outcomes()
                    await self._deps.received.wait(
                        after=await self._deps.received.committed(CONSUMER), timeout_seconds=_WAIT_SECONDS
                    )
            except LogUnavailable as error:
                logger.warning("outcomes not stored, trying again partition=%d error=%s", self._deps.partition, error)
                is_recovered = False  # a part of the batch may have been stored
                await stopped_within(stop, self._deps.retry_seconds)

    async def recover(self) -> None:
        """Find out what was appended just before a crash, or before a log refused. Once, before the first step."""
        self._written = await self._already_written()
        if not self._written:
            await self._mark_outcomes()

    async def step(self) -> int:
        """One batch; how many records it was."""
        deps = self._deps
        after = await deps.received.committed(CONSUMER)
        records = await deps.received.read(after=after, limit=_BATCH_EVENTS)
        if not records:
            return 0
        new = [record for record in records if record.offset not in self._written]
        async with deps.attempts.turn():
            decided = await self._decide(new)
        outcomes = await self._mark_duplicates(self._dated(decided, new), new)
        await self._append(deps.processed, [item for item in outcomes if isinstance(item, Processed)])
        await self._append(deps.failed, [item for item in outcomes if isinstance(item, FailedEvent)])
        await deps.received.commit(CONSUMER, records[-1].offset)
        await self._mark_outcomes()
        return len(records)

    async def _decide(self, records: Sequence[LogRecord]) -> Sequence[Outcome]:
        """Once more for what names something that a collector may have known of first, and for whatever is replayed.

        Who replays has just mended something: it must not fail for what was mended a second ago.
        """
        outcomes = [self._outcome(record) for record in records]
        is_replay = self._deps.partition == REPLAYS_PARTITION
        doubtful = [
            isinstance(each, FailedEvent) and (is_replay or each.reason in _PERHAPS_OUTDATED) for each in outcomes
        ]
        if not any(doubtful) or not await self._deps.refresh():
            return outcomes
        return [
            self._outcome(record) if is_doubtful else outcome
            for record, outcome, is_doubtful in zip(records, outcomes, doubtful, strict=True)
        ]

    def _outcome(self, record: LogRecord) -> Outcome:
        source = Position(partition=self._deps.partition, offset=record.offset)
        attempts = self._deps.attempts
        attempts.begin(record.offset, record.offset)
        try:
            if record.offset == attempts.suspects.condemned:
                logger.error("event set aside partition=%d offset=%d", source.partition, source.offset)
                return _crashed(record, source)
            return self._decided(record, source)
        finally:
            attempts.end()

    def _decided(self, record: LogRecord, source: Position) -> Outcome:
        try:
            event = self._decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _unreadable(record, source, error)
        try:
            if self._deps.partition == REPLAYS_PARTITION and (again := letter_of(record)).sink:
                return Processed(event=event, source=source, additions=again.additions, only=again.sink)
            return self._processed(event, source)
        except Exception as error:
            # The named boundary of a worker's step: a bug of ours must cost this event's way on, and nobody else's.
            logger.exception("deciding raised partition=%d offset=%d", source.partition, source.offset)
            return _internal(event, source, error)

    def _processed(self, event: Event, source: Position) -> Outcome:
        configuration = self._deps.configuration()
        arrived = arrive(event, source, configuration, self._deps.mapper)
        if isinstance(arrived, FailedEvent):
            return arrived
        dataset = configuration.datasets.get(arrived.dataset_id)
        validator = self._deps.validator(configuration, dataset.schema_id) if dataset else None
        if validator is None:
            return _unknown_dataset(arrived, source, dataset)
        return process(arrived, source, validator_of(arrived, validator), self._deps.enricher)

    def _dated(self, outcomes: Sequence[Outcome], records: Sequence[LogRecord]) -> Sequence[Outcome]:
        """With when they were decided and, of what was replayed, where it failed first."""
        now_ms = self._deps.clock_ms()
        if self._deps.partition != REPLAYS_PARTITION:
            return [msgspec.structs.replace(outcome, decided_ms=now_ms) for outcome in outcomes]
        return [
            msgspec.structs.replace(outcome, decided_ms=now_ms, origin=origin_of(record))
            if isinstance(outcome, FailedEvent)
            else msgspec.structs.replace(outcome, decided_ms=now_ms)
            for outcome, record in zip(outcomes, records, strict=True)
        ]

    async def _mark_duplicates(self, outcomes: Sequence[Outcome], records: Sequence[LogRecord]) -> Sequence[Outcome]:
        """Failed events are not remembered: a corrected one may come again under its id."""
        processed = [
            (outcome, record)
            for outcome, record in zip(outcomes, records, strict=True)
            if isinstance(outcome, Processed)
        ]
        # What is offered to a sink again was seen before, or it would not be a dead letter.
        new = [outcome for outcome, _ in processed if not outcome.only]
        keys = [(f"{outcome.event.dataset_id}/{outcome.event.id}", outcome.source) for outcome in new]
        duplicates = _second(new, await self._deps.seen.first_seen(keys))
        if self._deps.repaired is not None:
            once = [(repaired_name(outcome, record), outcome.source) for outcome, record in processed]
            duplicates |= _second([outcome for outcome, _ in processed], await self._deps.repaired.first_seen(once))
        return [
            msgspec.structs.replace(outcome, duplicate=True)
            if isinstance(outcome, Processed) and outcome.source.offset in duplicates
            else outcome
            for outcome in outcomes
        ]

    async def _append(self, log: EventLog, outcomes: Sequence[Outcome]) -> None:
        if outcomes:
            await log.append([self._encode(outcome) for outcome in outcomes])

    async def _mark_outcomes(self) -> None:
        """Remember that every outcome up to here is of something committed, or of another partition."""
        for log in (self._deps.processed, self._deps.failed):
            await log.commit(self._mark, await log.end())

    @property
    def _mark(self) -> str:
        return outcome_mark(self._deps.partition)

    async def _already_written(self) -> frozenset[int]:
        """Offsets of `received` whose outcomes were appended just before a crash, but not committed."""
        offsets: set[int] = set()
        for log in (self._deps.processed, self._deps.failed):
            after = await log.committed(self._mark)
            while records := await log.read(after=after, limit=_BATCH_EVENTS):
                after = records[-1].offset
                sources = (msgspec.json.decode(record.value, type=_HasSource).source for record in records)
                offsets.update(source.offset for source in sources if source.partition == self._deps.partition)
        return frozenset(offsets)


def outcome_mark(partition: int) -> str:
    """The consumer under which a log of outcomes remembers how far it reached at this partition's last commit."""
    return f"{CONSUMER}-{partition}"


class _HasSource(msgspec.Struct, frozen=True):
    """All that is looked at of an outcome here."""

    source: Position


def _second(outcomes: Sequence[Processed], is_first: Sequence[bool]) -> set[int]:
    """Offsets of those that are not the first."""
    return {outcome.source.offset for outcome, first in zip(outcomes, is_first, strict=True) if not first}


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:_MAX_ERROR_CHARACTERS]


def _unreadable(record: LogRecord, source: Position, error: BaseException) -> FailedEvent:
    return FailedEvent(
        source=source,
        reason=FailureReason.UNREADABLE,
        stage="read",
        violations=(Violation(path="", keyword="json", message=str(error)[:_MAX_ERROR_CHARACTERS]),),
        raw=base64.b64encode(record.value[:_MAX_RAW_BYTES]).decode("ascii"),
    )


def _internal(event: Event, source: Position, error: BaseException) -> FailedEvent:
    return FailedEvent(
        source=source,
        reason=FailureReason.INTERNAL,
        stage="decide",
        violations=(Violation(path="", keyword="internal", message=_described(error)),),
        event=event,
    )


def _crashed(record: LogRecord, source: Position) -> FailedEvent:
    """Its record is not decoded, which may be what ends the process, but kept whole: it can be replayed."""
    return FailedEvent(
        source=source,
        reason=FailureReason.CRASHED,
        stage="decide",
        violations=(Violation(path="", keyword="crash", message="the process ended while it decided this event"),),
        raw=base64.b64encode(record.value).decode("ascii"),
    )


def _unknown_dataset(event: Event, source: Position, dataset: Dataset | None) -> FailedEvent:
    what = f"schema {dataset.schema_id}" if dataset else f"dataset {event.dataset_id}"
    return FailedEvent(
        source=source,
        reason=FailureReason.UNKNOWN_DATASET,
        stage="route",
        violations=(Violation(path="", keyword="dataset", message=f"{what} does not exist or cannot be compiled"),),
        event=event,
    )
