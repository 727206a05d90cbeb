"""XDM mappings: lines of a path and where its value comes from. Their reading, and what can be wrong with them."""

import re
from collections.abc import Iterator

from server.model.container import EachEntry, MappingEntry, OneEntry, Text, ValueEntry
from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.names import cure
from server.property.places import below
from server.property.scope import Scope, template_faults
from server.property.tokens import parse_template

# Deeper than any path of the standard's schemas (the deepest has eleven keys).
MAX_PATH_KEYS = 20
MAX_LIST_DEPTH = 5

LIST_SUFFIX = "[]"
# What the snippet itself gives every event; the action's setting `eventType` gives the third.
_GIVEN = frozenset({"_id", "timestamp", "eventType"})
_KEY = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@:-]*")
_FORBIDDEN_KEYS = frozenset({"__proto__", "prototype", "constructor"})
_PATH_CURE = "Write the keys with dots between them, such as `web.webPageDetails.name`; a list ends in `[]`."


def compile_mapping(mapping: JsonObject) -> tuple[MappingEntry, ...]:
    """The lines in the order of their paths, which is the order of a property's files. The mapping must be checked."""
    return tuple(_entry(path, mapping[path]) for path in sorted(mapping) if not path.startswith("x-"))


def mapping_faults(
    mapping: JsonObject, pointer: str, scope: Scope, *, purposes: frozenset[str], depth: int = 0
) -> Iterator[Fault]:
    """What is wrong with a mapping whose shape is right."""
    if depth > MAX_LIST_DEPTH:
        yield Fault(pointer, f"Lists nest more than {MAX_LIST_DEPTH} deep.", "Nest less.")
        return
    paths: dict[tuple[str, ...], str] = {}
    for line, value in mapping.items():
        if line.startswith("x-"):
            continue
        here = below(pointer, line)
        yield from _path_faults(line, here, inside=depth > 0)
        yield from _place_faults(line, here, paths)
        yield from _line_faults(line, value, here, scope, purposes=purposes, depth=depth)
    yield from conflicts(paths, paths, pointer)


def purpose_faults(purpose: str, pointer: str, purposes: frozenset[str]) -> Iterator[Fault]:
    """A purpose that the property has not; nothing when its own list cannot be read."""
    if purposes and purpose not in purposes:
        yield Fault(pointer, f"The property has no purpose `{purpose}`.", cure(purpose, purposes))


def conflicts(paths: dict[tuple[str, ...], str], others: dict[tuple[str, ...], str], pointer: str) -> Iterator[Fault]:
    """Lines that give a value to something which, by another line, is an object with fields."""
    for path, line in paths.items():
        for length in range(1, len(path)):
            parent = others.get(path[:length])
            if parent is not None:
                message = f"`{parent}` is given a value, and so is `{line}` inside of it."
                yield Fault(below(pointer, line), message, "Keep one of the two.")


def paths_of(mapping: JsonObject) -> dict[tuple[str, ...], str]:
    """Each line's keys, to the line as written."""
    return {split_path(line): line for line in mapping if not line.startswith("x-")}


def split_path(line: str) -> tuple[str, ...]:
    """The keys of a path as it is written, without the mark of a list."""
    return tuple(line.removesuffix(LIST_SUFFIX).split("."))


def _entry(line: str, value: Json) -> MappingEntry:
    path = split_path(line)
    if not isinstance(value, dict):
        return ValueEntry(path=path, value=_template(value))
    consent = value.get("consent")
    if "one" in value:
        return OneEntry(path=path, one=compile_mapping(value["one"]), consent=consent)
    if "each" in value:
        entries = compile_mapping(value["as"])
        return EachEntry(path=path, each=parse_template(value["each"]), entries=entries, consent=consent)
    return ValueEntry(path=path, value=_template(value["value"]), consent=consent)


def _template(value: Json) -> Json:
    return parse_template(value) if isinstance(value, str) else value


def _path_faults(line: str, pointer: str, *, inside: bool) -> Iterator[Fault]:
    keys = split_path(line)
    if len(keys) > MAX_PATH_KEYS or not all(_KEY.fullmatch(key) for key in keys) or _FORBIDDEN_KEYS.intersection(keys):
        yield Fault(pointer, f"`{line[:100]}` is no path of an XDM field.", _PATH_CURE)
    elif not inside and keys[0] in _GIVEN:
        advice = "Use the action's setting `eventType`." if keys[0] == "eventType" else "Remove the line."
        yield Fault(pointer, f"`{line}` is given by the snippet itself.", advice)


def _place_faults(line: str, pointer: str, paths: dict[tuple[str, ...], str]) -> Iterator[Fault]:
    path = split_path(line)
    if path in paths:
        yield Fault(pointer, f"`{line}` is set twice: here and as `{paths[path]}`.", "Keep one of the two.")
    paths[path] = line


def _line_faults(
    line: str, value: Json, pointer: str, scope: Scope, *, purposes: frozenset[str], depth: int
) -> Iterator[Fault]:
    is_list = isinstance(value, dict) and ("one" in value or "each" in value)
    if is_list and not line.endswith(LIST_SUFFIX):
        yield Fault(pointer, f"`{line}` makes a list, but is not marked as one.", f"Write `{line}{LIST_SUFFIX}`.")
    if not is_list and line.endswith(LIST_SUFFIX):
        advice = f"Write `one` or `each … as`, or `{line.removesuffix(LIST_SUFFIX)}` for a value."
        yield Fault(pointer, f"`{line}` is marked as a list, but has a single value.", advice)
    if not isinstance(value, dict):
        yield from template_faults(value, pointer, scope)
        return
    if "consent" in value:
        yield from purpose_faults(value["consent"], below(pointer, "consent"), purposes)
    yield from template_faults(value.get("value"), below(pointer, "value"), scope)
    if "one" in value:
        at = below(pointer, "one")
        yield from mapping_faults(value["one"], at, scope, purposes=purposes, depth=depth + 1)
    if "each" in value:
        yield from _each_faults(value["each"], below(pointer, "each"), scope)
        at = below(pointer, "as")
        yield from mapping_faults(value["as"], at, scope.of_item(), purposes=purposes, depth=depth + 1)


def _each_faults(text: str, pointer: str, scope: Scope) -> Iterator[Fault]:
    found = list(template_faults(text, pointer, scope))
    yield from found
    if not found and isinstance(parse_template(text), str | Text):
        yield Fault(pointer, "`each` needs the list alone, not a text.", "Write one token, such as `%orderItems%`.")
