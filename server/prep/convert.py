"""A value made what its field takes, where a sender's JSON is looser than XDM (streaming-ingestion.md, 2.6)."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from server.model.json import Json
from server.prep.dates import parse_any, written
from server.prep.errors import EvaluationError

_BOOLEANS: Final[Mapping[str, bool]] = MappingProxyType(
    dict.fromkeys(("y", "yes", "Y", "YES", "on", "ON", "true", "TRUE"), True)
    | dict.fromkeys(("n", "N", "no", "NO", "off", "OFF", "false", "FALSE"), False)
)

# A whole number of another kind than this cannot be told from its neighbour (XDM's type long).
_EXACT: Final = 2**53 - 1


def converted(value: Json, field: Mapping[str, Any]) -> Json:
    """``value`` for a field of the resolved schema. Raises EvaluationError when it cannot be one."""
    convert = _CONVERTERS.get(str(field.get("type")))
    if convert is None or value is None:
        return value
    return convert(value, field)


def _to_string(value: Json, field: Mapping[str, Any]) -> str:
    if field.get("format") == "date-time":
        return written(_moment(value))
    if field.get("format") == "date":
        return _moment(value).date().isoformat()
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    raise EvaluationError("expected a text")


def _moment(value: Json) -> datetime:
    if isinstance(value, str):
        return parse_any(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EvaluationError("expected a date")
    try:
        return datetime.fromtimestamp(value / 1_000, UTC)
    except (OverflowError, OSError, ValueError):
        raise EvaluationError("this is no time that there is") from None


def _to_boolean(value: Json, _field: Mapping[str, Any]) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise EvaluationError("expected true or false")


def _to_number(value: Json, _field: Mapping[str, Any]) -> int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise EvaluationError("expected a number")
    number = _read(value) if isinstance(value, str) else value
    if not math.isfinite(number):
        raise EvaluationError("expected a number")
    return number


def _read(text: str) -> float:
    try:
        # Python also reads "1_000", and digits of every script.
        return float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return math.nan


def _to_integer(value: Json, field: Mapping[str, Any]) -> int:
    number = _to_number(value, field)
    if number != math.trunc(number) or abs(number) > _EXACT:
        raise EvaluationError("expected a whole number")
    return math.trunc(number)


_CONVERTERS: Final[Mapping[str, Callable[[Json, Mapping[str, Any]], Json]]] = MappingProxyType(
    {"string": _to_string, "boolean": _to_boolean, "number": _to_number, "integer": _to_integer}
)
