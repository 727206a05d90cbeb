"""What every event log must do, the in-memory twin included."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from server.eventlog.log import FileEventLog
from server.eventlog.memory import MemoryEventLog
from server.model.outcome import BEFORE_FIRST, Offset
from server.ports import EventLog, LogRecord, LogUnavailable

# Long enough never to pass in a test that works; what is waited for comes in milliseconds.
PATIENCE_SECONDS = 30.0

OpenLog: TypeAlias = Callable[[], AbstractAsyncContextManager[EventLog]]


@pytest.fixture(params=["files", "memory"])
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> OpenLog:
    """Opens an empty log, and closes it."""
    memory = MemoryEventLog()

    @asynccontextmanager
    async def opened() -> AsyncIterator[EventLog]:
        log: EventLog = FileEventLog.open_writer(tmp_path / "0") if request.param == "files" else memory
        try:
            yield log
        finally:
            await log.close()

    return opened


def test_a_new_log_is_empty(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            assert await log.end() == BEFORE_FIRST
            assert list(await log.read(after=BEFORE_FIRST, limit=10)) == []
            assert await log.committed("lake") == BEFORE_FIRST

    asyncio.run(scenario())


def test_append_answers_the_offset_of_the_last_value(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            assert await log.append([b"a"]) == 0
            assert await log.append([b"b", b"c", b"d"]) == 3
            assert await log.end() == 3

    asyncio.run(scenario())


def test_append_of_nothing_answers_the_end(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            assert await log.append([]) == BEFORE_FIRST
            await log.append([b"a"])
            assert await log.append([]) == 0

    asyncio.run(scenario())


def test_read_gives_what_was_appended_in_order(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            await log.append([b"a", b""])
            await log.append([b"\x00\xff\n"])

            records = await log.read(after=BEFORE_FIRST, limit=10)

            assert list(records) == [
                LogRecord(Offset(0), b"a"),
                LogRecord(Offset(1), b""),
                LogRecord(Offset(2), b"\x00\xff\n"),
            ]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("after", "limit", "expected"),
    [
        (-1, 2, [0, 1]),
        (0, 2, [1, 2]),
        (2, 100, [3, 4]),
        (4, 100, []),
        (100, 100, []),
        (-1, 0, []),
        (-5, 1, [0]),
    ],
)
def test_read_starts_above_after_and_stops_at_the_limit(
    open_log: OpenLog, after: int, limit: int, expected: list[int]
) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            await log.append([b"0", b"1", b"2", b"3", b"4"])

            records = await log.read(after=Offset(after), limit=limit)

            assert [record.offset for record in records] == expected

    asyncio.run(scenario())


def test_below_the_first_nothing_is_waiting(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            assert list(await log.read(after=Offset(-2), limit=10)) == []
            assert not await log.wait(after=Offset(-2), timeout_seconds=0.0)
            assert await log.end() == BEFORE_FIRST
            assert list(getattr(log, "damage", ())) == []

            await log.append([b"a"])

            assert await log.wait(after=Offset(-2), timeout_seconds=0.0)
            assert [record.value for record in await log.read(after=Offset(-2), limit=10)] == [b"a"]

    asyncio.run(scenario())


def test_concurrent_appends_keep_each_calls_values_together(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            calls = [[b"%d-%d" % (call, index) for index in range(3)] for call in range(20)]

            lasts = await asyncio.gather(*(log.append(call) for call in calls))

            records = {record.offset: record.value for record in await log.read(after=BEFORE_FIRST, limit=1000)}
            assert sorted(records) == list(range(60))
            for call, last in zip(calls, lasts, strict=True):
                assert [records[Offset(last - 2 + index)] for index in range(3)] == call

    asyncio.run(scenario())


def test_an_append_whose_caller_was_cancelled_disturbs_nobody(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            leaving = asyncio.create_task(log.append([b"leaving"]))
            staying = asyncio.create_task(log.append([b"staying"]))
            await asyncio.sleep(0)
            leaving.cancel()

            last = await staying

            assert (await log.read(after=Offset(last - 1), limit=1))[0].value == b"staying"
            assert await log.append([b"later"]) == last + 1

    asyncio.run(scenario())


def test_submit_tells_once_and_later_what_append_would_have_answered(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            told: list[Offset | LogUnavailable] = []
            has_come = asyncio.Event()

            def settled(result: Offset | LogUnavailable) -> None:
                told.append(result)
                if len(told) == 2:
                    has_come.set()

            log.submit([b"a", b"b"], settled)
            log.submit([b"c"], settled)
            assert told == []
            async with asyncio.timeout(PATIENCE_SECONDS):
                await has_come.wait()

            assert told == [1, 2]
            assert [record.value for record in await log.read(after=BEFORE_FIRST, limit=9)] == [b"a", b"b", b"c"]

    asyncio.run(scenario())


def test_submit_to_a_closed_log_raises_and_tells_nobody(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            told: list[Offset | LogUnavailable] = []
            await log.close()

            with pytest.raises(LogUnavailable):
                log.submit([b"a"], told.append)
            await asyncio.sleep(0)

            assert told == []

    asyncio.run(scenario())


def test_one_who_cannot_take_the_answer_keeps_nobody_from_theirs(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:

            def broken(_result: Offset | LogUnavailable) -> None:
                raise ZeroDivisionError

            asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
            log.submit([b"a"], broken)

            assert await log.append([b"b"]) == 1
            assert await log.append([b"c"]) == 2

    asyncio.run(scenario())


def test_wait_is_true_at_once_for_what_is_there(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            await log.append([b"a"])

            assert await log.wait(after=BEFORE_FIRST, timeout_seconds=PATIENCE_SECONDS)

    asyncio.run(scenario())


def test_wait_is_false_after_the_timeout(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            await log.append([b"a"])

            assert not await log.wait(after=Offset(0), timeout_seconds=0.0)
            assert not await log.wait(after=Offset(0), timeout_seconds=0.01)

    asyncio.run(scenario())


def test_wait_returns_when_something_is_appended(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            await log.append([b"a"])
            waiters = [asyncio.create_task(log.wait(after=Offset(0), timeout_seconds=PATIENCE_SECONDS)) for _ in "123"]
            await asyncio.sleep(0)

            await log.append([b"b"])

            async with asyncio.timeout(PATIENCE_SECONDS / 2):
                assert await asyncio.gather(*waiters) == [True, True, True]

    asyncio.run(scenario())


def test_a_consumers_offset_is_its_own(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            await log.append([b"a", b"b", b"c"])

            await log.commit("lake", Offset(2))
            await log.commit("profile", Offset(0))

            assert await log.committed("lake") == 2
            assert await log.committed("profile") == 0
            assert await log.committed("http-1") == BEFORE_FIRST

    asyncio.run(scenario())


def test_commit_never_moves_back(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            await log.append([b"a", b"b", b"c"])
            await log.commit("lake", Offset(2))

            await log.commit("lake", Offset(1))
            await log.commit("lake", Offset(2))

            assert await log.committed("lake") == 2

    asyncio.run(scenario())


def test_a_log_that_is_closed_twice_is_closed_like_any_other(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            await log.append([b"a"])

            await log.close()
            await log.close()

            with pytest.raises(LogUnavailable, match="closed"):
                await log.end()

    asyncio.run(scenario())


def test_a_closed_log_is_unavailable(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            await log.close()

            for call in (
                log.append([b"a"]),
                log.append([]),
                log.read(after=BEFORE_FIRST, limit=1),
                log.wait(after=BEFORE_FIRST, timeout_seconds=PATIENCE_SECONDS),
                log.end(),
                log.committed("lake"),
                log.commit("lake", Offset(0)),
            ):
                with pytest.raises(LogUnavailable):
                    await call

    asyncio.run(scenario())


def test_close_finishes_the_appends_that_wait_and_ends_the_waits(open_log: OpenLog) -> None:
    async def scenario() -> None:
        async with open_log() as log:
            appends = [asyncio.create_task(log.append([b"%d" % number])) for number in range(10)]
            wait = asyncio.create_task(log.wait(after=Offset(100), timeout_seconds=PATIENCE_SECONDS))
            await asyncio.sleep(0)

            await log.close()

            assert await asyncio.gather(*appends) == list(range(10))
            async with asyncio.timeout(PATIENCE_SECONDS / 2):
                with pytest.raises(LogUnavailable):
                    await wait

    asyncio.run(scenario())
