"""From `received` to `processed` or `failed`: one loop a partition of `received`.

Exactly once, across crashes, without a transaction over files: the order of the steps is what does it.

1. read a batch of `received` after the committed offset;
2. decide each event's outcome (pure);
3. mark its id as seen, with its position: a second event with that id, at another position, is a duplicate;
4. append the outcomes to `processed` and `failed`, which is durable when it returns;
5. commit the offset of `received`, and then, in those two logs, how far they reached when that was so.

A crash between 4 and 5 leaves outcomes behind those last marks: at start they are read, and the events that they are of
are not decided again. A crash before 4 leaves nothing but ids seen at the very same position, which is no duplicate.
"""

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec

from server.model.datastream import Configuration, Dataset
from server.model.event import Event
from server.model.outcome import FailedEvent, FailureReason, Outcome, Position, Processed
from server.model.schema import SchemaId, Violation
from server.pipeline.enricher import Enricher
from server.pipeline.ingest import FindMapper, arrive, validator_of
from server.pipeline.process import process
from server.ports import EventLog, LogRecord, LogUnavailable, SeenIds, Validator
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

CONSUMER = "process"

# Enough to make one sync worth its while, few enough that the loop answers its stop signal within milliseconds.
_BATCH_EVENTS = 500

_WAIT_SECONDS = 1.0
_RETRY_SECONDS = 1.0

# What a record that cannot be read is cut to; the whole of it is still in `received`.
_MAX_RAW_BYTES = 4_096


# What a configuration that is a second older than a collector's makes of an event, which may be well.
_PERHAPS_OUTDATED = (FailureReason.UNKNOWN_DATASET, FailureReason.SCHEMA_MISMATCH, FailureReason.MAPPING_FAILED)


async def _nothing_newer() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDeps:
    """``validator``: compiled for a schema as the configuration has it, or None when it is unknown.

    ``mapper``: the same for a mapping set. ``retry_seconds``: how long to wait when a log takes nothing.
    ``refresh``: has the configuration read again now; whether it is another.
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
        outcomes = await self._mark_duplicates(await self._decide(new))
        await self._append(deps.processed, [item for item in outcomes if isinstance(item, Processed)])
        await self._append(deps.failed, [item for item in outcomes if isinstance(item, FailedEvent)])
        await deps.received.commit(CONSUMER, records[-1].offset)
        await self._mark_outcomes()
        return len(records)

    async def _decide(self, records: Sequence[LogRecord]) -> Sequence[Outcome]:
        """Once more for what names something that a collector may have known of first."""
        outcomes = [self._outcome(record) for record in records]
        doubtful = [isinstance(each, FailedEvent) and each.reason in _PERHAPS_OUTDATED for each in outcomes]
        if not any(doubtful) or not await self._deps.refresh():
            return outcomes
        return [
            self._outcome(record) if is_doubtful else outcome
            for record, outcome, is_doubtful in zip(records, outcomes, doubtful, strict=True)
        ]

    def _outcome(self, record: LogRecord) -> Outcome:
        source = Position(partition=self._deps.partition, offset=record.offset)
        try:
            event = self._decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return FailedEvent(
                source=source,
                reason=FailureReason.UNREADABLE,
                stage="read",
                violations=(Violation(path="", keyword="json", message=str(error)[:200]),),
                raw=base64.b64encode(record.value[:_MAX_RAW_BYTES]).decode("ascii"),
            )
        configuration = self._deps.configuration()
        arrived = arrive(event, source, configuration, self._deps.mapper)
        if isinstance(arrived, FailedEvent):
            return arrived
        dataset = configuration.datasets.get(arrived.dataset_id)
        validator = self._deps.validator(configuration, dataset.schema_id) if dataset else None
        if validator is None:
            return _unknown_dataset(arrived, source, dataset)
        return process(arrived, source, validator_of(arrived, validator), self._deps.enricher)

    async def _mark_duplicates(self, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        """Failed events are not remembered: a corrected one may come again under its id."""
        processed = [outcome for outcome in outcomes if isinstance(outcome, Processed)]
        keys = [(f"{item.event.dataset_id}/{item.event.id}", item.source) for item in processed]
        duplicates = {
            item.source.offset
            for item, is_first in zip(processed, await self._deps.seen.first_seen(keys), strict=True)
            if not is_first
        }
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


def _unknown_dataset(event: Event, source: Position, dataset: Dataset | None) -> FailedEvent:
    what = f"schema {dataset.schema_id}" if dataset else f"dataset {event.dataset_id}"
    return FailedEvent(
        source=source,
        reason=FailureReason.UNKNOWN_DATASET,
        stage="route",
        violations=(Violation(path="", keyword="dataset", message=f"{what} does not exist or cannot be compiled"),),
        event=event,
    )
