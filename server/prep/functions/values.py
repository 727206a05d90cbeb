"""Functions of numbers, lists and objects, and choices between values."""

import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from server.model.json import Json
from server.prep.errors import EvaluationError
from server.prep.functions.function import (
    MANY,
    MAX_ITEMS,
    Facts,
    Function,
    LazyFunction,
    fields,
    items,
    number,
    plain,
    text,
    whole,
)
from server.prep.operators import is_true


def _flat(values: Sequence[Json]) -> list[int | float]:
    """Numbers, given one by one or as lists."""
    found = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [number(each) for each in found if each is not None]


def _of_all(apply: Callable[[list[int | float]], int | float]) -> Callable[..., int | float | None]:
    def run(_facts: Facts, *values: Json) -> int | float | None:
        numbers = _flat(values)
        return apply(numbers) if numbers else None

    return run


def _to_integer(value: Json) -> int:
    if isinstance(value, str):
        # Python also reads "1_000", and digits of every script.
        if not value.strip().lstrip("+-").isascii() or "_" in value:
            raise EvaluationError("this is no whole number")
        value = float(value) if any(sign in value for sign in ".eE") else int(value)
    return math.trunc(number(value))


def _to_float(value: Json) -> float:
    made = float(value) if isinstance(value, str) and "_" not in value else float(number(value))
    if not math.isfinite(made):
        raise EvaluationError("this is no number")
    return made


def _round(value: Json, digits: Json = 0) -> int | float:
    places = whole(digits)
    return round(number(value), max(-300, min(300, places))) if places else math.floor(number(value) + 0.5)


def _item(position: int) -> Callable[..., Json]:
    return plain(lambda value: items(value)[position] if items(value) else None)


def _limited(made: list[Json]) -> list[Json]:
    if len(made) > MAX_ITEMS:
        raise EvaluationError(f"a list of more than {MAX_ITEMS} items")
    return made


def _distinct(value: Json) -> list[Json]:
    found: dict[str, Json] = {}
    for each in items(value):
        found.setdefault(repr(each), each)
    return list(found.values())


def _to_object(_facts: Facts, *values: Json) -> Json:
    if len(values) % 2:
        raise EvaluationError("names and values in turn are needed")
    pairs = zip(values[::2], values[1::2], strict=True)
    return {text(name): value for name, value in pairs if value is not None}


def _merged(_facts: Facts, *values: Json) -> Json:
    merged: dict[str, Json] = {}
    for value in values:
        merged |= fields(value) if value is not None else {}
    return merged


def _size(value: Any) -> int:
    if not isinstance(value, str | list | dict):
        raise EvaluationError("a list, an object or a text is needed here")
    return len(value)


def _uuid(facts: Facts) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, facts.seed))


def _coalesce(values: Sequence[Callable[[], Json]]) -> Json:
    return next((found for value in values if (found := value()) is not None), None)


def _iif(values: Sequence[Callable[[], Json]]) -> Json:
    condition, then, otherwise = values
    return then() if is_true(condition()) else otherwise()


def _decode(values: Sequence[Callable[[], Json]]) -> Json:
    key, *rest = values
    wanted = key()
    for option, value in zip(rest[::2], rest[1::2], strict=False):
        if option() == wanted:
            return value()
    return rest[-1]() if len(rest) % 2 else None


VALUE_FUNCTIONS: Final[Mapping[str, Function]] = {
    "min": Function(_of_all(min), 1, MANY, "The least of numbers, or of a list of them."),
    "max": Function(_of_all(max), 1, MANY, "The greatest of numbers, or of a list of them."),
    "sum": Function(_of_all(math.fsum), 1, MANY, "The sum of numbers, or of a list of them."),
    "avg": Function(
        _of_all(lambda numbers: math.fsum(numbers) / len(numbers)), 1, MANY, "The mean of numbers, or of a list."
    ),
    "abs": Function(plain(lambda value: abs(number(value))), 1, 1, "Without its sign."),
    "ceil": Function(plain(lambda value: math.ceil(number(value))), 1, 1, "The next whole number above."),
    "floor": Function(plain(lambda value: math.floor(number(value))), 1, 1, "The next whole number below."),
    "round": Function(plain(_round), 1, 2, "The nearest number with so many decimals (default: 0)."),
    "to_integer": Function(plain(_to_integer), 1, 1, "As a whole number, without what is after the point."),
    "to_bigint": Function(plain(_to_integer), 1, 1, "As to_integer."),
    "to_float": Function(plain(_to_float), 1, 1, "As a number."),
    "to_double": Function(plain(_to_float), 1, 1, "As to_float."),
    "to_decimal": Function(plain(_to_float), 1, 1, "As to_float."),
    "to_string": Function(plain(text), 1, 1, "As a text."),
    "size_of": Function(plain(_size), 1, 1, "How many items, fields or characters."),
    "first": Function(_item(0), 1, 1, "The first item of a list."),
    "last": Function(_item(-1), 1, 1, "The last item of a list."),
    "to_array": Function(
        lambda _facts, *values: [value for value in values if value is not None], 1, MANY, "The values as a list."
    ),
    "add_to_array": Function(
        plain(lambda value, *more: _limited([*items(value), *more])), 2, MANY, "A list with more items at its end."
    ),
    "join_arrays": Function(
        plain(lambda value, *more: _limited([each for one in (value, *more) for each in items(one or [])])),
        2,
        MANY,
        "Lists after each other as one.",
    ),
    "array_contains": Function(
        plain(lambda value, item: item in items(value)), 2, 2, "Whether the item is in the list."
    ),
    "distinct": Function(plain(_distinct), 1, 1, "A list with each item once."),
    "reverse": Function(plain(lambda value: items(value)[::-1]), 1, 1, "A list from its end."),
    "get_keys": Function(plain(lambda value: list(fields(value))), 1, 1, "The names of an object's fields."),
    "get_values": Function(
        plain(lambda value: list(fields(value).values())), 1, 1, "The values of an object's fields."
    ),
    "contains_key": Function(plain(lambda value, name: text(name) in fields(value)), 2, 2, "Whether a field is there."),
    "to_object": Function(_to_object, 2, MANY, "An object of names and values in turn."),
    "object_merge": Function(_merged, 1, MANY, "The fields of all objects; of equal names the last."),
    "is_set": Function(lambda _facts, value: value is not None, 1, 1, "Whether there is a value."),
    "is_empty": Function(
        lambda _facts, value: value is None or value in ("", [], {}), 1, 1, "Whether there is none, or an empty one."
    ),
    "nullify": Function(lambda _facts: None, 0, 0, "No value: the field is left out."),
    "uuid": Function(_uuid, 0, 0, "A UUID, the same whenever the same event is processed again."),
}

LAZY_VALUE_FUNCTIONS: Final[Mapping[str, LazyFunction]] = {
    "iif": LazyFunction(_iif, 3, 3, "The second value if the first is true, else the third."),
    "coalesce": LazyFunction(_coalesce, 1, MANY, "The first value that there is."),
    "decode": LazyFunction(
        _decode, 3, MANY, "Of pairs after the first value, the second of the one that begins with it; or the default."
    ),
}
