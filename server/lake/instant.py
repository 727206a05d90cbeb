"""Instants as the lake's columns have them, microseconds since the epoch, and the day an event is filed under. Pure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

# Microseconds since the epoch of Python's calendar, years 1 to 9999, in UTC.
INSTANTS_US: Final = range(-62_135_596_800_000_000, 253_402_300_800_000_000)

_SHORTEST_INSTANT: Final = len("2026-01-31T12:00:00Z")

# A batch may hold events of very many days, each of which becomes a file: one beacon with invented timestamps must not
# make more of them than retention keeps (13 months), and clocks are at most a day ahead (reliability-security R14).
MAX_AGE_DAYS: Final = 400
MAX_AHEAD_DAYS: Final = 1


def instant_us(text: Any) -> int | None:
    """Microseconds since the epoch of an RFC 3339 date-time, finer digits cut; None when it is none."""
    if not isinstance(text, str) or len(text) < _SHORTEST_INSTANT:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if read.tzinfo is None:
        return None
    us = (read - EPOCH) // _MICROSECOND
    return us if us in INSTANTS_US else None  # an offset can put the first and last hours out of the calendar


def instant_text(us: int) -> str:
    """RFC 3339 in UTC, with milliseconds where they are enough."""
    text = (EPOCH + timedelta(microseconds=us)).isoformat(timespec="milliseconds" if us % 1000 == 0 else "microseconds")
    return text.removesuffix("+00:00") + "Z"


def is_finer_than_microseconds(text: str) -> bool:
    """Whether reading this date-time with :func:`instant_us` cut something off."""
    fraction = text.replace(",", ".").partition(".")[2]
    digits = len(fraction) - len(fraction.lstrip("0123456789"))
    return digits > 6 and fraction[6:digits].strip("0") != ""


def partition_date(timestamp_us: int | None, *, received_ms: int) -> date | None:
    """The UTC day an event is filed under; None when its timestamp is too far from the time of reception.

    Records, and events whose timestamp is no instant, are filed under the day they were received.
    """
    received = EPOCH + timedelta(milliseconds=received_ms)
    if timestamp_us is None:
        return received.date()
    happened = EPOCH + timedelta(microseconds=timestamp_us)
    if received - timedelta(days=MAX_AGE_DAYS) <= happened <= received + timedelta(days=MAX_AHEAD_DAYS):
        return happened.date()
    return None
