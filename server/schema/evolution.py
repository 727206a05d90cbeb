"""What a changed schema would do to the documents that are there already.

A schema with data may grow: new fields, values, words. `required` may come and go, since documents were judged when
they came. It may not lose or rename a field, change a type, or refuse a value that it took: whoever reads the lake
relies on each column (the rules are the platform's, streaming-ingestion 3.1).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.model.json import Json, JsonObject
from server.schema.descriptors import identity_fields
from server.schema.explain import shorten
from server.schema.fields import field_type

_DATES = ("date", "date-time")

# Which way a bound may move.
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One change that data forbids. ``path``: of the field, dotted, as in fields.py; ``""`` for the whole."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def breaches(before: JsonObject, after: JsonObject) -> Sequence[Breach]:
    """All changes between two resolved schemas that data forbids, in the order of ``before``."""
    return [*_class_change(before, after), *_primary_change(before, after), *_changes(before, after, "")]


def _class_change(before: JsonObject, after: JsonObject) -> Iterator[Breach]:
    if before.get("meta:class") != after.get("meta:class"):
        yield Breach(path="", message=f"it is of the class {before.get('meta:class')}, and a schema keeps its class")


def _primary_change(before: JsonObject, after: JsonObject) -> Iterator[Breach]:
    was, becomes = _primary(before), _primary(after)
    if was is not None and was != becomes:
        field = ".".join(was[0])
        yield Breach(path=field, message=f"it is the primary identity, of namespace {was[1]}, and has to stay it")


def _primary(schema: JsonObject) -> tuple[Sequence[str], str] | None:
    return next(((field.path, field.namespace) for field in identity_fields(schema) if field.is_primary), None)


def _changes(before: JsonObject, after: JsonObject, path: str) -> Iterator[Breach]:
    was, becomes = field_type(before), field_type(after)
    if was != becomes:
        yield Breach(path=path, message=f"its type is {was}, and would be {becomes}: make a new field instead")
        return
    yield from (Breach(path=path, message=message) for message in _narrowed(before, after))
    fields: Mapping[str, JsonObject] = after.get("properties", {})
    for name, child in before.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        if name in fields:
            yield from _changes(child, fields[name], inner)
        else:
            message = "it would be gone. A renamed field is a new one: keep the old one, and deprecate it"
            yield Breach(path=inner, message=message)
    for keyword, suffix in (("items", "[*]"), ("additionalProperties", ".*")):
        child, changed = before.get(keyword), after.get(keyword)
        if isinstance(child, dict) and isinstance(changed, dict):
            yield from _changes(child, changed, path + suffix)
        elif isinstance(changed, dict):
            yield Breach(path=path, message="it holds values of any kind, and would hold one kind only")


def _narrowed(before: JsonObject, after: JsonObject) -> Iterator[str]:
    """What ``after`` refuses of one field and ``before`` does not, in words."""
    if "enum" in after:
        if "enum" not in before:
            yield "it takes any value, and would take those of a list only: use `meta:enum`, which suggests them"
        elif lost := [value for value in before["enum"] if value not in after["enum"]]:
            yield f"it would refuse {_listed(lost)}, which it takes now"
    for keyword in ("pattern", "const", "multipleOf"):
        if keyword in after and after[keyword] != before.get(keyword):
            yield f"it would have another `{keyword}`, {shorten(str(after[keyword]))}, which values may not fit"
    if "format" in after and after["format"] != before.get("format") and after["format"] not in _DATES:
        yield f"it would have the format {after['format']}, which values may not be of"
    if after.get("uniqueItems") is True and before.get("uniqueItems") is not True:
        yield "it would refuse lists with an item twice"
    for keyword in (*_LOWER, *_UPPER):
        if keyword in after and _is_tighter(keyword, before.get(keyword), after[keyword]):
            said = f"{before[keyword]}" if keyword in before else "none"
            yield f"its `{keyword}` is {said}, and would be {after[keyword]}"


def _is_tighter(keyword: str, was: Any, becomes: Any) -> bool:
    if was is None:
        return True
    return bool(becomes > was) if keyword in _LOWER else bool(becomes < was)


def _listed(values: Sequence[Json]) -> str:
    return ", ".join(f"`{shorten(str(value))}`" for value in values[:5]) + (", …" if len(values) > 5 else "")
