import asyncio
from collections.abc import Mapping
from pathlib import Path

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import Offset, Processed
from server.observe.traffic import UNKNOWN_MS, Latency, Slot, Way
from server.store.tallies import SqliteTallies
from server.workers.delivered import DeliveredCounts, DeliveredDeps
from tests.builders import DATASET_ID, NOON_MS, a_processed, encoded

SLOT = Slot(NOON_MS, Way("test", "", DATASET_ID))


async def counts_of(log: MemoryEventLog, tallies: SqliteTallies) -> DeliveredCounts:
    return DeliveredCounts(
        DeliveredDeps(processed=log, tallies=tallies, clock_ms=lambda: NOON_MS + 10, knows=lambda _: True)
    )


def a_batch(first: int, last: int) -> list[tuple[Offset, Processed]]:
    return [(Offset(number), a_processed(offset=number)) for number in range(first, last + 1)]


async def told(tallies: SqliteTallies) -> Mapping[Latency, int]:
    return await tallies.latencies(since_ms=0, until_ms=2 * NOON_MS)


def test_what_a_sink_takes_is_counted_once_however_often_it_is_offered(tmp_path: Path) -> None:
    async def run() -> None:
        log, tallies = MemoryEventLog(), SqliteTallies(tmp_path / "tallies.db")
        counts = await counts_of(log, tallies)
        await counts.count("lake", a_batch(0, 2))
        await counts.count("lake", a_batch(1, 4))
        await counts.count("profile", a_batch(0, 0))

        assert await told(tallies) == {Latency(SLOT, "lake", 10): 5, Latency(SLOT, "profile", 10): 1}
        await tallies.close()

    asyncio.run(run())


def test_what_a_crash_left_uncounted_is_counted_without_its_latency(tmp_path: Path) -> None:
    async def run() -> None:
        log, tallies = MemoryEventLog(), SqliteTallies(tmp_path / "tallies.db")
        await log.append([encoded(a_processed(offset=number)) for number in range(8)])
        await (await counts_of(log, tallies)).count("lake", a_batch(0, 1))

        await (await counts_of(log, tallies)).count("lake", a_batch(6, 7))

        assert await told(tallies) == {Latency(SLOT, "lake", 10): 4, Latency(SLOT, "lake", UNKNOWN_MS): 4}
        await tallies.close()

    asyncio.run(run())
