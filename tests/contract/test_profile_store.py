"""What every profile store must do. One suite over all of them, the one in memory included."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec
import pytest

from server.model.datastream import DatasetId
from server.model.outcome import BEFORE_FIRST, Offset, Processed
from server.model.profile import ProfileId, ProfileView
from server.ports import ProfileStore
from server.profile.memory import MemoryProfileStore
from server.profile.store import SqliteProfileStore
from tests.builders import DATASET_ID, NOON_MS
from tests.unit.profile.builders import a_record, a_step, an_identity

T = TypeVar("T")
AnyStore: TypeAlias = MemoryProfileStore | SqliteProfileStore
Using: TypeAlias = Callable[[Callable[[AnyStore], Awaitable[T]]], T]
Batch: TypeAlias = Sequence[tuple[Offset, Processed]]


@pytest.fixture(params=["memory", "sqlite"])
def using(request: pytest.FixtureRequest, tmp_path: Path) -> Using[T]:
    """Runs a coroutine function on one new store, which is opened before and closed after."""

    def run(work: Callable[[AnyStore], Awaitable[T]]) -> T:
        async def opened() -> T:
            store: AnyStore = MemoryProfileStore()
            if request.param == "sqlite":
                store = SqliteProfileStore(tmp_path / "profiles.sqlite")
            await store.open()
            try:
                return await work(store)
            finally:
                await store.close()

        return asyncio.run(opened())

    return run


async def found(store: ProfileStore, identity: str, *, limit_events: int = 100) -> ProfileView | None:
    return await store.find(an_identity(identity), limit_events=limit_events)


async def sure(store: ProfileStore, identity: str, *, limit_events: int = 100) -> ProfileView:
    view = await found(store, identity, limit_events=limit_events)
    assert view is not None
    return view


def ids(view: ProfileView) -> list[str]:
    return [event.id for event in view.events]


def test_an_empty_store_finds_nobody(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        assert await found(store, "ECID:1") is None
        assert await store.count_profiles() == 0
        assert await store.recent_profiles(limit=5) == []
        assert await store.load(ProfileId("0000000000000001"), limit_events=1) is None
        assert await store.committed() == BEFORE_FIRST

    using(work)


def test_an_applied_event_is_found_by_each_of_its_identities(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        offset, processed = a_step(0, "ECID:1", "CustomerId:A")

        await store.apply([(offset, processed)])

        by_device, by_customer = await sure(store, "ECID:1"), await sure(store, "CustomerId:A")
        assert by_device == by_customer
        assert by_device.identities == (an_identity("CustomerId:A"), an_identity("ECID:1"))
        assert by_device.events[0].xdm == processed.event.xdm
        assert by_device.events[0].dataset_id == processed.event.dataset_id
        assert by_device.events[0].timestamp_ms == NOON_MS
        assert by_device.attributes["eventCount"] == by_device.event_count == 1

    using(work)


def test_identities_differ_by_namespace_and_by_case(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(0, "Email:a@example.com")])

        assert await found(store, "ECID:a@example.com") is None
        assert await found(store, "email:a@example.com") is None
        assert await found(store, "Email:A@example.com") is None

    using(work)


def test_events_come_newest_first_and_no_more_than_asked_for(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(n, "ECID:1", at_ms=NOON_MS + time) for n, time in enumerate((20, 50, 10, 40, 30))])

        view = await sure(store, "ECID:1", limit_events=3)

        assert ids(view) == ["e-1", "e-3", "e-4"]
        assert view.event_count == 5
        assert ids(await sure(store, "ECID:1", limit_events=0)) == []
        assert ids(await sure(store, "ECID:1", limit_events=-1)) == []

    using(work)


def test_of_events_at_one_time_the_last_to_come_is_the_newest(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(n, "ECID:1", at_ms=NOON_MS, event_id=name) for n, name in enumerate(("m", "z", "a"))])

        assert ids(await sure(store, "ECID:1")) == ["a", "z", "m"]

    using(work)


def test_an_event_is_applied_once_however_often_it_is_offered(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        batch = [a_step(0, "ECID:1", "CustomerId:A"), a_step(1, "ECID:2")]
        await store.apply([*batch, *batch])
        once = await sure(store, "ECID:1")

        await store.apply(batch)
        await store.apply([a_step(7, "ECID:1", "CustomerId:A", event_id="e-0")])

        assert await sure(store, "ECID:1") == once
        assert once.event_count == 1
        assert await store.count_profiles() == 2

    using(work)


def test_events_of_two_datasets_may_have_one_id(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        offset, one = a_step(0, "ECID:1")
        event = msgspec.structs.replace(one.event, dataset_id=DatasetId("f" * 24))

        await store.apply([(offset, one), (Offset(1), Processed(event=event, source=one.source))])

        assert (await sure(store, "ECID:1")).event_count == 2

    using(work)


def test_an_event_flagged_as_duplicate_is_skipped(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(0, "ECID:1", duplicate=True)])

        assert await found(store, "ECID:1") is None
        assert await store.committed() == 0

    using(work)


def test_an_event_that_names_nobody_is_nobodys(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(0), a_step(1, "ECID:null"), a_step(2, "CustomerId:A", "CustomerId:B")])

        assert await store.count_profiles() == 0
        assert await store.committed() == 2

    using(work)


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_profiles_that_become_one_have_all_their_events_and_facts(using: Using[None], is_one_batch: bool) -> None:
    async def work(store: AnyStore) -> None:
        steps = [
            a_step(0, "ECID:1"),
            a_step(1, "ECID:2", eventType="commerce.purchases"),
            a_step(2, "ECID:3"),
            a_step(3, "ECID:3", "ECID:2"),
            a_step(4, "ECID:2", "ECID:1"),
        ]

        for batch in [steps] if is_one_batch else [[step] for step in steps]:
            await store.apply(batch)

        view = await sure(store, "ECID:3")
        assert ids(view) == ["e-4", "e-3", "e-2", "e-1", "e-0"]
        assert view == await sure(store, "ECID:1")
        assert view.event_count == view.attributes["eventCount"] == 5
        assert view.attributes["eventsByType"] == {"commerce.purchases": 1, "web.webpagedetails.pageViews": 4}
        assert view.attributes["firstSeen"] == "2026-01-01T12:00:00.000Z"
        assert await store.count_profiles() == 1

    using(work)


def test_the_id_of_a_profile_that_became_another_leads_to_that(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(0, "ECID:1"), a_step(1, "ECID:2")])
        before = await sure(store, "ECID:2")

        await store.apply([a_step(2, "ECID:1", "ECID:2")])

        now = await store.load(before.id, limit_events=10)
        assert now == await sure(store, "ECID:2", limit_events=10)
        assert now is not None
        assert now.id != before.id

    using(work)


@pytest.mark.parametrize("unknown", ["", "7", "-000000000000001", "../../etc/passwd", "f" * 16, "z" * 16, "０" * 16])
def test_a_profile_id_that_is_none_loads_nothing(using: Using[None], unknown: str) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(0, "ECID:1")])

        assert await store.load(ProfileId(unknown), limit_events=1) is None

    using(work)


def test_two_customers_on_one_browser_are_two_profiles(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(0, "ECID:1"), a_step(1, "ECID:1", "CustomerId:A")])
        await store.apply([a_step(2, "ECID:1", "CustomerId:B"), a_step(3, "ECID:1")])

        a, b = await sure(store, "CustomerId:A"), await sure(store, "CustomerId:B")
        assert (ids(a), ids(b)) == (["e-1", "e-0"], ["e-3", "e-2"])
        assert a.attributes["customerIds"] == {"CustomerId": "A"}
        assert b.attributes["customerIds"] == {"CustomerId": "B"}
        assert await sure(store, "ECID:1") == b

    using(work)


def test_an_identity_that_left_the_graph_is_not_found(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(0, "CustomerId:A", "Email:old@example.com")])
        await store.apply([a_step(1, "CustomerId:A", "Email:new@example.com")])

        assert await found(store, "Email:old@example.com") is None
        assert ids(await sure(store, "Email:new@example.com")) == ["e-1", "e-0"]

    using(work)


def test_recent_profiles_are_those_seen_last(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(n, f"ECID:{n}", "FPID:5" if n == 5 else "FPID:x") for n in (4, 5, 6)])
        await store.apply([a_step(1, "ECID:late"), a_step(9, "FPID:5")])

        recent = await store.recent_profiles(limit=2)

        assert [view.identities[0] for view in recent] == [an_identity("ECID:5"), an_identity("ECID:4")]
        assert [view.event_count for view in recent] == [2, 2]
        assert [view.events for view in recent] == [(), ()]
        assert await store.recent_profiles(limit=0) == []

    using(work)


def test_profiles_that_became_another_are_no_recent_ones(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(0, "ECID:1"), a_step(5, "ECID:2")])
        await store.apply([a_step(9, "ECID:1", "ECID:2")])

        (recent,) = await store.recent_profiles(limit=5)

        assert recent.event_count == 3

    using(work)


def test_the_committed_offset_never_moves_back(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(5, "ECID:1")])
        await store.apply([a_step(3, "ECID:1")])
        await store.apply([])

        assert await store.committed() == 5

    using(work)


def test_a_large_batch_is_applied_whole_and_again_not_at_all(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        batch = [a_step(n, f"ECID:{n % 700 + 1}", f"FPID:{n % 700 + 1}") for n in range(1_400)]

        await store.apply(batch)
        await store.apply(batch)

        assert await store.count_profiles() == 700
        assert ids(await sure(store, "ECID:700")) == ["e-1399", "e-699"]
        assert len(await store.recent_profiles(limit=1_000)) == 700

    using(work)


def test_both_stores_agree_on_a_long_mixed_stream(tmp_path: Path) -> None:
    steps = mixed_stream()
    people = sorted({f"{ns}:{n}" for ns in ("ECID", "CustomerId", "Email", "FPID") for n in range(1, 9)})

    async def views(store: AnyStore, sizes: Sequence[int]) -> list[ProfileView | None]:
        await store.open()
        start = 0
        for size in sizes:
            await store.apply(steps[start : start + size])
            start += size
        assert start >= len(steps)
        seen = [await found(store, identity) for identity in people]
        await store.close()
        return seen

    reference = asyncio.run(views(MemoryProfileStore(), [len(steps)]))

    assert any(reference)
    assert asyncio.run(views(SqliteProfileStore(tmp_path / "one.sqlite"), [len(steps)])) == reference
    assert asyncio.run(views(SqliteProfileStore(tmp_path / "each.sqlite"), [1] * len(steps))) == reference
    assert asyncio.run(views(SqliteProfileStore(tmp_path / "some.sqlite"), [7] * 60)) == reference


def mixed_stream() -> Batch:
    """Shared browsers, changing addresses, late events, repeated events: the same every time."""
    steps = []
    for n in range(400):
        identities = [f"ECID:{n * 7 % 8 + 1}"]
        if n % 3 == 0:
            identities.append(f"CustomerId:{n * 5 % 8 + 1}")
        if n % 5 == 0:
            identities.append(f"Email:{n * 3 % 8 + 1}")
        if n % 11 == 0:
            identities.append(f"FPID:{n % 8 + 1}")
        steps.append(a_step(n, *identities, event_id=f"e-{n % 380}", at_ms=NOON_MS + n * 37 % 400 * 1000))
    return steps


def test_a_record_is_found_by_each_of_its_identities_and_says_where_it_is_from(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([(Offset(0), a_record("CustomerId:A", "Email:a", xdm={"personID": "7"}))])

        view = await sure(store, "Email:a")

        assert view == await sure(store, "CustomerId:A")
        assert view.record == {"personID": "7"}
        assert [(each.path, each.dataset_id) for each in view.attribute_sources] == [("/personID", DATASET_ID)]
        assert [(each.identity, each.tag) for each in view.record_sources] == [(an_identity("CustomerId:A"), "x-0")]
        assert (view.event_count, view.events) == (0, ())

    using(work)


def test_a_record_and_events_of_one_person_are_one_profile(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        record = a_record("Email:a", "CustomerId:A", xdm={"personID": "7"})
        await store.apply([a_step(0, "ECID:1", "CustomerId:A"), (Offset(1), record)])

        view = await sure(store, "ECID:1")

        assert (view.record, view.event_count) == ({"personID": "7"}, 1)
        assert await store.count_profiles() == 1

    using(work)


def test_records_offered_again_in_any_order_change_nothing(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        steps = [
            (Offset(0), a_record("Email:a", at=1, xdm={"a": 1, "b": {"c": 1}})),
            (Offset(1), a_record("Email:a", at=2, operation="merge", xdm={"b": {"c": 2}})),
            (Offset(2), a_record("Email:a", at=3, operation="merge", xdm={"d": 3})),
        ]
        for step in reversed(steps):
            await store.apply([step])
        once = await sure(store, "Email:a")

        await store.apply([*steps, *steps])

        assert await sure(store, "Email:a") == once
        assert once.record == {"a": 1, "b": {"c": 2}, "d": 3}

    using(work)


def test_what_is_removed_stays_so_and_leaves_the_identities(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([(Offset(0), a_record("Email:a", "ECID:1", at=1))])
        await store.apply([(Offset(1), a_record("Email:a", at=3, operation="delete"))])
        await store.apply([(Offset(2), a_record("Email:a", at=2, operation="merge", xdm={"late": True}))])

        view = await sure(store, "ECID:1")

        assert (view.record, view.record_sources) == ({}, ())
        assert view.identities == (an_identity("ECID:1"), an_identity("Email:a"))

    using(work)


def test_removing_what_is_unknown_makes_nobody(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([(Offset(0), a_record("Email:a", operation="delete"))])

        assert await found(store, "Email:a") is None
        assert await store.count_profiles() == 0

    using(work)


def test_a_record_that_links_nothing_is_its_primary_identity_s_alone(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([(Offset(0), a_record("Email:a", "ECID:1", links=False))])

        assert (await sure(store, "Email:a")).identities == (an_identity("Email:a"),)
        assert await found(store, "ECID:1") is None

    using(work)


def test_the_identity_that_the_schema_names_is_whose_record_it_is(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        record = a_record("ECID:1", "Email:a", primary=an_identity("Email:a"))
        await store.apply([(Offset(0), record)])

        [source] = (await sure(store, "ECID:1")).record_sources

        assert source.identity == an_identity("Email:a")

    using(work)


def test_a_record_of_nobody_is_nobodys(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([(Offset(0), a_record("Email:null")), (Offset(1), a_record())])

        assert await store.count_profiles() == 0
        assert await store.committed() == 1

    using(work)


def test_the_last_heard_of_comes_first_whether_by_an_event_or_by_a_record(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(1, "ECID:1"), (Offset(2), a_record("Email:a", at=2_000)), a_step(3, "ECID:2")])

        recent = await store.recent_profiles(limit=5)

        assert [str(view.identities[0]) for view in recent] == ["ECID:2", "Email:a", "ECID:1"]
        assert recent[1].record == {}

    using(work)


def test_a_value_is_found_in_whatever_namespace(using: Using[None]) -> None:
    async def work(store: AnyStore) -> None:
        await store.apply([a_step(0, "ECID:7"), a_step(1, "CustomerId:7"), a_step(2, "ECID:77")])

        assert list(await store.search("7")) == [an_identity("CustomerId:7"), an_identity("ECID:7")]
        assert list(await store.search("8")) == []

    using(work)
