"""An edit of documents in the mapping language: what somebody writes to repair failed events.

One line a change, from the top down, each seeing what the ones above did:

    commerce.order.priceTotal = to_double(commerce.order.priceTotal)
    remove web.webPageDetails.extra
    # a remark

What stands left of ``=`` is a path into the document, what stands right an expression over the document
(prep/syntax.py). A line without a value for a document changes nothing in it, and says why.
"""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from server.model.json import Json, JsonObject
from server.model.schema import Violation
from server.prep.errors import EvaluationError, MappingError
from server.prep.functions import Facts
from server.prep.mapper import fitted, schema_field
from server.prep.paths import EACH, Path, drop, parse_path, put
from server.prep.syntax import Scope, compile_expression

MAX_LINES = 100
MAX_CHARACTERS = 20_000

_REMOVE = re.compile(r"remove\s+(?P<path>\S.*)")
_SET = re.compile(r"(?P<path>[^=]*[^=\s])\s*=(?!=)\s*(?P<source>.+)")

_Change = Callable[[JsonObject, Facts], None]


class PatchFault(ValueError):
    """The text is no edit. ``faults``: what is wrong, each with the number of its line, from 1."""

    def __init__(self, faults: Sequence[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"line {number}: {fault}" for number, fault in faults))
        self.faults = tuple(faults)


class Patched(NamedTuple):
    """``warnings``: of lines that had no value for this document; their path is the line's number."""

    document: JsonObject
    warnings: Sequence[Violation]


class Patch:
    """Compiled once, then used for many documents. Raises PatchFault."""

    def __init__(self, text: str, schema: Mapping[str, Any] | None) -> None:
        """``schema``: resolved, of the documents, so that values are made what its fields take; None for raw data."""
        if len(text) > MAX_CHARACTERS:
            raise PatchFault([(1, f"an edit has at most {MAX_CHARACTERS} characters")])
        self.text = text
        self._changes: list[tuple[int, _Change]] = []
        faults = []
        for number, line in enumerate(text.splitlines(), start=1):
            try:
                change = _change(line.strip(), schema)
            except MappingError as error:
                faults.append((number, str(error)))
                continue
            if change is not None:
                self._changes.append((number, change))
        if not faults and not self._changes:
            faults.append((1, "there is no line that changes anything"))
        if len(self._changes) > MAX_LINES:
            faults.append((1, f"an edit has at most {MAX_LINES} lines"))
        if faults:
            raise PatchFault(faults)

    def apply(self, document: JsonObject, *, received_ms: int, seed: str) -> Patched:
        """A new document. ``seed``: what generated ids are made of. Never raises for what ``document`` holds."""
        patched, warnings = copy.deepcopy(document), []
        for number, change in self._changes:
            try:
                change(patched, Facts(received_ms=received_ms, seed=f"{seed}/edit/{number}"))
            except (EvaluationError, RecursionError) as error:
                warnings.append(Violation(path=str(number), keyword="edit", message=str(error)[:200]))
        return Patched(patched, warnings)


def _change(line: str, schema: Mapping[str, Any] | None) -> _Change | None:
    """None for an empty line, and for a remark. Raises MappingError."""
    if not line or line.startswith("#"):
        return None
    removal = _REMOVE.fullmatch(line)
    if removal is not None:
        return _remove(parse_path(removal["path"]))
    setting = _SET.fullmatch(line)
    if setting is None:
        raise MappingError("write `path = expression`, or `remove path`")
    return _set(setting["path"].strip(), setting["source"], schema)


def _remove(path: Path) -> _Change:
    def change(document: JsonObject, _facts: Facts) -> None:
        if not drop(document, path):
            raise EvaluationError("there is nothing to remove")

    return change


def _set(text: str, source: str, schema: Mapping[str, Any] | None) -> _Change:
    path, evaluate = parse_path(text), compile_expression(source)
    field = {} if schema is None else schema_field(schema, path, text)
    depth = path.count(EACH)

    def change(document: JsonObject, facts: Facts) -> None:
        value: Json = fitted(evaluate(Scope(document, facts)), field, depth)
        if value is None:
            raise EvaluationError("the expression has no value here")
        put(document, path, value)

    return change
