"""What every lake promises (port ``Lake``): the one on disk and its twin in memory."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from server.lake.errors import SchemaConflict, UnwritableEvents
from server.lake.lake import DeltaLake
from server.lake.memory import MemoryLake
from server.model.datastream import Dataset, DatasetId
from server.model.json import JsonObject
from server.model.outcome import BEFORE_FIRST
from tests.builders import NOON_MS, a_dataset, an_xdm
from tests.unit.lake.builders import (
    INTEGER,
    RECORDS,
    STRING,
    WEB_EVENTS,
    a_timestamp,
    an_entry,
    an_object,
    event_id,
    some_entries,
)

AnyLake: TypeAlias = DeltaLake | MemoryLake
NewLake: TypeAlias = Callable[[], AnyLake]

MIDNIGHT_MS = NOON_MS - 12 * 3_600_000


@pytest.fixture(params=["delta", "memory"])
def new_lake(request: pytest.FixtureRequest, tmp_path: Path) -> NewLake:
    """Call it once in a test: lakes are made inside the loop that uses them."""
    return (lambda: DeltaLake(str(tmp_path))) if request.param == "delta" else MemoryLake


async def export(
    lake: AnyLake, dataset: Dataset, since_ms: int | None = None, until_ms: int | None = None
) -> list[JsonObject]:
    return [xdm async for page in lake.export(dataset, since_ms=since_ms, until_ms=until_ms) for xdm in page]


async def ids(lake: AnyLake, dataset: Dataset, since_ms: int | None = None, until_ms: int | None = None) -> list[str]:
    return [xdm["_id"] for xdm in await export(lake, dataset, since_ms, until_ms)]


def expected_ids(first: int, last: int) -> Sequence[str]:
    return [event_id(offset) for offset in range(first, last + 1)]


def test_a_dataset_nobody_wrote_to_is_empty(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()

        assert await lake.committed(a_dataset()) == BEFORE_FIRST
        assert await lake.columns(a_dataset()) is None
        assert await ids(lake, a_dataset()) == []
        await lake.close()

    asyncio.run(scenario())


def test_events_come_back_as_they_were_written(new_lake: NewLake) -> None:
    xdm = an_xdm(
        timestamp="2026-01-01T09:30:00.250Z",
        commerce={"productListAdds": {"value": 1}, "order": {"priceTotal": 19.99, "unknown": [1, {"a": None}]}},
        productListItems=[{"SKU": "A-1", "quantity": 2, "_tenant": {"size": "L"}, "colour": "red"}, {"SKU": "A-2"}],
        device={"type": "desktop", "screenHeight": "not a number"},
        notInTheSchema={"deep": [1, 2.5, "x", None, True]},
    )

    async def scenario() -> None:
        lake = new_lake()

        await lake.write(a_dataset(), WEB_EVENTS, [an_entry(0, xdm=xdm)])

        assert await export(lake, a_dataset()) == [xdm]
        await lake.close()

    asyncio.run(scenario())


def test_the_last_offset_of_a_batch_is_committed(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()

        await lake.write(a_dataset(), WEB_EVENTS, some_entries(3, 7))

        assert await lake.committed(a_dataset()) == 7
        await lake.close()

    asyncio.run(scenario())


def test_offering_a_batch_again_changes_nothing(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 4))

        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 4))
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(2, 3))

        assert await ids(lake, a_dataset()) == expected_ids(0, 4)
        assert await lake.committed(a_dataset()) == 4
        await lake.close()

    asyncio.run(scenario())


def test_of_a_batch_partly_written_before_only_the_new_events_are_added(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 4))

        await lake.write(a_dataset(), WEB_EVENTS, some_entries(2, 9))

        assert await ids(lake, a_dataset()) == expected_ids(0, 9)
        await lake.close()

    asyncio.run(scenario())


def test_a_duplicate_makes_no_row_but_counts_as_covered(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()
        await lake.write(
            a_dataset(), WEB_EVENTS, [an_entry(0), an_entry(1, xdm=an_xdm(_id=event_id(0)), duplicate=True)]
        )
        await lake.write(a_dataset(), WEB_EVENTS, [an_entry(2, xdm=an_xdm(_id=event_id(0)), duplicate=True)])

        assert await ids(lake, a_dataset()) == expected_ids(0, 0)
        assert await lake.committed(a_dataset()) == 2
        await lake.close()

    asyncio.run(scenario())


def test_a_first_batch_of_duplicates_only_is_covered_too(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()

        await lake.write(a_dataset(), WEB_EVENTS, [an_entry(5, duplicate=True)])

        assert await ids(lake, a_dataset()) == []
        assert await lake.committed(a_dataset()) == 5
        await lake.close()

    asyncio.run(scenario())


def test_an_empty_batch_is_harmless(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()

        await lake.write(a_dataset(), WEB_EVENTS, [])

        assert await ids(lake, a_dataset()) == []
        await lake.close()

    asyncio.run(scenario())


def test_export_orders_by_time_then_id(new_lake: NewLake) -> None:
    xdms = [
        an_xdm(_id="c", timestamp="2026-01-02T00:00:00.000Z"),
        an_xdm(_id="b", timestamp="2026-01-01T08:00:00+01:00"),
        an_xdm(_id="d", timestamp="2025-12-31T23:59:59.999Z"),
        an_xdm(_id="a", timestamp="2026-01-01T07:00:00.000Z"),
    ]

    async def scenario() -> None:
        lake = new_lake()

        await lake.write(a_dataset(), WEB_EVENTS, [an_entry(offset, xdm=xdm) for offset, xdm in enumerate(xdms)])

        assert await ids(lake, a_dataset()) == ["d", "a", "b", "c"]
        await lake.close()

    asyncio.run(scenario())


def test_export_takes_the_start_and_leaves_the_end_out(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 9))

        assert await ids(lake, a_dataset(), MIDNIGHT_MS + 3000, MIDNIGHT_MS + 6000) == expected_ids(3, 5)
        assert await ids(lake, a_dataset(), MIDNIGHT_MS + 7000, None) == expected_ids(7, 9)
        assert await ids(lake, a_dataset(), None, MIDNIGHT_MS + 2000) == expected_ids(0, 1)
        assert await ids(lake, a_dataset(), MIDNIGHT_MS + 5000, MIDNIGHT_MS + 5000) == []
        await lake.close()

    asyncio.run(scenario())


def test_events_far_from_their_reception_are_kept_and_found_at_their_own_time(new_lake: NewLake) -> None:
    xdms = [
        an_xdm(_id="ancient", timestamp="0001-01-01T00:00:00.000Z"),
        an_xdm(_id="before-1970", timestamp="1969-12-31T23:00:00.000Z"),
        an_xdm(_id="after-1970", timestamp="1970-01-01T01:00:00.000Z"),
        an_xdm(_id="now", timestamp=a_timestamp(0)),
        an_xdm(_id="end", timestamp="9999-12-31T23:59:59.999Z"),
    ]

    async def scenario() -> None:
        lake = new_lake()

        await lake.write(a_dataset(), WEB_EVENTS, [an_entry(offset, xdm=xdm) for offset, xdm in enumerate(xdms)])

        assert await export(lake, a_dataset()) == xdms
        assert await ids(lake, a_dataset(), -3_600_000, 0) == ["before-1970"]
        assert await ids(lake, a_dataset(), MIDNIGHT_MS + 1, None) == ["end"]
        await lake.close()

    asyncio.run(scenario())


def test_an_unreadable_timestamp_is_kept_and_ordered_by_reception(new_lake: NewLake) -> None:
    xdms = [an_xdm(_id="odd", timestamp="2026-01-01T23:59:60Z"), an_xdm(_id="early", timestamp=a_timestamp(0))]

    async def scenario() -> None:
        lake = new_lake()

        await lake.write(a_dataset(), WEB_EVENTS, [an_entry(offset, xdm=xdm) for offset, xdm in enumerate(xdms)])

        assert await export(lake, a_dataset()) == [xdms[1], xdms[0]]
        assert await ids(lake, a_dataset(), NOON_MS, NOON_MS + 1) == ["odd"]
        await lake.close()

    asyncio.run(scenario())


def test_records_without_a_timestamp_are_ordered_by_reception(new_lake: NewLake) -> None:
    batch = [
        an_entry(
            offset, received_ms=NOON_MS - offset, xdm={"_id": f"r-{offset}", "person": {"name": {"firstName": "Ada"}}}
        )
        for offset in range(3)
    ]

    async def scenario() -> None:
        lake = new_lake()

        await lake.write(a_dataset(), RECORDS, batch)

        assert await ids(lake, a_dataset()) == ["r-2", "r-1", "r-0"]
        await lake.close()

    asyncio.run(scenario())


def test_a_schema_with_new_fields_widens_the_table(new_lake: NewLake) -> None:
    wider = an_object(
        **{
            **WEB_EVENTS["properties"],
            "loyalty": an_object(level=STRING),
            "device": an_object(type=STRING, screenHeight=INTEGER, model=STRING),
        }
    )
    old = an_xdm(_id="old", device={"type": "mobile", "model": "unknown to the first schema"})
    new = an_xdm(_id="p-new", device={"type": "mobile", "model": "X"}, loyalty={"level": "gold"})

    async def scenario() -> None:
        lake = new_lake()
        await lake.write(a_dataset(), WEB_EVENTS, [an_entry(0, xdm=old)])

        await lake.write(a_dataset(), wider, [an_entry(1, xdm=new)])
        await lake.write(a_dataset(), WEB_EVENTS, [an_entry(2, xdm=old | {"_id": "q-old"})])

        assert await export(lake, a_dataset()) == [old, new, old | {"_id": "q-old"}]
        columns = await lake.columns(a_dataset())
        assert columns is not None
        assert "model" in [field.name for field in columns.field("device").type]
        await lake.close()

    asyncio.run(scenario())


def test_a_schema_that_changes_a_type_is_refused_and_writes_nothing(new_lake: NewLake) -> None:
    changed = an_object(**{**WEB_EVENTS["properties"], "device": an_object(screenHeight=STRING)})

    async def scenario() -> None:
        lake = new_lake()
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 1))

        with pytest.raises(SchemaConflict, match=r"device\.screenHeight is an integer in the table and a string"):
            await lake.write(a_dataset(), changed, some_entries(2, 3))

        assert await ids(lake, a_dataset()) == expected_ids(0, 1)
        assert await lake.committed(a_dataset()) == 1
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(2, 3))
        assert await ids(lake, a_dataset()) == expected_ids(0, 3)
        await lake.close()

    asyncio.run(scenario())


def test_events_that_are_no_json_are_named_and_the_others_can_be_written(new_lake: NewLake) -> None:
    batch = [an_entry(0), an_entry(1, xdm=an_xdm(_id="x", web={"webPageDetails": {"name": "\ud800"}})), an_entry(2)]

    async def scenario() -> None:
        lake = new_lake()

        with pytest.raises(UnwritableEvents) as raised:
            await lake.write(a_dataset(), WEB_EVENTS, batch)
        await lake.write(a_dataset(), WEB_EVENTS, [batch[0], batch[2]])

        assert list(raised.value.faults) == [1]
        assert await ids(lake, a_dataset()) == [event_id(0), event_id(2)]
        await lake.close()

    asyncio.run(scenario())


def test_datasets_do_not_share_anything(new_lake: NewLake) -> None:
    other = a_dataset(id=DatasetId("f" * 24), name="other")

    async def scenario() -> None:
        lake = new_lake()
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 1))

        await lake.write(other, RECORDS, some_entries(2, 3))

        assert await ids(lake, a_dataset()) == expected_ids(0, 1)
        assert await ids(lake, other) == expected_ids(2, 3)
        assert (await lake.committed(a_dataset()), await lake.committed(other)) == (1, 3)
        await lake.close()

    asyncio.run(scenario())


def test_writes_at_the_same_time_lose_and_double_nothing(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()
        batches = [some_entries(first, first + 9) for first in range(0, 50, 10)]

        await asyncio.gather(*(lake.write(a_dataset(), WEB_EVENTS, batch) for batch in batches))

        assert await ids(lake, a_dataset()) == expected_ids(0, 49)
        await lake.close()

    asyncio.run(scenario())


def test_a_cancelled_write_loses_and_doubles_nothing_when_offered_again(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()
        writing = asyncio.create_task(lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 9)))
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)

        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 19))

        assert await ids(lake, a_dataset()) == expected_ids(0, 19)
        await lake.close()

    asyncio.run(scenario())


def test_pages_are_bounded_and_complete(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 2_499))

        pages = [len(page) async for page in lake.export(a_dataset(), since_ms=None, until_ms=None)]

        assert sum(pages) == 2_500
        assert max(pages) <= 1_000
        await lake.close()

    asyncio.run(scenario())


def test_an_export_can_be_left_early(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 2_499))

        for _ in range(5):
            pages = lake.export(a_dataset(), since_ms=None, until_ms=None)
            first = await anext(aiter(pages))
            await pages.aclose()

            assert first[0]["_id"] == event_id(0)
        await lake.close()

    asyncio.run(scenario())


def test_what_was_written_can_be_read_once_after_closing_twice(new_lake: NewLake) -> None:
    async def scenario() -> None:
        lake = new_lake()
        await lake.write(a_dataset(), WEB_EVENTS, some_entries(0, 2))

        await lake.close()
        await lake.close()

        assert await ids(lake, a_dataset()) == expected_ids(0, 2)
        assert await lake.committed(a_dataset()) == 2

    asyncio.run(scenario())


def test_closing_without_use_leaves_nothing_behind(new_lake: NewLake, tmp_path: Path) -> None:
    async def scenario() -> None:
        lake = new_lake()

        await lake.close()
        await lake.close()

        assert await lake.committed(a_dataset()) == BEFORE_FIRST

    asyncio.run(scenario())

    assert list(tmp_path.iterdir()) == []
