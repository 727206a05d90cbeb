import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import FailedEvent, FailureReason, Offset, Outcome, Position, Processed
from server.observe.tap import Batch, Cursor, Tap
from tests.builders import NOON_MS, a_failed, a_processed, an_event, encoded

T = TypeVar("T")


class Pipeline:
    """Both topics and a tap on them."""

    def __init__(self) -> None:
        self.logs = {"processed": MemoryEventLog(), "failed": MemoryEventLog()}
        self.tap = Tap(processed=self.logs["processed"], failed=self.logs["failed"])

    async def happened(self, *outcomes: Outcome) -> None:
        for outcome in outcomes:
            topic = "processed" if isinstance(outcome, Processed) else "failed"
            await self.logs[topic].append([encoded(outcome)])


def with_pipeline(work: Callable[[Pipeline], Awaitable[T]]) -> T:
    async def run() -> T:
        return await work(Pipeline())

    return asyncio.run(run())


def at(second: int) -> int:
    return NOON_MS + 1000 * second


def processed_at(second: int) -> Processed:
    return a_processed(received_ms=at(second), id=f"p-{second}")


def failed_at(second: int) -> FailedEvent:
    return a_failed(event=an_event(received_ms=at(second), id=f"f-{second}"))


def ids(batch: Batch) -> list[str]:
    return [str(line.outcome.event and line.outcome.event.id) for line in batch.lines]


def test_recent_merges_both_topics_by_time() -> None:
    async def work(pipeline: Pipeline) -> Batch:
        await pipeline.happened(processed_at(1), processed_at(4), failed_at(2), failed_at(3))
        return await pipeline.tap.recent(limit=10)

    batch = with_pipeline(work)

    assert ids(batch) == ["p-1", "f-2", "f-3", "p-4"]
    assert [(line.topic, line.offset) for line in batch.lines][:2] == [("processed", 0), ("failed", 0)]
    assert batch.cursor == Cursor(Offset(1), Offset(1))


def test_recent_is_the_last_of_each_topic_and_calls_nothing_lost() -> None:
    async def work(pipeline: Pipeline) -> Batch:
        await pipeline.happened(*[processed_at(second) for second in range(9)], failed_at(0), failed_at(10))
        return await pipeline.tap.recent(limit=2)

    batch = with_pipeline(work)

    assert ids(batch) == ["f-0", "p-7", "p-8", "f-10"]
    assert batch.lost == 0


def test_recent_of_empty_logs_is_nothing() -> None:
    batch = with_pipeline(lambda pipeline: pipeline.tap.recent(limit=5))

    assert batch == Batch([], 0, Cursor(Offset(-1), Offset(-1)))


def test_following_goes_on_where_the_cursor_stands() -> None:
    async def work(pipeline: Pipeline) -> Batch:
        await pipeline.happened(processed_at(1), failed_at(2))
        cursor = (await pipeline.tap.recent(limit=5)).cursor
        await pipeline.happened(processed_at(3), failed_at(4))
        return await pipeline.tap.following(cursor, limit=5, timeout_seconds=5)

    batch = with_pipeline(work)

    assert ids(batch) == ["p-3", "f-4"]
    assert batch.lost == 0


@pytest.mark.parametrize("outcome", [processed_at(1), failed_at(1)], ids=["processed", "failed"])
def test_following_wakes_up_for_either_topic(outcome: Outcome) -> None:
    async def work(pipeline: Pipeline) -> Batch:
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            cursor = Cursor(Offset(-1), Offset(-1))
            waiting = group.create_task(pipeline.tap.following(cursor, limit=5, timeout_seconds=60))
            await asyncio.sleep(0)
            await pipeline.happened(outcome)
        return waiting.result()

    assert len(with_pipeline(work).lines) == 1


def test_following_gives_nothing_after_the_timeout() -> None:
    async def work(pipeline: Pipeline) -> Batch:
        return await pipeline.tap.following(Cursor(Offset(-1), Offset(-1)), limit=5, timeout_seconds=0)

    assert with_pipeline(work).lines == []


def test_a_slow_viewer_gets_the_latest_and_is_told_how_many_it_lost() -> None:
    async def work(pipeline: Pipeline) -> Batch:
        await pipeline.happened(*[processed_at(second) for second in range(100)], *map(failed_at, range(7)))
        return await pipeline.tap.following(Cursor(Offset(9), Offset(-1)), limit=5, timeout_seconds=5)

    batch = with_pipeline(work)

    assert [each for each in ids(batch) if each.startswith("p")] == [f"p-{second}" for second in range(95, 100)]
    assert len(batch.lines) == 10
    assert batch.lost == (90 - 5) + (7 - 5)
    assert batch.cursor == Cursor(Offset(99), Offset(6))


def test_a_record_that_cannot_be_decoded_is_a_lost_line() -> None:
    async def work(pipeline: Pipeline) -> Batch:
        await pipeline.logs["processed"].append([b"no json", b"\xff\xfe", b'{"outcome":"processed"}'])
        await pipeline.happened(processed_at(1))
        return await pipeline.tap.following(Cursor(Offset(-1), Offset(-1)), limit=9, timeout_seconds=5)

    batch = with_pipeline(work)

    assert ids(batch) == ["p-1"]
    assert batch.lost == 3


def test_a_cursor_beyond_the_end_of_an_emptied_log_starts_at_its_end() -> None:
    async def work(pipeline: Pipeline) -> tuple[Batch, Batch]:
        await pipeline.happened(processed_at(1))
        stale = await pipeline.tap.following(Cursor(Offset(5000), Offset(5000)), limit=5, timeout_seconds=0)
        await pipeline.happened(processed_at(2))
        return stale, await pipeline.tap.following(stale.cursor, limit=5, timeout_seconds=5)

    stale, following = with_pipeline(work)

    assert (stale.lines, stale.lost) == ([], 0)
    assert ids(following) == ["p-2"]


def test_a_failed_event_without_an_event_has_no_time() -> None:
    async def work(pipeline: Pipeline) -> Batch:
        unreadable = FailedEvent(
            source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="decode", raw="AAAA"
        )
        await pipeline.happened(processed_at(1), unreadable)
        return await pipeline.tap.recent(limit=5)

    batch = with_pipeline(work)

    assert [line.received_ms for line in batch.lines] == [0, at(1)]


def test_find_gives_exactly_the_line_that_was_asked_for() -> None:
    async def work(pipeline: Pipeline) -> list[str | None]:
        await pipeline.happened(processed_at(1), processed_at(2), failed_at(3))
        asked = [("processed", 0), ("processed", 1), ("failed", 0), ("failed", 1), ("processed", 99)]
        found = [await pipeline.tap.find(topic, Offset(offset)) for topic, offset in asked]  # type: ignore[arg-type]
        return [str(line.outcome.event.id) if line and line.outcome.event else None for line in found]

    assert with_pipeline(work) == ["p-1", "p-2", "f-3", None, None]


@pytest.mark.parametrize("cursor", [Cursor(Offset(-1), Offset(-1)), Cursor(Offset(0), Offset(7))])
def test_a_cursor_reads_back_what_it_wrote(cursor: Cursor) -> None:
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "1", "1_", "_1", "1_2_3", "a_b", "1_2x", "--1_2", "²_1", "9" * 30 + "_1", "1 _2"])
def test_other_text_is_no_cursor(text: str) -> None:
    assert Cursor.parse(text) is None


def test_a_cursor_never_points_below_the_beginning() -> None:
    assert Cursor.parse("-500_-2") == Cursor(Offset(-1), Offset(-1))
