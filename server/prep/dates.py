"""Dates and times as text, by patterns such as ``yyyy-MM-dd HH:mm:ss`` (those of Java, as far as senders use them)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

from server.prep.errors import EvaluationError

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

MAX_PATTERN_CHARACTERS = 64
_MAX_DATE_CHARACTERS = 64

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Tried in this order on a text of which no pattern is given (streaming-ingestion.md, 2.6).
PATTERNS: Final = (
    "yyyy-MM-dd'T'HH:mm:ss.SSSX",
    "yyyy-MM-dd'T'HH:mm:ssX",
    "yyyy-MM-dd'T'HH:mmX",
    "yyyy-MM-dd'T'HH:mm:ss.SSS",
    "yyyy-MM-dd'T'HH:mm:ss",
    "yyyy-MM-dd HH:mm:ss.SSS",
    "yyyy-MM-dd HH:mm:ss",
    "yyyy-MM-dd HH:mm",
    "yyyy-MM-dd",
    "yyyy/MM/dd HH:mm:ss",
    "yyyy/MM/dd",
    "MM-dd-yyyy",
    "M/d/yyyy h:mm:ss a",
    "M/d/yyyy H:mm:ss",
    "M/d/yyyy",
    "dd.MM.yyyy HH:mm:ss",
    "dd.MM.yyyy",
    "dd.MMM.yyyy",
    "dd-MMM-yyyy",
    "d MMM yyyy",
)

_TOKEN: Final = re.compile(r"'([^']*)'|(y+|M+|d+|H+|h+|m+|s+|S+|a|[XZz]+)|(.)", re.DOTALL)
_DIGITS: Final = {
    "yyyy": r"(\d{4})",
    "yy": r"(\d{2})",
    "MM": r"(\d{2})",
    "M": r"(\d{1,2})",
    "dd": r"(\d{2})",
    "d": r"(\d{1,2})",
    "HH": r"(\d{2})",
    "H": r"(\d{1,2})",
    "hh": r"(\d{2})",
    "h": r"(\d{1,2})",
    "mm": r"(\d{2})",
    "m": r"(\d{1,2})",
    "ss": r"(\d{2})",
    "s": r"(\d{1,2})",
}
_ZONE: Final = r"(Z|[+-]\d{2}:?\d{2})"


class _Pattern(NamedTuple):
    """``names``: what each group of ``expression`` is."""

    expression: re.Pattern[str]
    names: tuple[str, ...]
    tokens: tuple[tuple[str, str], ...]


def parse_any(text: str) -> datetime:
    """By the first pattern that fits. Raises EvaluationError."""
    for pattern in PATTERNS:
        try:
            return parse_date(text, pattern)
        except EvaluationError:
            continue
    raise EvaluationError(f"{text[:_MAX_DATE_CHARACTERS]!r} is no date that is known here: give its pattern")


def parse_date(text: str, pattern: str) -> datetime:
    """In UTC when it names no zone. Raises EvaluationError."""
    if len(text) > _MAX_DATE_CHARACTERS:
        raise EvaluationError("the text is too long for a date")
    compiled = _compiled(pattern)
    match = compiled.expression.fullmatch(text.strip())
    if match is None:
        raise EvaluationError(f"{text!r} is not of the pattern {pattern}")
    found = dict(zip(compiled.names, match.groups(), strict=True))
    try:
        return _moment(found)
    except (ValueError, OverflowError):
        raise EvaluationError(f"{text!r} is no date that there is") from None


def format_date(moment: datetime, pattern: str) -> str:
    """In UTC. Raises EvaluationError for a pattern that cannot be read."""
    utc = moment.astimezone(UTC)
    return "".join(_formatted(utc, token) if kind else token for kind, token in _compiled(pattern).tokens)


def written(moment: datetime) -> str:
    """As XDM has dates and times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> _Pattern:
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise EvaluationError(f"a pattern has at most {MAX_PATTERN_CHARACTERS} characters")
    expression, names, tokens = "", [], []
    for quoted, letters, sign in _TOKEN.findall(pattern):
        if not letters:
            expression += re.escape(quoted or sign)
            tokens.append(("", quoted or sign))
            continue
        names.append(letters[0])
        tokens.append(("letters", letters))
        if letters in _DIGITS:
            expression += _DIGITS[letters]
        elif letters == "MMM":
            names[-1] = "MMM"
            expression += "([A-Za-z]{3})"
        elif letters[0] == "S":
            expression += r"(\d{1,9})"
        elif letters == "a":
            expression += "([AaPp][Mm])"
        elif letters[0] in "XZz":
            names[-1] = "X"
            expression += _ZONE
        else:
            raise EvaluationError(f"{letters!r} in the pattern {pattern!r} is not known here")
    if len(set(names)) != len(names):
        raise EvaluationError(f"the pattern {pattern!r} has a part twice")
    return _Pattern(re.compile(expression, re.ASCII), tuple(names), tuple(tokens))


def _moment(found: dict[str, str]) -> datetime:
    month = _MONTHS.index(found["MMM"].title()) + 1 if "MMM" in found else int(found.get("M", 1))
    year = int(found.get("y", 1970))
    hour = int(found.get("H", found.get("h", 0)))
    if "a" in found:
        hour = hour % 12 + (12 if found["a"].lower() == "pm" else 0)
    return datetime(
        year + 2_000 if len(found.get("y", "1970")) == 2 else year,
        month,
        int(found.get("d", 1)),
        hour,
        int(found.get("m", 0)),
        int(found.get("s", 0)),
        int(found.get("S", "0")[:6].ljust(6, "0")),
        _zone(found.get("X", "Z")),
    )


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _formatted(moment: datetime, letters: str) -> str:
    match letters[0]:
        case "y":
            return f"{moment.year:04d}"[-2:] if letters == "yy" else f"{moment.year:04d}"
        case "M" if letters == "MMM":
            return _MONTHS[moment.month - 1]
        case "h":
            return str((moment.hour + 11) % 12 + 1).rjust(len(letters), "0")
        case "S":
            return f"{moment.microsecond:06d}".ljust(9, "0")[: len(letters)]
        case "a":
            return "AM" if moment.hour < 12 else "PM"
        case "X" | "Z" | "z":
            return "Z"
    value = {"M": moment.month, "d": moment.day, "H": moment.hour, "m": moment.minute, "s": moment.second}[letters[0]]
    return str(value).rjust(len(letters), "0")
