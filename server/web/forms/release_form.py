"""Who is to get a build, and when, as the form of the page *Publish* says it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from server.model.rollout import EVERYONE
from server.web.forms.signed_form import Form

SHARES = (1, 5, 10, 25, 50, EVERYONE)
"""Percent of the visitors that the form offers; any other whole number is understood, too."""

_DAY_MS = 86_400_000
# Longer ahead, nobody remembers; and a wrong year is a slip of the finger.
_MOST_AHEAD_MS = 366 * _DAY_MS
_MAX_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """``percent``: of the visitors. ``at_ms``: None for now."""

    percent: int = EVERYONE
    at_ms: int | None = None


class TimingRefused(ValueError):
    """What the form says cannot be; the message says what to do."""


def read_timing(form: Form, *, now_ms: int) -> Timing:
    """Raises TimingRefused."""
    return Timing(percent=read_share(form.get("share", "")), at_ms=_time_ms(form.get("at", ""), now_ms=now_ms))


def read_share(text: str) -> int:
    """Percent; EVERYONE for a field that was left out. Raises TimingRefused."""
    if not text:
        return EVERYONE
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS and 1 <= int(text) <= EVERYONE):
        raise TimingRefused("A share is a whole number from 1 to 100: the percentage of the visitors.")
    return int(text)


def _time_ms(text: str, *, now_ms: int) -> int | None:
    """``text``: as `<input type="datetime-local">` sends it; it means UTC."""
    if not text:
        return None
    try:
        at_ms = int(datetime.fromisoformat(text[:32]).replace(tzinfo=UTC).timestamp() * 1_000)
    except (ValueError, OverflowError):
        raise TimingRefused("Write the time as 2026-12-24T09:00.") from None
    if at_ms <= now_ms:
        raise TimingRefused("This time is over: choose one to come (it means UTC), or leave it empty for now.")
    if at_ms - now_ms > _MOST_AHEAD_MS:
        raise TimingRefused("This is more than a year ahead: choose an earlier time.")
    return at_ms
