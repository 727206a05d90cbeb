import asyncio
from collections.abc import Callable, Collection, Sequence

import msgspec
import pytest

from server.eventlog.memory import MemoryEventLog
from server.model.dead_letter import DeadLetter
from server.model.delivery import DELIVERED, Delivery, Refused
from server.model.outcome import BEFORE_FIRST, Offset, Processed
from server.workers.deliver import DeliverDeps, DeliverWorker, retry_wait_seconds
from tests.builders import a_processed, encoded

Answers = Callable[[Sequence[tuple[Offset, Processed]]], Sequence[Delivery]]


class Scripted:
    """A sink that answers as told, one answer function a call; afterwards it takes everything."""

    name = "scripted"

    def __init__(self, *answers: Answers) -> None:
        self.answers = list(answers)
        self.offered: list[list[int]] = []
        self.taken: list[int] = []

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def write(self, batch: Sequence[tuple[Offset, Processed]]) -> Sequence[Delivery]:
        self.offered.append([offset for offset, _ in batch])
        deliveries: Sequence[Delivery] = [DELIVERED] * len(batch)
        if self.answers:
            deliveries = self.answers.pop(0)(batch)
        self.taken += [offset for (offset, _), answer in zip(batch, deliveries, strict=True) if answer == DELIVERED]
        return deliveries


def _worker(
    sink: Scripted, processed: MemoryEventLog, dead: MemoryEventLog, clock: Callable[[], float]
) -> DeliverWorker:
    return DeliverWorker(
        DeliverDeps(
            sink=sink, processed=processed, dead_letters=dead, batch_events=3, interval_seconds=5.0, monotonic=clock
        )
    )


async def _filled(count: int) -> MemoryEventLog:
    log = MemoryEventLog()
    await log.append([encoded(a_processed(offset=index)) for index in range(count)])
    return log


def test_batches_go_in_order_and_the_offset_follows() -> None:
    async def run() -> None:
        sink, log, now = Scripted(), await _filled(5), [100.0]
        worker = _worker(sink, log, MemoryEventLog(), lambda: now[0])

        assert await worker.step() == 0.0
        early = await worker.step()
        now[0] += 5
        await worker.step()

        assert early == pytest.approx(5.0)
        assert sink.offered == [[0, 1, 2], [3, 4]]
        assert await log.committed("scripted") == 4

    asyncio.run(run())


def test_a_refusal_moves_the_offset_only_up_to_it_and_the_rest_is_offered_again() -> None:
    async def run() -> None:
        def busy(_: Sequence[object]) -> Sequence[Delivery]:
            return (DELIVERED, Refused(reason="busy", retry_after_seconds=2.0), DELIVERED)

        sink, log, now = Scripted(busy), await _filled(3), [0.0]
        worker = _worker(sink, log, MemoryEventLog(), lambda: now[0])

        wait_seconds = await worker.step()
        committed = await log.committed("scripted")
        now[0] += 10
        await worker.step()

        assert (wait_seconds, committed) == (2.0, 0)
        assert sink.offered == [[0, 1, 2], [1, 2]]
        assert await log.committed("scripted") == 2

    asyncio.run(run())


def test_what_a_sink_will_never_take_becomes_a_dead_letter_and_holds_nobody_up() -> None:
    async def run() -> None:
        def never(_: Sequence[object]) -> Sequence[Delivery]:
            return [DELIVERED, Refused(reason="too big", cure="send less"), DELIVERED]

        sink, log, dead = Scripted(never), await _filled(3), MemoryEventLog()

        await _worker(sink, log, dead, lambda: 0.0).step()

        [letter] = [
            msgspec.json.decode(record.value, type=DeadLetter)
            for record in await dead.read(after=BEFORE_FIRST, limit=9)
        ]
        assert (letter.sink, letter.offset, letter.reason, letter.cure) == ("scripted", 1, "too big", "send less")
        assert letter.processed == a_processed(offset=1)
        assert await log.committed("scripted") == 2

    asyncio.run(run())


def test_what_is_for_another_sink_alone_is_passed_over() -> None:
    async def run() -> None:
        def never(_: Sequence[object]) -> Sequence[Delivery]:
            return [Refused(reason="too big"), DELIVERED]

        sink, log, dead, now = Scripted(never), MemoryEventLog(), MemoryEventLog(), [0.0]
        for only in ("", "other", "scripted", "other"):
            await log.append([encoded(msgspec.structs.replace(a_processed(), only=only))])
        worker = _worker(sink, log, dead, lambda: now[0])

        await worker.step()
        now[0] += 5
        await worker.step()

        assert sink.offered == [[0, 2]]
        assert sink.taken == [2]
        assert await log.committed("scripted") == 3
        assert len(await dead.read(after=BEFORE_FIRST, limit=9)) == 1

    asyncio.run(run())


def test_a_dead_letter_that_cannot_be_stored_keeps_the_offset_where_it_was() -> None:
    async def run() -> None:
        sink, log, dead = Scripted(lambda _: [Refused(reason="x")]), await _filled(1), MemoryEventLog()
        dead.refuse("disk full")

        wait_seconds = await _worker(sink, log, dead, lambda: 0.0).step()

        assert wait_seconds > 0
        assert await log.committed("scripted") == BEFORE_FIRST

    asyncio.run(run())


def test_a_sink_that_raises_is_asked_again() -> None:
    async def run() -> None:
        def explode(_: Sequence[object]) -> Sequence[Delivery]:
            raise ZeroDivisionError

        sink, log, now = Scripted(explode), await _filled(1), [0.0]
        worker = _worker(sink, log, MemoryEventLog(), lambda: now[0])

        wait_seconds = await worker.step()
        now[0] += 10
        await worker.step()

        assert wait_seconds == 5.0
        assert sink.taken == [0]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("wished", "refusals", "expected"),
    [(1.0, 1, 1.0), (1.0, 2, 2.0), (1.0, 4, 8.0), (1.0, 99, 60.0), (0.0, 1, 0.1), (90.0, 3, 90.0)],
)
def test_waits_double_within_bounds(wished: float, refusals: int, expected: float) -> None:
    assert retry_wait_seconds(wished, refusals) == pytest.approx(expected)


def _explodes_at(poison: int) -> Answers:
    def answer(batch: Sequence[tuple[Offset, Processed]]) -> Sequence[Delivery]:
        if poison in [offset for offset, _ in batch]:
            raise ZeroDivisionError
        return [DELIVERED] * len(batch)

    return answer


def test_one_event_at_which_a_sink_always_raises_becomes_a_dead_letter() -> None:
    async def run() -> None:
        sink, log, dead, now = Scripted(*[_explodes_at(70)] * 99), await _filled(100), MemoryEventLog(), [0.0]
        deps = DeliverDeps(
            sink=sink,
            processed=log,
            dead_letters=dead,
            batch_events=100,
            interval_seconds=0.0,
            monotonic=lambda: now[0],
        )
        worker = DeliverWorker(deps)
        while await log.committed("scripted") < 99:
            await worker.step()

        (record,) = await dead.read(after=BEFORE_FIRST, limit=9)
        assert msgspec.json.decode(record.value, type=DeadLetter).offset == 70
        assert sink.taken == [*range(70), *range(71, 100)]
        assert len(sink.offered) < 40

    asyncio.run(run())


def test_a_sink_that_raises_at_everything_loses_no_more_than_one_event_to_the_dead_letters() -> None:
    async def run() -> None:
        def explode(_: Sequence[object]) -> Sequence[Delivery]:
            raise ZeroDivisionError

        sink, log, dead = Scripted(*[explode] * 50), await _filled(3), MemoryEventLog()
        worker = _worker(sink, log, dead, lambda: 0.0)
        for _ in range(20):
            await worker.step()

        assert len(await dead.read(after=BEFORE_FIRST, limit=9)) == 1
        assert await log.committed("scripted") == 0

    asyncio.run(run())


def test_it_says_what_a_sink_is_done_with() -> None:
    async def run() -> None:
        told: list[tuple[str, list[int], set[int]]] = []

        async def delivered(sink: str, batch: Sequence[tuple[Offset, Processed]], dead: Collection[Offset]) -> None:
            told.append((sink, [offset for offset, _ in batch], set(dead)))

        def busy(_: Sequence[object]) -> Sequence[Delivery]:
            return (DELIVERED, Refused(reason="never"), Refused(reason="busy", retry_after_seconds=2.0))

        deps = DeliverDeps(
            sink=Scripted(busy),
            processed=await _filled(3),
            dead_letters=MemoryEventLog(),
            batch_events=3,
            interval_seconds=0.0,
            monotonic=lambda: 0.0,
            delivered=delivered,
        )

        await DeliverWorker(deps).step()

        assert told == [("scripted", [0, 1], {1})]

    asyncio.run(run())
