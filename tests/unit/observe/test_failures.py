import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import pytest

from server.eventlog.memory import MemoryEventLog
from server.model.dataset import DatasetId
from server.model.outcome import FailedEvent, FailureReason, Offset, Position
from server.observe import newest
from server.observe.failures import Failure, FailureFilter, FailureReader
from tests.builders import DATASET_ID, NOON_MS, a_failed, an_event, encoded

T = TypeVar("T")

EVERYTHING = FailureFilter()
OTHER_DATASET = DatasetId("f" * 24)


def unreadable() -> FailedEvent:
    return FailedEvent(
        source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="read", raw="AAAA"
    )


def failed_at(second: int, **fields: Any) -> FailedEvent:
    return a_failed(event=an_event(received_ms=NOON_MS + second * 1000, id=f"e-{second}"), **fields)


def read(kept: Sequence[FailedEvent | bytes], work: Callable[[FailureReader], Awaitable[T]]) -> T:
    """``kept``: records of the log, those that are no events as they are."""

    async def scenario() -> T:
        log = MemoryEventLog()
        await log.append([item if isinstance(item, bytes) else encoded(item) for item in kept])
        return await work(FailureReader(log))

    return asyncio.run(scenario())


def offsets(found: Sequence[Failure]) -> list[int]:
    return [each.offset for each in found]


def test_a_page_has_the_newest_first_and_says_where_the_next_begins() -> None:
    kept = [failed_at(number) for number in range(5)]

    first = read(kept, lambda reader: reader.page(EVERYTHING, limit=2))
    second = read(kept, lambda reader: reader.page(EVERYTHING, limit=2, before=first.before))
    last = read(kept, lambda reader: reader.page(EVERYTHING, limit=2, before=second.before))

    assert [offsets(page.failures) for page in (first, second, last)] == [[4, 3], [2, 1], [0]]
    assert (first.before, second.before, last.before) == (3, 1, None)


def test_an_empty_log_has_an_empty_page_and_no_other() -> None:
    async def work(reader: FailureReader) -> None:
        assert await reader.page(EVERYTHING, limit=10) == ([], None)

    asyncio.run(work(FailureReader(MemoryEventLog())))


def test_a_page_looks_through_so_many_records_at_most_and_says_that_there_are_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(newest, "MAX_LOOKED_THROUGH", 3)
    monkeypatch.setattr(newest, "PIECE_RECORDS", 2)
    kept = [failed_at(0, reason=FailureReason.UNKNOWN_DATASET), *(failed_at(number) for number in range(1, 6))]
    wanted = FailureFilter(reason=FailureReason.UNKNOWN_DATASET)

    first = read(kept, lambda reader: reader.page(wanted, limit=10))
    second = read(kept, lambda reader: reader.page(wanted, limit=10, before=first.before))

    assert (first.failures, first.before) == ([], 3)
    assert (offsets(second.failures), second.before) == ([0], None)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (EVERYTHING, [0, 1, 2, 3]),
        (FailureFilter(reason=FailureReason.UNREADABLE), [2]),
        (FailureFilter(dataset_id=DATASET_ID), [0, 3]),
        (FailureFilter(dataset_id=OTHER_DATASET), [1]),
        (FailureFilter(since_ms=NOON_MS + 1000), [1, 3]),
        (FailureFilter(until_ms=NOON_MS + 1000), [0]),
        (FailureFilter(since_ms=NOON_MS + 1000, until_ms=NOON_MS + 3000), [1]),
        (FailureFilter(reason=FailureReason.UNKNOWN_DATASET, dataset_id=DATASET_ID), []),
    ],
)
def test_a_filter_lets_through_what_has_all_that_it_asks_for(wanted: FailureFilter, found: list[int]) -> None:
    kept = [
        failed_at(0),
        a_failed(event=an_event(received_ms=NOON_MS + 1000, dataset_id=OTHER_DATASET)),
        unreadable(),
        failed_at(3),
    ]

    async def all_of(reader: FailureReader) -> list[Failure]:
        return [each async for piece in reader.all(wanted) for each in piece]

    assert offsets(read(kept, all_of)) == found
    assert offsets(read(kept, lambda reader: reader.page(wanted, limit=10)).failures) == found[::-1]


def test_what_cannot_be_decoded_is_passed_over() -> None:
    kept: list[FailedEvent | bytes] = [failed_at(0), b"\x00", failed_at(2)]

    assert offsets(read(kept, lambda reader: reader.page(EVERYTHING, limit=10)).failures) == [2, 0]
    assert read(kept, lambda reader: reader.find(Offset(1))) is None


def test_one_is_found_by_its_offset() -> None:
    kept = [failed_at(0), failed_at(1)]

    assert read(kept, lambda reader: reader.find(Offset(1))) == Failure(Offset(1), failed_at(1))
    assert read(kept, lambda reader: reader.find(Offset(2))) is None
