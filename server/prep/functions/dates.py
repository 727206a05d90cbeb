"""Functions of dates and times."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from server.model.json import Json
from server.prep.dates import EPOCH, format_date, parse_any, parse_date, written
from server.prep.errors import EvaluationError
from server.prep.functions.function import Function, number, plain, text

_PARTS: Final[Mapping[str, str]] = {
    "year": "yyyy",
    "yyyy": "yyyy",
    "month": "M",
    "mm": "M",
    "day": "d",
    "dd": "d",
    "hour": "H",
    "hh": "H",
    "minute": "m",
    "mi": "m",
    "second": "s",
    "ss": "s",
}


def _moment(value: Json) -> datetime:
    if isinstance(value, str):
        return parse_any(value)
    try:
        return datetime.fromtimestamp(number(value) / 1_000, UTC)
    except (OverflowError, OSError, ValueError):
        raise EvaluationError("this is no time that there is") from None


def _date(value: Json, pattern: Json = None, default: Json = None) -> str:
    try:
        return written(parse_any(text(value)) if pattern is None else parse_date(text(value), text(pattern)))
    except EvaluationError:
        if default is None:
            raise
        return written(parse_any(text(default)))


def _part(name: Json, value: Json) -> int:
    pattern = _PARTS.get(text(name).lower())
    if pattern is None:
        raise EvaluationError(f"there is no part {text(name)[:16]!r} of a date")
    return int(format_date(_moment(value), pattern))


DATE_FUNCTIONS: Final[Mapping[str, Function]] = {
    "now": Function(
        lambda facts: written(datetime.fromtimestamp(facts.received_ms / 1_000, UTC)), 0, 0, "When the message came."
    ),
    "timestamp": Function(
        lambda facts: facts.received_ms // 1_000, 0, 0, "When the message came, in seconds since 1970."
    ),
    "date": Function(plain(_date), 1, 3, "A text as a date and time: its pattern and a default may follow."),
    "format": Function(
        plain(lambda value, pattern: format_date(_moment(value), text(pattern))),
        2,
        2,
        "A date and time written by a pattern, in UTC.",
    ),
    "dformat": Function(
        plain(lambda value, pattern: format_date(_moment(number(value)), text(pattern))),
        2,
        2,
        "Milliseconds since 1970 written by a pattern, in UTC.",
    ),
    "zone_date_to_utc": Function(plain(lambda value: written(_moment(value))), 1, 1, "A date and time in UTC."),
    "to_timestamp": Function(
        plain(lambda value: round((_moment(value) - EPOCH).total_seconds() * 1_000)),
        1,
        1,
        "A date and time as milliseconds since 1970.",
    ),
    "date_part": Function(
        plain(_part), 2, 2, "Year, month, day, hour, minute or second of a date and time: name first."
    ),
}
