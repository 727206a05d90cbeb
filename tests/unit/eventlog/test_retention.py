import pytest

from server.eventlog.retention import Lack, Retention, SealedSegment, finished, unwanted
from server.model.outcome import Offset

NO_LACK = Lack(over=0, reserve=0)
DAY_MS = 86_400_000

# Ten records of ten bytes each, a day apart.
SEGMENTS = [SealedSegment(Offset(number * 10), Offset(number * 10 + 10), 100, number * DAY_MS) for number in range(4)]


@pytest.mark.parametrize(
    ("now_days", "expected"), [(6, 0), (7, 1), (8.5, 2), (10, 4), (400, 4)], ids=lambda value: str(value)
)
def test_what_is_older_than_its_age_is_unwanted(now_days: float, expected: int) -> None:
    found = unwanted(SEGMENTS, NO_LACK, now_ms=int(now_days * DAY_MS), keep_ms=7 * DAY_MS)

    assert found == SEGMENTS[:expected]


@pytest.mark.parametrize(
    ("lack", "expected"),
    [
        (Lack(over=-1000, reserve=-1000), 0),
        (NO_LACK, 0),
        (Lack(over=1, reserve=0), 1),
        (Lack(over=100, reserve=0), 1),
        (Lack(over=0, reserve=101), 2),
        (Lack(over=250, reserve=150), 3),
        (Lack(over=10_000, reserve=0), 4),
    ],
    ids=str,
)
def test_as_many_of_the_oldest_as_make_the_room_are_unwanted(lack: Lack, expected: int) -> None:
    assert unwanted(SEGMENTS, lack, now_ms=0, keep_ms=7 * DAY_MS) == SEGMENTS[:expected]


def test_a_young_segment_keeps_an_old_one_behind_it() -> None:
    """The clock was wrong for a while; records go in their order all the same."""
    young, old = SEGMENTS[3], SEGMENTS[0]

    assert unwanted([young, old], NO_LACK, now_ms=8 * DAY_MS, keep_ms=7 * DAY_MS) == []


@pytest.mark.parametrize(("consumed", "expected"), [(-1, 0), (8, 0), (9, 1), (10, 1), (38, 3), (39, 4), (1000, 4)])
def test_a_segment_is_finished_with_its_last_record(consumed: int, expected: int) -> None:
    assert finished(SEGMENTS, consumed=Offset(consumed)) == SEGMENTS[:expected]


def test_without_arguments_everything_is_kept() -> None:
    retention = Retention()

    assert (
        unwanted(SEGMENTS, Lack(over=400 - retention.keep_bytes, reserve=0), now_ms=2**53, keep_ms=retention.keep_ms)
        == []
    )


def test_segments_are_rolled_well_within_the_age() -> None:
    assert Retention(keep_ms=8000).roll_ms == 1000
