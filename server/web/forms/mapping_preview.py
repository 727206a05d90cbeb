"""What a mapping set makes of an example, row by row, and what its schema says of the result. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from server.model.json import Json, JsonObject
from server.model.mapping import MappingLine
from server.model.schema import Violation
from server.prep.functions import FUNCTIONS, LAZY_FUNCTIONS
from server.prep.functions.function import MANY, Function, LazyFunction
from server.prep.mapper import Mapper, faults
from server.prep.suggest import Target, source_paths
from server.schema.fields import Field, fields
from server.web.forms.mapping_form import Row, read_sample
from server.web.views.visible import json_visible, visible

MAX_VALUE_CHARACTERS = 120
# As the mapping of one message may be looked at; the rest is said to be missing.
MAX_RESULT_CHARACTERS = 20_000
MAX_NOTES = 20

# Names that a map of identities usually has: XDM's field names, with one put in.
_IDENTITY = {
    "identityMap.*[*].id": "identityMap.Email[0].id",
    "identityMap.*[*].primary": "identityMap.Email[0].primary",
}

_NAMES = ("a", "b", "c", "d", "e")

Violations = Callable[[JsonObject], Sequence[Violation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What a row comes to. Both are empty for a row without a line, and without an example."""

    value: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """``rows``: as those that were given. ``xdm``: the result as text; empty without an example.

    ``verdict``: what the schema says of it, in a few words. ``notes``: what it says against it, (place, words).
    ``paths``: where the example has values.
    """

    rows: Sequence[RowResult]
    xdm: str
    verdict: str
    notes: Sequence[tuple[str, str]]
    sample_fault: str
    paths: Sequence[str]


def preview(
    rows: Sequence[Row],
    sample: str,
    *,
    schema: Mapping[str, Any],
    result_of: Callable[[JsonObject], JsonObject],
    violations: Violations,
    now_ms: int,
) -> Preview:
    """``schema``: resolved. ``result_of``: the event that what the lines made becomes.

    ``violations``: what the schema says of it.
    """
    raw, sample_fault = read_sample(sample)
    placed = [(index, line) for index, row in enumerate(rows) if (line := row.line) is not None]
    lines = [line for _index, line in placed]
    results = [RowResult(value="", fault="") for _row in rows]
    made, traced = Mapper(lines, schema).trace(raw or {}, received_ms=now_ms, seed="preview")
    xdm = result_of(made)
    for (index, line), result, said in zip(placed, traced, row_faults(lines, schema), strict=True):
        fault = said or (result.fault if raw is not None else "")
        shown = "" if raw is None or fault else _shown(result.value)
        results[index] = RowResult(value=shown, fault=_words(fault, line))
    notes = [] if raw is None else [_note(each) for each in violations(xdm)]
    return Preview(
        rows=results,
        xdm="" if raw is None else _cut(json_visible(_indented(xdm)), MAX_RESULT_CHARACTERS),
        verdict=_verdict(raw, notes, faulty=sum(bool(result.fault) for result in results)),
        notes=notes[:MAX_NOTES],
        sample_fault=sample_fault,
        paths=[] if raw is None else [source.path for source in source_paths(raw)],
    )


def row_faults(lines: Sequence[MappingLine], schema: Mapping[str, Any]) -> Sequence[str]:
    """What is wrong with each line, whatever the data; empty for nothing."""
    found = {fault.path: fault.message for fault in faults(lines, schema)}
    return [found.get(f"/{index}", "") for index in range(len(lines))]


def targets(schema: Mapping[str, Any]) -> Sequence[Target]:
    """The fields that lines may fill, as the drafts of suggestions need them."""
    return [Target(field.path, field.type, field.required) for field in fields(dict(schema)) if not field.is_deprecated]


def target_options(schema: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """(path, what it is) of the same, for a person to choose from: first what is required, the rest by name."""
    found: list[tuple[bool, str, str]] = []
    for field in fields(dict(schema)):
        path = _IDENTITY.get(field.path, field.path)
        if _is_target(field) and "*." not in path.replace("[*]", "") and ".*" not in path:
            words = [field.title, field.type, "required" if field.required else ""]
            found.append((not field.required, path, " · ".join(word for word in words if word)))
    return [(path, words) for _is_optional, path, words in sorted(found)]


def function_help() -> Sequence[tuple[str, str]]:
    """(how it is called, what it gives) of every function, by name."""
    everything: list[tuple[str, Function | LazyFunction]] = [*FUNCTIONS.items(), *LAZY_FUNCTIONS.items()]
    return sorted((f"{name}({_values(one.least, one.most)})", one.help) for name, one in everything)


def _is_target(field: Field) -> bool:
    return not field.is_deprecated and field.type not in ("object", "map")


def _values(least: int, most: int) -> str:
    given = [*_NAMES[:least], *(f"[{name}]" for name in _NAMES[least : min(most, len(_NAMES))])]
    return ", ".join([*_NAMES[:least], "…"] if most >= MANY else given)


def _verdict(raw: JsonObject | None, notes: Sequence[object], *, faulty: int) -> str:
    if raw is None:
        return "Paste an example to see it."
    if notes:
        return "Not valid yet:"
    return (
        f"It is valid, without {faulty} line{'' if faulty == 1 else 's'} that cannot be used."
        if faulty
        else "It is valid."
    )


def _words(fault: str, line: MappingLine) -> str:
    if not fault:
        return ""
    if not line.destination:
        return "Choose the field that it goes into."
    if not line.source and line.source_type != "STATIC":
        return "Say where its value comes from."
    return visible(fault[0].upper() + fault[1:] + ("" if fault.endswith(".") else "."))


def _shown(value: Json) -> str:
    if value is None:
        return "nothing: the field is left out"
    return visible(_cut(msgspec.json.encode(value).decode(), MAX_VALUE_CHARACTERS))


def _note(violation: Violation) -> tuple[str, str]:
    return visible(violation.path), visible(violation.message)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _indented(document: JsonObject) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
