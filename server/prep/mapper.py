"""A mapping set compiled for a schema, and used for one raw object after the other.

A line that has no value for an object leaves its field out, and says why in a warning; the object goes on. A line that
cannot be compiled does so for every object, until somebody mends it: saving a mapping set asks :func:`faults` first.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from server.model.json import Json, JsonObject
from server.model.mapping import MappingLine
from server.model.schema import Violation
from server.prep.convert import converted
from server.prep.errors import EvaluationError, MappingError
from server.prep.functions import Facts
from server.prep.paths import EACH, Path, get, parse_path, put
from server.prep.syntax import Scope, compile_expression

MAX_LINES = 1_000


class Mapped(NamedTuple):
    """``warnings``: of lines that had no value, at the field that was left out."""

    xdm: JsonObject
    warnings: Sequence[Violation]


class LineResult(NamedTuple):
    """What one line made of an object. ``fault``: why it has no value, in words; empty when there is no reason."""

    value: Json
    fault: str


class _Line(NamedTuple):
    """``evaluate`` raises EvaluationError, always if the line is faulty."""

    pointer: str
    destination: Path
    evaluate: Callable[[Scope], Json]
    convert: Callable[[Json], Json]


class Mapper:
    """``is_of_events``: the schema is of events, so that what comes out is called by its ``_id``."""

    def __init__(self, lines: Sequence[MappingLine], schema: Mapping[str, Any]) -> None:
        """``schema``: resolved, of what comes out."""
        self.is_of_events = schema.get("meta:behavior") == "time-series"
        self._lines = [_compiled(line, schema) for line in lines[:MAX_LINES]]

    def map(self, raw: JsonObject, *, received_ms: int, seed: str) -> Mapped:
        """The object as XDM. ``seed``: what generated ids are made of. Never raises for what ``raw`` holds."""
        xdm: JsonObject = {}
        results = zip(self._lines, self._results(raw, xdm, received_ms=received_ms, seed=seed), strict=True)
        warnings = [
            Violation(path=line.pointer, keyword="mapping", message=result.fault)
            for line, result in results
            if result.fault
        ]
        return Mapped(xdm, warnings)

    def trace(self, raw: JsonObject, *, received_ms: int, seed: str) -> tuple[JsonObject, Sequence[LineResult]]:
        """As :meth:`map`, with what each line came to: for who writes the lines."""
        xdm: JsonObject = {}
        results = [
            # Later lines may add to what is in the XDM by then.
            result._replace(value=copy.deepcopy(result.value))
            for result in self._results(raw, xdm, received_ms=received_ms, seed=seed)
        ]
        return xdm, results

    def _results(self, raw: JsonObject, xdm: JsonObject, *, received_ms: int, seed: str) -> Iterator[LineResult]:
        """Line after line puts its value into ``xdm``."""
        for index, line in enumerate(self._lines):
            scope = Scope(raw, Facts(received_ms=received_ms, seed=f"{seed}/{index}"))
            try:
                value = line.convert(line.evaluate(scope))
                if value is not None:
                    put(xdm, line.destination, value)
                yield LineResult(value, "")
            except (EvaluationError, RecursionError) as error:
                yield LineResult(None, str(error)[:200])


def faults(lines: Sequence[MappingLine], schema: Mapping[str, Any]) -> Sequence[Violation]:
    """What is wrong with a mapping set, line by line; empty when it can be used. ``schema``: resolved."""
    found = []
    if len(lines) > MAX_LINES:
        found.append(Violation(path="", keyword="mapping", message=f"a mapping set has at most {MAX_LINES} lines"))
    for index, line in enumerate(lines):
        try:
            schema_field(schema, parse_path(line.destination), line.destination)
            _source(line)
        except MappingError as error:
            found.append(Violation(path=f"/{index}", keyword="mapping", message=str(error)))
    return found


def _compiled(line: MappingLine, schema: Mapping[str, Any]) -> _Line:
    try:
        destination = parse_path(line.destination)
        field = schema_field(schema, destination, line.destination)
        depth = destination.count(EACH)
        return _Line(_pointer(destination), destination, _source(line), lambda value: fitted(value, field, depth))
    except MappingError as error:
        message = str(error)

        def fail(_scope: Scope) -> Json:
            raise EvaluationError(message)

        return _Line("", (), fail, lambda value: value)


def _source(line: MappingLine) -> Callable[[Scope], Json]:
    match line.source_type:
        case "STATIC":
            constant = line.source
            return lambda _scope: constant
        case "EXPRESSION":
            return compile_expression(line.source)
        case "ATTRIBUTE":
            path = parse_path(line.source)
            return lambda scope: get(scope.raw, path)


def schema_field(schema: Mapping[str, Any], path: Path, text: str) -> Mapping[str, Any]:
    """The resolved schema's field at a destination. Raises MappingError when there is none."""
    node: Any = schema
    for step in path:
        wanted = "object" if isinstance(step, str) else "array"
        if node.get("type", wanted) != wanted:
            raise MappingError(f"{text[:64]!r}: the schema has no {wanted} before {step!r}")
        rest = node.get("additionalProperties")
        below = node.get("properties", {}).get(step, rest) if isinstance(step, str) else node.get("items")
        if below is True or (below is None and isinstance(step, str) and "properties" not in node):
            # An object or a map without a shape takes everything.
            return {}
        if not isinstance(below, Mapping):
            raise MappingError(f"{text[:64]!r}: the schema has no field {step!r} there")
        node = below
    return node if isinstance(node, Mapping) else {}


def fitted(value: Json, field: Mapping[str, Any], depth: int) -> Json:
    """The value as the field takes it; for a destination with ``[*]``, each item of it."""
    if value is None:
        return None
    if depth:
        if not isinstance(value, list):
            raise EvaluationError("a list is needed for [*], and this is none")
        return [fitted(item, field, depth - 1) for item in value]
    return _copied(converted(value, field))


def _copied(value: Json) -> Json:
    """Its own copy, which later lines may add to; without nulls, which no field takes."""
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_copied(item) for item in value if item is not None]
    return value


def _pointer(path: Path) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path if step is not EACH)
