import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from server.model.outcome import BEFORE_FIRST, Offset
from server.observe.tally import SLOT_MS, First, Kind, Milestone, Tally
from server.store.tallies import KEEP_MS, SqliteTallies
from tests.builders import NOON_MS

T = TypeVar("T")

VIEWS = Kind(NOON_MS, "d", "processed", "view")
LATER = VIEWS._replace(slot_ms=NOON_MS + SLOT_MS)


def using(directory: Path, work: Callable[[SqliteTallies], Awaitable[T]]) -> T:
    async def opened() -> T:
        tallies = SqliteTallies(directory / "tallies.db")
        try:
            return await work(tallies)
        finally:
            await tallies.close()

    return asyncio.run(opened())


async def add(tallies: SqliteTallies, tally: Tally, *, up_to: int = 0, now_ms: int = NOON_MS) -> None:
    await tallies.add("processed", tally, up_to=Offset(up_to), now_ms=now_ms)


def test_what_is_counted_is_there_with_how_far_that_is_after_opening_again(tmp_path: Path) -> None:
    async def read(tallies: SqliteTallies) -> None:
        assert await tallies.progress("processed") == 7
        assert await tallies.progress("failed") == BEFORE_FIRST
        assert await tallies.counts(since_ms=0) == {VIEWS: 3}
        assert tallies.event_types() == {"view"}

    using(tmp_path, lambda tallies: add(tallies, Tally({VIEWS: 3}, {}), up_to=7))
    using(tmp_path, read)


def test_counts_of_the_same_kind_add_up(tmp_path: Path) -> None:
    async def work(tallies: SqliteTallies) -> None:
        await add(tallies, Tally({VIEWS: 3}, {}))
        await add(tallies, Tally({VIEWS: 4, LATER: 1}, {}))

        assert await tallies.counts(since_ms=0) == {VIEWS: 7, LATER: 1}
        assert await tallies.counts(since_ms=NOON_MS + SLOT_MS) == {LATER: 1}

    using(tmp_path, work)


def test_a_milestone_is_reached_once_at_the_earliest_time(tmp_path: Path) -> None:
    async def work(tallies: SqliteTallies) -> None:
        await add(tallies, Tally({}, {Milestone.SITE: First(NOON_MS, "b.example")}))
        await add(tallies, Tally({}, {Milestone.SITE: First(NOON_MS + 1, "c.example")}))
        assert await tallies.firsts() == {Milestone.SITE: First(NOON_MS, "b.example")}

        await add(tallies, Tally({}, {Milestone.SITE: First(NOON_MS - 1, "a.example")}))
        assert await tallies.firsts() == {Milestone.SITE: First(NOON_MS - 1, "a.example")}

    using(tmp_path, work)


def test_counts_go_after_five_weeks_and_milestones_stay(tmp_path: Path) -> None:
    async def work(tallies: SqliteTallies) -> None:
        await add(tallies, Tally({VIEWS: 1, LATER: 1}, {Milestone.ACTION: First(NOON_MS, "view")}))

        await add(tallies, Tally({}, {}), now_ms=NOON_MS + SLOT_MS + KEEP_MS)

        assert await tallies.counts(since_ms=0) == {LATER: 1}
        assert set(await tallies.firsts()) == {Milestone.ACTION}

    using(tmp_path, work)


def test_others_read_while_one_counts(tmp_path: Path) -> None:
    async def work(tallies: SqliteTallies) -> None:
        reader = SqliteTallies(tmp_path / "tallies.db")
        await add(tallies, Tally({VIEWS: 1}, {}))

        assert await reader.counts(since_ms=0) == {VIEWS: 1}
        await reader.close()

    using(tmp_path, work)
