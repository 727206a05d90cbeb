"""Erasing persons: the order of the steps, and what an interruption leaves."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from server.lake.errors import LakeUnavailable
from server.model.dataset import Dataset, DatasetId
from server.model.erasure import ErasedRows, Erasure, ErasureReport, Person
from server.model.identity import Identity
from server.profile.erase import ErasedProfile
from server.workers.erase import EraseDeps, erase, erase_due, run_erasures, with_rows
from tests.builders import NOON_MS, a_dataset
from tests.unit.profile.builders import an_identity

ADA, DEVICE = an_identity("Email:a"), an_identity("ECID:1")


def an_erasure(identifier: str = "x", *, whom: Person | None = None, report: ErasureReport | None = None) -> Erasure:
    return Erasure(
        id=identifier,
        namespace="Email",
        identity="a",
        requested_ms=NOON_MS,
        requested_by="ada",
        person=whom,
        report=report,
    )


@dataclass
class World:
    """Writes down what it is asked to do. ``found``: whom each look finds, the last for ever."""

    found: list[Person]
    rows: dict[str, int] = field(default_factory=dict)
    failing: bool = False
    told: list[str] = field(default_factory=list)
    waiting: list[Erasure] = field(default_factory=list)
    reports: list[ErasureReport] = field(default_factory=list)

    def deps(self) -> EraseDeps:
        return EraseDeps(
            due=self.due,
            find=self.find,
            keep=self.keep,
            bury=self.bury,
            profile=self.profile,
            datasets=self.datasets,
            rows=self.erase_rows,
            note=self.note,
            end=self.end,
            log_until_ms=lambda: NOON_MS + 7,
            interval_seconds=0.0,
        )

    async def due(self) -> Sequence[Erasure]:
        return list(self.waiting)

    async def find(self, _identity: Identity) -> Person:
        return self.found.pop(0) if len(self.found) > 1 else self.found[0]

    async def keep(self, _erasure: Erasure, person: Person) -> int:
        self.told.append(f"keep {len(person.identities)}")
        return len(person.identities)

    async def bury(self) -> None:
        self.told.append("bury")

    async def profile(self, _identity: Identity, _person: Person) -> ErasedProfile:
        self.told.append("profile")
        return ErasedProfile(identities=1, events=2, records=3)

    async def datasets(self) -> Sequence[Dataset]:
        return [a_dataset(id=DatasetId(name), name=name) for name in ("one", "two")]

    async def erase_rows(self, dataset: Dataset, person: Person) -> tuple[int, int]:
        if self.failing:
            raise LakeUnavailable("the disk is full")
        self.told.append(f"rows of {dataset.name}")
        return self.rows.get(dataset.name, 0), 1

    async def note(self, _erasure: Erasure, report: ErasureReport) -> None:
        self.reports.append(report)

    async def end(self, erasure: Erasure, report: ErasureReport) -> None:
        self.told.append("end")
        self.waiting = [each for each in self.waiting if each.id != erasure.id]
        self.reports.append(report)


def person(*identities: Identity) -> Person:
    return Person(identities=identities)


def test_whom_it_meets_is_written_down_and_left_out_before_anything_is_erased() -> None:
    world = World(found=[person(ADA)], rows={"two": 4})

    report = asyncio.run(erase(world.deps(), an_erasure()))

    assert world.told == ["keep 1", "bury", "profile", "rows of one", "rows of two", "end"]
    assert report == world.reports[-1]
    assert report == ErasureReport(
        identities=1,
        events=2,
        records=3,
        rows=(ErasedRows(dataset_id="two", dataset="two", rows=4, files=1),),
        tombstones=1,
        log_until_ms=NOON_MS + 7,
    )


def test_who_was_on_the_way_is_left_out_as_well() -> None:
    world = World(found=[person(ADA), person(DEVICE, ADA)])

    asyncio.run(erase(world.deps(), an_erasure()))

    assert world.told[:5] == ["keep 1", "bury", "keep 2", "bury", "profile"]


def test_after_an_interruption_it_goes_on_with_whom_it_met_before() -> None:
    before = ErasureReport(events=5, rows=(ErasedRows(dataset_id="one", dataset="one", rows=1, files=1),))
    world = World(found=[person(ADA)], rows={"one": 2})

    report = asyncio.run(erase(world.deps(), an_erasure(whom=person(DEVICE, ADA), report=before)))

    assert world.told[0] == "keep 2"
    assert (report.events, report.rows) == (7, (ErasedRows(dataset_id="one", dataset="one", rows=3, files=2),))


def test_what_cannot_be_erased_now_waits_and_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    world = World(found=[person(ADA)], failing=True, waiting=[an_erasure(), an_erasure("y")])

    asyncio.run(erase_due(world.deps()))

    assert (world.told.count("profile"), world.told.count("end"), len(world.waiting)) == (2, 0, 2)
    assert "trying again erasure=x error=the disk is full" in caplog.text
    assert "Email" not in caplog.text


def test_the_loop_erases_until_it_is_stopped() -> None:
    async def scenario() -> World:
        stop = asyncio.Event()
        world = World(found=[person(ADA)], waiting=[an_erasure()])

        async def end(erasure: Erasure, report: ErasureReport) -> None:
            world.told.append("end")
            world.waiting.clear()
            stop.set()

        deps = world.deps()
        await run_erasures(stop, EraseDeps(**{name: getattr(deps, name) for name in deps.__slots__} | {"end": end}))
        return world

    assert asyncio.run(scenario()).told[-1] == "end"


def test_persons_are_joined_by_what_either_has() -> None:
    one = Person(identities=(ADA,), events={"d": ("e-1",), "f": ("e-3",)})
    other = Person(identities=(DEVICE, ADA), events={"d": ("e-2", "e-1")})

    assert one.joined(other) == Person(identities=(DEVICE, ADA), events={"d": ("e-1", "e-2"), "f": ("e-3",)})


def test_rows_of_one_dataset_add_up() -> None:
    one = ErasedRows(dataset_id="d", dataset="orders", rows=1, files=1)

    assert with_rows(with_rows(ErasureReport(), one), one).rows == (
        ErasedRows(dataset_id="d", dataset="orders", rows=2, files=2),
    )
