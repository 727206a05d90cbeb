"""What a function of the mapping language is."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from server.model.json import Json
from server.prep.errors import EvaluationError

# Of what a function makes: an event has at most a megabyte.
MAX_TEXT_CHARACTERS = 65_536
MAX_ITEMS = 10_000
MANY = 64
"""Most values that a function of any number of them takes."""


class Facts(NamedTuple):
    """What is known of the object's arrival. ``seed``: of its event's id, so that a replay makes the same ids."""

    received_ms: int
    seed: str


class Function(NamedTuple):
    """``run``: the facts, then ``least`` to ``most`` values. ``help``: a sentence for the reference."""

    run: Callable[..., Json]
    least: int
    most: int
    help: str


class LazyFunction(NamedTuple):
    """As :class:`Function`, of values that are computed only where they are needed."""

    run: Callable[[Sequence[Callable[[], Json]]], Json]
    least: int
    most: int
    help: str


V = TypeVar("V")


def plain(apply: Callable[..., V]) -> Callable[..., V | None]:
    """A function that needs no facts, and has no value when the first of its own is absent."""

    def run(_facts: Facts, first: Any, *rest: Any) -> V | None:
        return None if first is None else apply(first, *rest)

    return run


def text(value: Json) -> str:
    """A value as text: numbers and booleans as JSON writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    raise EvaluationError("a text is needed here")


def whole(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise EvaluationError("a whole number is needed here")
    return value


def number(value: Json) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EvaluationError("a number is needed here")
    return value


def items(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise EvaluationError("a list is needed here")
    return value


def fields(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise EvaluationError("an object is needed here")
    return value


def bounded(made: str) -> str:
    if len(made) > MAX_TEXT_CHARACTERS:
        raise EvaluationError(f"a text of more than {MAX_TEXT_CHARACTERS} characters")
    return made
