"""One person taken out of the profile store."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from server.model.erasure import Person
from server.model.outcome import Offset
from server.ports import ProfileEntry
from server.profile.erase import ErasedProfile
from server.profile.store import SqliteProfileStore
from tests.builders import DATASET_ID
from tests.unit.profile.builders import a_record, a_step, an_identity

T = TypeVar("T")
ADA = an_identity("CustomerId:A")


def using(
    path: Path, batch: Sequence[tuple[Offset, ProfileEntry]], work: Callable[[SqliteProfileStore], Awaitable[T]]
) -> T:
    async def opened() -> T:
        store = SqliteProfileStore(path / "profiles.db")
        await store.open()
        try:
            await store.apply(batch)
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(opened())


async def erased(store: SqliteProfileStore) -> ErasedProfile:
    return await store.erase(ADA, await store.find_person(ADA))


def test_a_person_is_their_graph_their_events_and_what_only_those_still_name(tmp_path: Path) -> None:
    batch = [
        a_step(0, "ECID:1"),
        a_step(1, "ECID:1", "CustomerId:A", "Email:old"),
        a_step(2, "CustomerId:A", "Email:new"),
    ]

    person = using(tmp_path, batch, lambda store: store.find_person(ADA))

    assert person.identities == tuple(sorted(map(an_identity, ("CustomerId:A", "ECID:1", "Email:new", "Email:old"))))
    assert person.events == {DATASET_ID: ("e-0", "e-1", "e-2")}


def test_what_somebody_else_has_by_now_is_not_theirs(tmp_path: Path) -> None:
    batch = [a_step(0, "ECID:1", "CustomerId:A"), a_step(1, "ECID:1", "CustomerId:B")]

    person = using(tmp_path, batch, lambda store: store.find_person(ADA))

    assert person.identities == (ADA,)


def test_nobody_known_is_still_the_identity_itself(tmp_path: Path) -> None:
    assert using(tmp_path, [], lambda store: store.find_person(ADA)) == Person(identities=(ADA,))


def test_everything_of_the_person_goes_and_nothing_of_others(tmp_path: Path) -> None:
    batch: list[tuple[Offset, ProfileEntry]] = [
        a_step(0, "ECID:1"),
        a_step(1, "ECID:2"),
        a_step(2, "ECID:2", "ECID:1", "CustomerId:A"),
        (Offset(3), a_record("CustomerId:A", "Email:a")),
        a_step(4, "ECID:9", "CustomerId:B"),
        (Offset(5), a_record("CustomerId:B")),
    ]

    async def work(store: SqliteProfileStore) -> None:
        profile = await store.find(ADA, limit_events=0)
        assert profile is not None

        assert await erased(store) == ErasedProfile(identities=4, events=3, records=1)

        for identity in ("CustomerId:A", "ECID:1", "ECID:2", "Email:a"):
            assert await store.find(an_identity(identity), limit_events=0) is None
        assert await store.load(profile.id, limit_events=0) is None
        other = await store.find(an_identity("ECID:9"), limit_events=5)
        assert other is not None
        assert (other.event_count, other.record) == (1, {"person": {"name": {"firstName": "Ada"}}})
        totals = await store.totals()
        assert (totals.profiles, totals.events) == (1, 1)

    using(tmp_path, batch, work)


def test_erasing_again_finds_nothing(tmp_path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        await erased(store)

        assert await erased(store) == ErasedProfile(identities=0, events=0, records=0)

    using(tmp_path, [a_step(0, "CustomerId:A")], work)


def test_records_of_an_identity_that_left_the_graph_go_too(tmp_path: Path) -> None:
    batch: list[tuple[Offset, ProfileEntry]] = [
        (Offset(0), a_record("Email:old", "CustomerId:A")),
        a_step(1, "CustomerId:A", "Email:old"),
        a_step(2, "CustomerId:A", "Email:new"),
    ]

    assert using(tmp_path, batch, erased).records == 1


def test_nothing_of_the_person_is_left_in_the_file(tmp_path: Path) -> None:
    batch = [a_step(0, "CustomerId:A", "Email:somebody@example.com"), a_step(1, "CustomerId:B")]

    using(tmp_path, batch, erased)

    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"somebody@example.com" not in left


def test_who_comes_back_begins_anew(tmp_path: Path) -> None:
    async def work(store: SqliteProfileStore) -> None:
        await erased(store)

        await store.apply([a_step(5, "CustomerId:A", event_id="new")])

        view = await store.find(ADA, limit_events=5)
        assert view is not None
        assert [event.id for event in view.events] == ["new"]

    using(tmp_path, [a_step(0, "CustomerId:A")], work)
