"""What every sink promises (port ``Sink``). A new sink joins with one line in CASES."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from server.lake.lake import DeltaLake
from server.lake.memory import MemoryLake
from server.model.datastream import Configuration, DatasetId
from server.model.delivery import DELIVERED, Delivered, Refused
from server.model.identity import ECID, Identity
from server.model.json import JsonObject
from server.model.outcome import Offset, Processed
from server.ports import Sink
from server.profile.memory import MemoryProfileStore
from server.profile.store import SqliteProfileStore
from server.sinks import SINKS
from server.sinks.lake import LakeSink
from server.sinks.memory import MemorySink
from server.sinks.profile import ProfileSink
from tests.builders import ECID_A, SCHEMA_ID, a_configuration, a_dataset, an_xdm
from tests.unit.lake.builders import WEB_EVENTS, an_entry, event_id, some_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A sink, and how to see what its destination has: event ids, as often as it has them. ``close``: at the end."""

    sink: Sink
    ids: Callable[[], Awaitable[Sequence[str]]]
    close: Callable[[], Awaitable[None]]


async def _nothing() -> None:
    """For destinations that need no closing."""


def _configuration() -> Configuration:
    return a_configuration(schemas={SCHEMA_ID: WEB_EVENTS})


def _resolved(document: Mapping[str, Any]) -> JsonObject:
    return dict(document)


def _lake_sink(lake: DeltaLake | MemoryLake) -> Opened:
    async def ids() -> Sequence[str]:
        pages = [page async for page in lake.export(a_dataset(), since_ms=None, until_ms=None)]
        return [str(xdm["_id"]) for page in pages for xdm in page]

    sink = LakeSink(lake, configuration=_configuration, resolve=_resolved)
    return Opened(sink=sink, ids=ids, close=lake.close)


def _memory_sink() -> Opened:
    sink = MemorySink()

    async def ids() -> Sequence[str]:
        return [processed.event.id for _, processed in sorted(sink.events.items())]

    return Opened(sink=sink, ids=ids, close=_nothing)


def _profile_sink(store: SqliteProfileStore | MemoryProfileStore) -> Opened:
    async def ids() -> Sequence[str]:
        view = await store.find(Identity(namespace=ECID, id=ECID_A), limit_events=100)
        return [] if view is None else [event.id for event in reversed(view.events)]

    return Opened(sink=ProfileSink(store, configuration=_configuration, resolve=_resolved), ids=ids, close=store.close)


# By test id; the part before ":" is the sink's name.
CASES: Final[Mapping[str, Callable[[Path], Opened]]] = {
    "lake:delta": lambda folder: _lake_sink(DeltaLake(str(folder))),
    "lake:memory": lambda _folder: _lake_sink(MemoryLake()),
    "memory": lambda _folder: _memory_sink(),
    "profile:memory": lambda _folder: _profile_sink(MemoryProfileStore()),
    "profile:sqlite": lambda folder: _profile_sink(SqliteProfileStore(folder / "profiles.db")),
}

BATCH: Final = some_entries(0, 4)
IDS: Final = [event_id(offset) for offset in range(5)]


@pytest.fixture(params=sorted(CASES))
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Opened]:
    """Call it once, inside the loop."""
    return lambda: CASES[request.param](tmp_path)


def test_every_sink_is_under_this_contract() -> None:
    assert set(SINKS) <= {case.partition(":")[0] for case in CASES}


def test_a_sink_is_called_what_its_list_calls_it() -> None:
    def named(folder: Path, case: str) -> str:
        return CASES[case](folder).sink.name

    assert {case: named(Path(), case) for case in CASES} == {case: case.partition(":")[0] for case in CASES}


def test_what_is_delivered_is_at_the_destination(new: Callable[[], Opened]) -> None:
    async def scenario() -> None:
        opened = new()
        await opened.sink.open()

        deliveries = await opened.sink.write(BATCH)

        assert list(deliveries) == [DELIVERED] * 5
        assert list(await opened.ids()) == IDS
        await opened.sink.close()
        await opened.close()

    asyncio.run(scenario())


def test_an_empty_batch_has_no_answers(new: Callable[[], Opened]) -> None:
    async def scenario() -> None:
        opened = new()
        await opened.sink.open()

        assert list(await opened.sink.write([])) == []
        await opened.sink.close()
        await opened.close()

    asyncio.run(scenario())


def test_offering_a_batch_again_is_harmless(new: Callable[[], Opened]) -> None:
    async def scenario() -> None:
        opened = new()
        await opened.sink.open()
        await opened.sink.write(BATCH)

        again = await opened.sink.write(BATCH)
        partly = await opened.sink.write([*BATCH[3:], *some_entries(5, 6)])

        assert list(again) == [DELIVERED] * 5
        assert list(partly) == [DELIVERED] * 4
        assert list(await opened.ids()) == [event_id(offset) for offset in range(7)]
        await opened.sink.close()
        await opened.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"web": {"webPageDetails": {"name": "\ud800"}}}, id="lone surrogate"),
        pytest.param({"web": "a string"}, id="wrong type"),
        pytest.param({"timestamp": "0000-00-00T99:99:99Z"}, id="no such time"),
        pytest.param({"identityMap": {"ECID": {"id": "1"}}}, id="an object for a list"),
        pytest.param({"device": {"screenHeight": 10**40}}, id="huge integer"),
        pytest.param({"unknown": {"a": [None, {"b": []}]}}, id="unknown field"),
        pytest.param({"_id": ""}, id="empty id"),
    ],
)
def test_an_odd_event_raises_nothing_and_holds_up_no_other(new: Callable[[], Opened], odd: JsonObject) -> None:
    entry = an_entry(1, xdm=an_xdm(**({"_id": event_id(1)} | odd)))

    async def scenario() -> None:
        opened = new()
        await opened.sink.open()

        deliveries = await opened.sink.write([BATCH[0], entry, BATCH[2]])

        assert len(deliveries) == 3
        assert [deliveries[0], deliveries[2]] == [DELIVERED, DELIVERED]
        match deliveries[1]:
            case Refused(retry_after_seconds=seconds, reason=reason):
                assert seconds is None
                assert reason
            case Delivered():
                pass
        assert {event_id(0), event_id(2)} <= set(await opened.ids())
        await opened.sink.close()
        await opened.close()

    asyncio.run(scenario())


def test_events_of_a_dataset_that_is_gone_are_answered_too(new: Callable[[], Opened]) -> None:
    batch = [BATCH[0], an_entry(1, dataset_id=DatasetId("f" * 24)), BATCH[2]]

    async def scenario() -> None:
        opened = new()
        await opened.sink.open()

        deliveries = await opened.sink.write(batch)

        assert [deliveries[0], deliveries[2]] == [DELIVERED, DELIVERED]
        gone = Refused(reason=f"there is no dataset {'f' * 24}", cure="Bring the dataset back, then retry.")
        assert deliveries[1] in (DELIVERED, gone)
        await opened.sink.close()
        await opened.close()

    asyncio.run(scenario())


def test_a_cancelled_write_loses_and_doubles_nothing_when_offered_again(new: Callable[[], Opened]) -> None:
    async def scenario() -> None:
        opened = new()
        await opened.sink.open()
        writing = asyncio.ensure_future(opened.sink.write(BATCH))
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)

        deliveries = await opened.sink.write(BATCH)

        assert list(deliveries) == [DELIVERED] * 5
        assert list(await opened.ids()) == IDS
        await opened.sink.close()
        await opened.close()

    asyncio.run(scenario())


def test_a_sink_that_was_closed_before_it_was_opened_and_opened_twice_takes_each_event_once(
    new: Callable[[], Opened],
) -> None:
    async def scenario() -> None:
        opened = new()
        await opened.sink.close()
        await opened.sink.open()
        await opened.sink.open()

        deliveries = await opened.sink.write(BATCH)

        assert list(deliveries) == [DELIVERED] * 5
        assert list(await opened.ids()) == IDS
        await opened.sink.close()
        await opened.close()

    asyncio.run(scenario())


def test_what_a_sink_delivered_is_still_there_when_it_is_closed_twice_and_opened_again(
    new: Callable[[], Opened],
) -> None:
    async def scenario() -> None:
        opened = new()
        await opened.sink.open()
        await opened.sink.write(BATCH)

        await opened.sink.close()
        await opened.sink.close()
        await opened.sink.open()

        assert list(await opened.ids()) == IDS
        await opened.sink.close()
        await opened.close()

    asyncio.run(scenario())


def test_the_twin_refuses_what_it_is_told_to() -> None:
    later = Refused(reason="full", retry_after_seconds=1.0)

    def refuse(offset: Offset, _processed: Processed) -> Refused | None:
        return later if offset == 1 else None

    async def scenario() -> None:
        sink = MemorySink(refuse=refuse)

        deliveries = await sink.write(some_entries(0, 2))

        assert list(deliveries) == [DELIVERED, later, DELIVERED]
        assert list(sink.events) == [0, 2]

    asyncio.run(scenario())
