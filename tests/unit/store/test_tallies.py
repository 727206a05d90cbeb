import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from server.model.outcome import BEFORE_FIRST, Offset
from server.observe.failure_groups import FailureCount, FailureGroup, FailureSlot
from server.observe.rule_counts import SLOT_MS as RULE_SLOT_MS
from server.observe.rule_counts import RuleCount, RuleKey, RuleSlot
from server.observe.tally import SLOT_MS, FailedSlot, First, Kind, Milestone, Tally
from server.observe.traffic import HOUR_MS, MINUTE_MS, Latency, Numbers, Slot, Way
from server.store.tallies import KEEP_MS, SqliteTallies
from server.store.tally_tables import FINE_MS
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
        await add(tallies, Tally({VIEWS: 4, LATER: 1}, {}), up_to=1)

        assert await tallies.counts(since_ms=0) == {VIEWS: 7, LATER: 1}
        assert await tallies.counts(since_ms=NOON_MS + SLOT_MS) == {LATER: 1}

    using(tmp_path, work)


def test_a_milestone_is_reached_once_at_the_earliest_time(tmp_path: Path) -> None:
    async def work(tallies: SqliteTallies) -> None:
        await add(tallies, Tally({}, {Milestone.SITE: First(NOON_MS, "b.example")}))
        await add(tallies, Tally({}, {Milestone.SITE: First(NOON_MS + 1, "c.example")}), up_to=1)
        assert await tallies.firsts() == {Milestone.SITE: First(NOON_MS, "b.example")}

        await add(tallies, Tally({}, {Milestone.SITE: First(NOON_MS - 1, "a.example")}), up_to=2)
        assert await tallies.firsts() == {Milestone.SITE: First(NOON_MS - 1, "a.example")}

    using(tmp_path, work)


def test_counts_go_after_five_weeks_and_milestones_stay(tmp_path: Path) -> None:
    async def work(tallies: SqliteTallies) -> None:
        await add(tallies, Tally({VIEWS: 1, LATER: 1}, {Milestone.ACTION: First(NOON_MS, "view")}))

        await add(tallies, Tally({}, {}), up_to=1, now_ms=NOON_MS + SLOT_MS + KEEP_MS)

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


WAY = Way("test", "", "d")
GROUP = FailureGroup("schema_violation", "/web", "type", "", "shop.example/", "d", "test")


def a_tally(start_ms: int, *, received: int = 1) -> Tally:
    return Tally(
        traffic={Slot(start_ms, WAY): Numbers(received=received, least_ms=3, most_ms=9)},
        latencies={Latency(Slot(start_ms, WAY), "lake", 700): received},
        failures={FailureSlot(NOON_MS, GROUP): FailureCount(received, start_ms, start_ms, Offset(4))},
    )


def everything(tallies: SqliteTallies) -> Awaitable[Mapping[Slot, Numbers]]:
    return tallies.traffic(since_ms=0, until_ms=NOON_MS * 2)


def test_records_that_were_counted_are_not_counted_again(tmp_path: Path) -> None:
    async def work(tallies: SqliteTallies) -> None:
        for _ in range(2):
            await add(tallies, a_tally(NOON_MS), up_to=3)

        assert await everything(tallies) == {Slot(NOON_MS, WAY): Numbers(received=1, least_ms=3, most_ms=9)}

    using(tmp_path, work)


def test_traffic_of_one_minute_adds_up_and_minutes_stay_apart(tmp_path: Path) -> None:
    async def work(tallies: SqliteTallies) -> None:
        await add(tallies, a_tally(NOON_MS), up_to=1)
        await add(tallies, Tally(traffic={Slot(NOON_MS, WAY): Numbers(received=2, least_ms=1)}), up_to=2)
        await add(tallies, Tally(traffic={Slot(NOON_MS, WAY): Numbers(failed=1)}), up_to=3)
        await add(tallies, a_tally(NOON_MS + MINUTE_MS), up_to=4)

        assert await everything(tallies) == {
            Slot(NOON_MS, WAY): Numbers(received=3, failed=1, least_ms=1, most_ms=9),
            Slot(NOON_MS + MINUTE_MS, WAY): Numbers(received=1, least_ms=3, most_ms=9),
        }
        assert await tallies.latencies(since_ms=NOON_MS + 1, until_ms=NOON_MS * 2) == {
            Latency(Slot(NOON_MS + MINUTE_MS, WAY), "lake", 700): 1
        }
        assert await tallies.failures(since_ms=0, until_ms=NOON_MS * 2) == {
            FailureSlot(NOON_MS, GROUP): FailureCount(2, NOON_MS, NOON_MS + MINUTE_MS, Offset(4))
        }
        assert tallies.failure_groups() == {GROUP}

    using(tmp_path, work)


def test_minutes_become_hours_after_a_day_and_what_comes_late_is_added_to_them(tmp_path: Path) -> None:
    async def work(tallies: SqliteTallies) -> None:
        for number in range(3):
            await add(tallies, a_tally(NOON_MS + number * MINUTE_MS), up_to=number)

        await add(tallies, a_tally(NOON_MS + 5 * MINUTE_MS), up_to=3, now_ms=NOON_MS + FINE_MS + HOUR_MS)
        await add(tallies, a_tally(NOON_MS + 7 * MINUTE_MS), up_to=4, now_ms=NOON_MS + FINE_MS + HOUR_MS)

        assert await everything(tallies) == {Slot(NOON_MS, WAY): Numbers(received=5, least_ms=3, most_ms=9)}
        assert await tallies.latencies(since_ms=0, until_ms=NOON_MS * 2) == {
            Latency(Slot(NOON_MS, WAY), "lake", 700): 5
        }

    using(tmp_path, work)


def test_what_was_wrong_is_forgotten_with_the_failed_events(tmp_path: Path) -> None:
    async def work() -> None:
        tallies = SqliteTallies(tmp_path / "tallies.db", failures_keep_ms=HOUR_MS)
        await add(tallies, a_tally(NOON_MS), up_to=1)

        await add(tallies, Tally(), up_to=2, now_ms=NOON_MS + HOUR_MS + 1)

        assert await tallies.failures(since_ms=0, until_ms=NOON_MS * 2) == {}
        assert len(await everything(tallies)) == 1
        await tallies.close()

    asyncio.run(work())


def test_a_file_of_an_older_version_is_counted_again_and_keeps_what_happened_first(tmp_path: Path) -> None:
    async def fill(tallies: SqliteTallies) -> None:
        await add(tallies, Tally({VIEWS: 1}, {Milestone.SITE: First(NOON_MS, "b.example")}), up_to=7)

    async def read(tallies: SqliteTallies) -> None:
        assert await tallies.progress("processed") == BEFORE_FIRST
        assert await tallies.counts(since_ms=0) == {}
        assert set(await tallies.firsts()) == {Milestone.SITE}

    using(tmp_path, fill)
    with closing(sqlite3.connect(tmp_path / "tallies.db")) as connection:
        connection.execute("PRAGMA user_version = 0")
    using(tmp_path, read)


def test_failed_events_are_counted_by_dataset_and_reason_whatever_their_type(tmp_path: Path) -> None:
    bad = VIEWS._replace(outcome="internal")

    async def work(tallies: SqliteTallies) -> None:
        other = {bad._replace(event_type="click"): 2, bad._replace(slot_ms=NOON_MS - SLOT_MS): 4}
        await add(tallies, Tally({VIEWS: 3, bad: 1, VIEWS._replace(outcome="duplicate"): 5} | other, {}))

        assert await tallies.failed(since_ms=NOON_MS, until_ms=NOON_MS + 1) == {FailedSlot(NOON_MS, "d", "internal"): 3}

    using(tmp_path, work)


def test_failures_of_ten_minutes_become_hours_after_a_day(tmp_path: Path) -> None:
    def failing(start_ms: int, events: int) -> Tally:
        return Tally(failures={FailureSlot(start_ms, GROUP): FailureCount(events, start_ms, start_ms, Offset(events))})

    async def work(tallies: SqliteTallies) -> None:
        await add(tallies, failing(NOON_MS, 1), up_to=1)
        await add(tallies, failing(NOON_MS + SLOT_MS, 2), up_to=2)
        assert len(await tallies.failures(since_ms=0, until_ms=NOON_MS * 2)) == 2

        await add(tallies, failing(NOON_MS + 2 * SLOT_MS, 3), up_to=3, now_ms=NOON_MS + FINE_MS + HOUR_MS)
        await add(tallies, failing(NOON_MS + 3 * SLOT_MS, 4), up_to=4, now_ms=NOON_MS + FINE_MS + HOUR_MS)

        assert await tallies.failures(since_ms=0, until_ms=NOON_MS * 2) == {
            FailureSlot(NOON_MS, GROUP): FailureCount(10, NOON_MS, NOON_MS + 3 * SLOT_MS, Offset(4))
        }

    using(tmp_path, work)


def test_rules_add_up_and_are_known_again_after_opening_and_go_with_the_rest(tmp_path: Path) -> None:
    cart = RuleSlot(NOON_MS, RuleKey("web", "cart"))
    later = cart._replace(start_ms=NOON_MS + RULE_SLOT_MS)

    async def work(tallies: SqliteTallies) -> None:
        await add(tallies, Tally(rules={cart: RuleCount(2, 1, 0, NOON_MS + 9)}))
        await add(tallies, Tally(rules={cart: RuleCount(1, 0, 1, NOON_MS + 3), later: RuleCount(1)}), up_to=1)

        assert await tallies.rules(since_ms=0) == {cart: RuleCount(3, 1, 1, NOON_MS + 9), later: RuleCount(1)}
        assert await tallies.rules(since_ms=NOON_MS + RULE_SLOT_MS + 5) == {later: RuleCount(1)}

    async def again(tallies: SqliteTallies) -> None:
        assert tallies.rule_keys() == {cart.key}
        await add(tallies, Tally(), up_to=2, now_ms=NOON_MS + KEEP_MS + 1)
        assert await tallies.rules(since_ms=0) == {later: RuleCount(1)}

    using(tmp_path, work)
    using(tmp_path, again)
