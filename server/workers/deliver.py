"""From `processed` to one sink: batching, retries, dead letters and the offset, once for every kind of sink.

Each sink is a consumer with an offset of its own, which moves only after the sink's answers: a dead sink holds up
nobody else, and a crash offers the last batch again, which every sink takes without harm.

An event that a sink cannot even be offered, because the sink raises or the process ends, is found by offering less and
less at once, and becomes a dead letter (attempts.py).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

import msgspec

from server.model.dead_letter import DeadLetter
from server.model.delivery import DELIVERED, Delivery, Refused
from server.model.outcome import Offset, Processed
from server.pipeline.settle import settle
from server.ports import EventLog, LogUnavailable, Sink
from server.workers.attempts import Attempts, MemoryAttempts
from server.workers.waiting import stopped_within

logger = logging.getLogger(__name__)

_WAIT_SECONDS = 1.0

# Waits between tries double from the sink's own wish up to this; there is no last try: what is in the log waits.
_LONGEST_WAIT_SECONDS = 60.0

# A sink that raises instead of answering is a bug; its batch is offered again after this.
_AFTER_EXCEPTION_SECONDS = 5.0


Batch = Sequence[tuple[Offset, Processed]]


_CONDEMNED = Refused(
    reason="the process, or the sink, failed whenever it was at this event",
    cure="It is a fault of this server, or of a library that it uses: look into the core's log, upgrade, then retry.",
)


def _no_clock() -> int:
    return 0


async def _nobody(_sink: str, _batch: Batch, _dead: Collection[Offset]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverDeps:
    """``interval_seconds``: least time between two writes; while nothing was written for that long, a new event is
    written at once. ``monotonic``: seconds of a clock that never steps back. ``delivered``: is told what a sink is done
    with, after its offset moved, and which of that became dead letters; it may fail without harm. ``clock_ms``:
    milliseconds since the epoch.
    """

    sink: Sink
    processed: EventLog
    dead_letters: EventLog
    batch_events: int
    interval_seconds: float
    monotonic: Callable[[], float]
    attempts: Attempts = field(default_factory=MemoryAttempts)
    delivered: Callable[[str, Batch, Collection[Offset]], Awaitable[None]] = _nobody
    clock_ms: Callable[[], int] = _no_clock


class DeliverWorker:
    def __init__(self, deps: DeliverDeps) -> None:
        self._deps = deps
        self._decode = msgspec.json.Decoder(Processed).decode
        self._refusals = 0
        # An event that a sink raised at, and nothing was delivered since: a second one says that it is the sink.
        self._blames_events = True
        self._written_at = -deps.interval_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set; a write that was begun is finished."""
        await self._deps.sink.open()
        try:
            while not stop.is_set():
                wait_seconds = await self.step()
                if wait_seconds > 0:
                    await stopped_within(stop, wait_seconds)
        finally:
            await self._deps.sink.close()

    async def step(self) -> float:
        """Offer one batch; how many seconds to wait before the next step."""
        deps = self._deps
        name = deps.sink.name
        after = await deps.processed.committed(name)
        if not await deps.processed.wait(after=after, timeout_seconds=_WAIT_SECONDS):
            return 0.0
        suspects = deps.attempts.suspects
        early_seconds = self._written_at + deps.interval_seconds - deps.monotonic()
        if early_seconds > 0 and not suspects.are_some:
            return early_seconds
        records = await deps.processed.read(after=after, limit=suspects.most(after + 1, deps.batch_events))
        if not records:
            return 0.0
        batch = [(record.offset, self._decode(record.value)) for record in records]
        settlement = settle(await self._answers(batch))
        self._written_at = deps.monotonic()
        for index, refused in settlement.dead:
            logger.warning("dead letter sink=%s offset=%d reason=%s", name, batch[index][0], refused.reason)
        try:
            await self._bury(batch, settlement.dead)
        except LogUnavailable as error:
            logger.warning("dead letters not stored, trying again sink=%s error=%s", name, error)
            return _AFTER_EXCEPTION_SECONDS
        if settlement.done:
            await deps.processed.commit(name, batch[settlement.done - 1][0])
            await deps.delivered(name, batch[: settlement.done], {batch[index][0] for index, _ in settlement.dead})
        if settlement.done == len(batch):
            self._refusals = 0
            return 0.0
        self._refusals += 1
        wait_seconds = retry_wait_seconds(settlement.wait_seconds, self._refusals)
        logger.warning("refused sink=%s wait_seconds=%.1f reason=%s", name, wait_seconds, settlement.reason)
        return wait_seconds

    async def _answers(self, batch: Batch) -> Sequence[Delivery]:
        """What is for another sink alone, which refused it before, counts as delivered."""
        mine = [entry for entry in batch if entry[1].only in ("", self._deps.sink.name)]
        if len(mine) == len(batch):
            return await self._offered(mine)
        answers = dict(zip((offset for offset, _ in mine), await self._offered(mine) if mine else (), strict=True))
        return [answers.get(offset, DELIVERED) for offset, _ in batch]

    async def _offered(self, batch: Batch) -> Sequence[Delivery]:
        attempts = self._deps.attempts
        async with attempts.turn():
            attempts.begin(batch[0][0], batch[-1][0])
            try:
                if batch[0][0] == attempts.suspects.condemned:
                    return [_CONDEMNED]
                answers = await self._deps.sink.write(batch)
            except Exception as error:
                # A worker step's boundary: a sink must not raise, but its bug must not end the loop either.
                logger.exception("sink raised sink=%s", self._deps.sink.name)
                if self._blames_events:
                    attempts.blame()
                    self._blames_events = attempts.suspects.condemned < 0
                return [Refused(reason=repr(error)[:200], retry_after_seconds=_AFTER_EXCEPTION_SECONDS)] * len(batch)
            else:
                self._blames_events = True
                return answers
            finally:
                attempts.end()

    async def _bury(self, batch: Batch, dead: Sequence[tuple[int, Refused]]) -> None:
        now_ms = self._deps.clock_ms()
        letters = [
            DeadLetter(
                sink=self._deps.sink.name,
                offset=batch[index][0],
                reason=refused.reason,
                cure=refused.cure,
                processed=batch[index][1],
                refused_ms=now_ms,
            )
            for index, refused in dead
        ]
        if letters:
            await self._deps.dead_letters.append([msgspec.json.encode(letter) for letter in letters])


def retry_wait_seconds(wished_seconds: float, refusals: int) -> float:
    """The wait before the next try, after so many refusals in a row: doubling, bounded both ways."""
    doubled: float = max(wished_seconds, 0.1) * 2 ** min(refusals - 1, 16)
    return min(doubled, max(_LONGEST_WAIT_SECONDS, wished_seconds))
