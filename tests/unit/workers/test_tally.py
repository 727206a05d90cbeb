import asyncio
from pathlib import Path

from server.eventlog.memory import MemoryEventLog
from server.observe.tally import Kind
from server.store.tallies import SqliteTallies
from server.workers.tally import TallyDeps, count_some, run_tally
from tests.builders import DATASET_ID, NOON_MS, a_processed, encoded

VIEWS = Kind(NOON_MS, DATASET_ID, "processed", "web.webpagedetails.pageViews")


def deps(log: MemoryEventLog, tallies: SqliteTallies) -> TallyDeps:
    return TallyDeps(topic="processed", outcomes=log, tallies=tallies, own_host="", clock_ms=lambda: NOON_MS)


def test_every_outcome_is_counted_once_however_often_the_counting_is_begun(tmp_path: Path) -> None:
    async def scenario() -> None:
        log, tallies = MemoryEventLog(), SqliteTallies(tmp_path / "tallies.db")
        await log.append([encoded(a_processed())] * 3)
        assert await count_some(deps(log, tallies)) == 3
        await log.append([encoded(a_processed())] * 2)

        assert await count_some(deps(log, tallies)) == 2

        assert await tallies.counts(since_ms=0) == {VIEWS: 5}
        await tallies.close()

    asyncio.run(scenario())


def test_it_counts_until_it_is_told_to_stop(tmp_path: Path) -> None:
    async def scenario() -> None:
        log, tallies, stop = MemoryEventLog(), SqliteTallies(tmp_path / "tallies.db"), asyncio.Event()
        await log.append([encoded(a_processed())])
        running = asyncio.create_task(run_tally(stop, deps(log, tallies)))
        async with asyncio.timeout(30):
            while not await tallies.counts(since_ms=0):
                pass
            stop.set()
            await running

        assert await tallies.counts(since_ms=0) == {VIEWS: 1}
        await tallies.close()

    asyncio.run(scenario())
