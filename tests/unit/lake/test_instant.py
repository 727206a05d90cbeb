from datetime import date

import pytest

from server.lake.instant import (
    INSTANTS_US,
    instant_text,
    instant_us,
    is_finer_than_microseconds,
    partition_date,
)
from tests.builders import NOON_MS

DAY_US = 86_400_000_000
NOON_US = NOON_MS * 1000


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-01-01T12:00:00.000Z", NOON_US),
        ("2026-01-01T13:30:00+01:30", NOON_US),
        ("2026-01-01 12:00:00.000001+00", NOON_US + 1),
        ("2026-01-01T12:00:00.0000019Z", NOON_US + 1),
        ("0001-01-01T00:00:00Z", INSTANTS_US.start),
        ("9999-12-31T23:59:59.999999Z", INSTANTS_US.stop - 1),
    ],
)
def test_a_date_time_is_read(text: str, us: int) -> None:
    assert instant_us(text) == us


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-01",
        "2026-01-01T12:00:00",
        "2026-01-01T12:00:00.000",
        "2026-01-01T23:59:60Z",
        "2026-02-30T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2026-01-01T12:00:00+99:99",
        None,
        1_767_268_800_000,
        {"$date": "2026-01-01T12:00:00Z"},
    ],
)
def test_what_is_no_instant_is_none(text: object) -> None:
    assert instant_us(text) is None


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (NOON_US, "2026-01-01T12:00:00.000Z"),
        (NOON_US + 250_000, "2026-01-01T12:00:00.250Z"),
        (NOON_US + 1, "2026-01-01T12:00:00.000001Z"),
        (INSTANTS_US.start, "0001-01-01T00:00:00.000Z"),
        (INSTANTS_US.stop - 1, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_is_written_with_the_digits_it_needs(us: int, text: str) -> None:
    assert instant_text(us) == text
    assert instant_us(text) == us


@pytest.mark.parametrize(
    ("text", "finer"),
    [
        ("2026-01-01T12:00:00Z", False),
        ("2026-01-01T12:00:00.123456Z", False),
        ("2026-01-01T12:00:00.123456000Z", False),
        ("2026-01-01T12:00:00.1234567Z", True),
        ("2026-01-01T12:00:00,123456789+02:00", True),
    ],
)
def test_digits_that_reading_cuts_off_are_noticed(text: str, finer: bool) -> None:
    assert is_finer_than_microseconds(text) is finer


@pytest.mark.parametrize(
    ("us", "expected"),
    [
        (NOON_US, date(2026, 1, 1)),
        (NOON_US - DAY_US // 2, date(2026, 1, 1)),
        (NOON_US - DAY_US // 2 - 1, date(2025, 12, 31)),
        (NOON_US + DAY_US, date(2026, 1, 2)),
        (NOON_US - 400 * DAY_US, date(2024, 11, 27)),
        (None, date(2026, 1, 1)),
        (NOON_US + DAY_US + 1, None),
        (NOON_US - 400 * DAY_US - 1, None),
        (INSTANTS_US.start, None),
        (INSTANTS_US.stop - 1, None),
    ],
)
def test_an_event_is_filed_under_its_day_unless_that_is_out_of_the_question(
    us: int | None, expected: date | None
) -> None:
    assert partition_date(us, received_ms=NOON_MS) == expected
