"""Paths into JSON: ``person.name``, ``list[0].x``, ``list[*].x``; ``\\.`` or ``${…}`` where a name has signs in it."""

import re
from typing import Any, Final, TypeAlias

from server.model.json import Json, JsonObject
from server.prep.errors import EvaluationError, MappingError


class _Each:
    """``[*]``: every item of a list."""

    def __repr__(self) -> str:
        return "[*]"


EACH: Final = _Each()

Step: TypeAlias = str | int | _Each
Path: TypeAlias = tuple[Step, ...]

# As the schemas: nothing that is deeper can be stored.
MAX_STEPS = 32
# Positions that a destination may name: what lies between is filled with empty objects.
MAX_INDEX = 999
# Of one ``[*]``: as many values as an event may have.
MAX_ITEMS = 10_000

_STEP: Final = re.compile(r"\$\{(?P<quoted>[^}]+)\}|(?P<name>(?:\\.|[^.\[\]\\$]|\$(?!\{))+)")
_INDEX: Final = re.compile(r"\[(?P<index>\d{1,4}|\*)\]")
_ESCAPED: Final = re.compile(r"\\(.)")


def parse_path(text: str) -> Path:
    """Raises MappingError."""
    steps: list[Step] = []
    at = 0
    while True:
        match = _STEP.match(text, at)
        if match is None:
            raise MappingError(f"{_excerpt(text)}: a name is missing at character {at + 1}")
        steps.append(match["quoted"] or _ESCAPED.sub(r"\1", match["name"]).strip())
        at = match.end()
        while index := _INDEX.match(text, at):
            steps.append(EACH if index["index"] == "*" else int(index["index"]))
            at = index.end()
        if at == len(text):
            break
        if text[at] != ".":
            raise MappingError(f"{_excerpt(text)}: expected a dot at character {at + 1}")
        at += 1
    if len(steps) > MAX_STEPS:
        raise MappingError(f"{_excerpt(text)}: more than {MAX_STEPS} steps")
    return tuple(steps)


def get(value: Json, path: Path) -> Json:
    """The value there, or None. With ``[*]`` the list of the values below each item."""
    for position, step in enumerate(path):
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        elif isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            return [get(item, path[position + 1 :]) for item in value] if isinstance(value, list) else None
        if value is None:
            return None
    return value


def put(target: JsonObject, path: Path, value: Json) -> None:
    """Set it there, making what is missing on the way. Raises EvaluationError when something else is in the way."""
    _put(target, path, value)


def drop(target: Json, path: Path) -> bool:
    """Take what is there out of its object or list; whether there was anything. With ``[*]`` below each item."""
    step, rest = path[0], path[1:]
    if step is EACH:
        if not isinstance(target, list):
            return False
        if rest:
            # A sum, and not any(): nothing is to stop at the first item that had it.
            return sum(drop(item, rest) for item in target) > 0
        was_there = len(target) > 0
        target.clear()
        return was_there
    if isinstance(step, str):
        is_there = isinstance(target, dict) and step in target
    else:
        is_there = isinstance(target, list) and isinstance(step, int) and step < len(target)
    if not is_there:
        return False
    parent: Any = target
    if rest:
        return drop(parent[step], rest)
    del parent[step]
    return True


def _put(parent: Any, path: Path, value: Json) -> Any:
    """``parent`` with the value in it; a new one where there is none."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        parent = _kind(parent, {}, dict)
        parent[step] = _put(parent.get(step), rest, value)
        return parent
    parent = _kind(parent, [], list)
    if isinstance(step, int):
        _fill(parent, step + 1)
        parent[step] = _put(parent[step] or None, rest, value)
        return parent
    if not isinstance(value, list):
        raise EvaluationError("a list is needed for [*], and this is none")
    _fill(parent, len(value))
    for index, item in enumerate(value):
        if item is not None:
            parent[index] = _put(parent[index] or None, rest, item)
    return parent


def _kind(parent: Any, empty: Any, wanted: type) -> Any:
    if parent is None:
        return empty
    if not isinstance(parent, wanted):
        raise EvaluationError("another line has put something else there")
    return parent


def _fill(items: list[Any], length: int) -> None:
    if length > MAX_ITEMS:
        raise EvaluationError(f"a list of more than {MAX_ITEMS} items")
    items.extend({} for _ in range(length - len(items)))


def _excerpt(text: str) -> str:
    return repr(text if len(text) <= 64 else f"{text[:63]}…")
