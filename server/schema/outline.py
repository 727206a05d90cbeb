"""A resolved schema as a tree for people: each field with its words, its rules, and which component it is from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.model.json import Json, JsonObject
from server.schema.compose import Find, resolve_schema
from server.schema.descriptors import DESTINATIONS, IDENTITY, REFERENCE_IDENTITY, path_of
from server.schema.errors import SchemaError
from server.schema.fields import field_type, fields

_WORDS: Mapping[str, str] = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "yes or no",
    "date": "date",
    "date-time": "date and time",
    "object": "group",
    "any": "anything",
}
_MANY: Mapping[str, str] = {
    "string": "texts",
    "number": "numbers",
    "integer": "whole numbers",
    "boolean": "yes or no",
    "date": "dates",
    "date-time": "moments",
    "object": "groups",
    "any": "anything",
}
_FORMATS: Mapping[str, tuple[str, str]] = {
    "email": ("e-mail address", "e-mail addresses"),
    "uri": ("web address", "web addresses"),
    "uri-reference": ("web address", "web addresses"),
    "uuid": ("UUID", "UUIDs"),
    "ipv4": ("IP address", "IP addresses"),
    "ipv6": ("IP address", "IP addresses"),
    "time": ("time of day", "times of day"),
    "hostname": ("host name", "host names"),
}
_BOUNDS: Mapping[str, str] = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "multipleOf": "a multiple of {}",
    "pattern": "fits the pattern {}",
}
# XDM's ranges of whole numbers: everybody's, and worth no word.
_USUAL_BOUNDS = (-(2**53 - 1), 2**53 - 1, -(2**31), 2**31 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One field with all that is in it.

    ``path``: dotted, as in fields.py. ``pointer``: as descriptors name it; empty inside of a map, where none can.
    ``type``: in words, such as *list of groups*. ``values``: the only ones that are allowed; ``suggested``: usual ones.
    Both by value, with a label or an empty text. ``rules``: other limits, in words. ``namespace``: of the identity that
    it is; empty for none. ``refers_to``: the ids of the schemas that it points to. ``source``: the title of the
    component that it is from.
    """

    name: str
    path: str
    pointer: str
    type: str
    title: str
    description: str
    values: Mapping[str, str]
    suggested: Mapping[str, str]
    rules: Sequence[str]
    example: str
    is_required: bool
    is_text: bool
    namespace: str
    is_primary: bool
    is_deprecated: bool
    refers_to: Sequence[str]
    source: str
    children: Sequence["Outline"]


def outline(resolved: JsonObject, sources: Mapping[str, str]) -> Sequence[Outline]:
    """The fields of a resolved schema, in its order. ``sources``: from a field's path to the title of its component."""
    return list(_Drawer(resolved, sources).members(resolved, "", ""))


def field_sources(document: Mapping[str, Json], find: Find) -> Mapping[str, str]:
    """For each field of what a schema or component is put together from: the title of the part that it is from.

    Where several have it, the first in the document's order. Fields that the document declares itself are not in it.
    """
    found: dict[str, str] = {}
    for part in document.get("allOf", ()):
        name = part.get("$ref", "") if isinstance(part, Mapping) else ""
        component = None if name.startswith("#") else find(name.partition("#")[0])
        if component is None:
            continue
        try:
            resolved = resolve_schema(component, find)
        except SchemaError:
            continue
        for field in fields(resolved):
            found.setdefault(field.path, str(component.get("title", name)))
    return found


def find_field(members: Sequence[Outline], pointer: str) -> Outline | None:
    """The field that a descriptor's path leads to."""
    for member in members:
        if member.pointer == pointer:
            return member
        if pointer.startswith((f"{member.pointer}/", f"{member.pointer}[*]")) and member.pointer:
            return find_field(member.children, pointer)
    return None


def matching(members: Sequence[Outline], query: str) -> Sequence[Outline]:
    """The fields whose path, words or values have that text, in any case, with what they are in; all for no text."""
    wanted = query.strip().casefold()
    return [kept for member in members if (kept := _matching(member, wanted)) is not None]


def count(members: Sequence[Outline]) -> int:
    """How many fields there are, those that hold others included."""
    return sum(1 + count(member.children) for member in members)


def _matching(member: Outline, wanted: str) -> Outline | None:
    text = "\n".join((member.path, member.title, member.description, member.namespace, *member.values))
    if wanted in text.casefold():
        return member
    children = [kept for child in member.children if (kept := _matching(child, wanted)) is not None]
    if not children:
        return None
    return replace(member, children=children)


class _Drawer:
    def __init__(self, resolved: JsonObject, sources: Mapping[str, str]) -> None:
        self._sources = sources
        self._identities: dict[str, tuple[str, bool]] = {}
        self._references: dict[str, list[str]] = {}
        for descriptor in resolved.get("meta:descriptors", ()):
            pointer = "/" + "/".join(path_of(descriptor))
            if descriptor.get("@type") == IDENTITY:
                namespace = str(descriptor.get("xdm:namespace", ""))
                self._identities[pointer] = (namespace, descriptor.get("xdm:isPrimary") is True)
            elif descriptor.get("@type") in (REFERENCE_IDENTITY, *DESTINATIONS):
                target = descriptor.get("xdm:destinationSchema") or descriptor.get("xdm:identityNamespace")
                self._references.setdefault(pointer, []).append(str(target or ""))

    def members(self, node: JsonObject, path: str, pointer: str | None) -> Iterator[Outline]:
        required = node.get("required", ())
        for name, child in node.get("properties", {}).items():
            inner = f"{path}.{name}" if path else name
            at = None if pointer is None else f"{pointer}/{name}"
            yield self._field(name, child, inner, at, is_required=name in required)

    def _field(self, name: str, node: JsonObject, path: str, pointer: str | None, *, is_required: bool) -> Outline:
        namespace, is_primary = self._identities.get(pointer or "", ("", False))
        holder, at, to = node, path, pointer
        children: list[Outline] = []
        while True:
            # A map may name some of its keys.
            children += self.members(holder, at, to)
            if isinstance(holder.get("items"), dict):
                holder, at, to = holder["items"], f"{at}[*]", None if to is None else f"{to}[*]"
            elif isinstance(holder.get("additionalProperties"), dict):
                holder, at, to = holder["additionalProperties"], f"{at}.*", None
            else:
                break
        return Outline(
            name=name,
            path=path,
            pointer=pointer or "",
            type=type_words(node),
            title=str(node.get("title", "")),
            description=str(node.get("description", "")),
            values=_allowed(holder),
            suggested={} if "enum" in holder else _labels(holder.get("meta:enum")),
            rules=list(dict.fromkeys([*_rules(node), *_rules(holder)])),
            example=_example(holder),
            is_required=is_required,
            is_text=node.get("type") == "string",
            namespace=namespace,
            is_primary=is_primary,
            is_deprecated=node.get("meta:status") == "deprecated",
            refers_to=self._references.get(pointer or "", ()),
            source=self._sources.get(path, ""),
            children=children,
        )


def type_words(node: Mapping[str, Any]) -> str:
    """What a resolved field holds, in words: *text*, *list of groups*, *map of texts*."""
    return _words(node, many=0)


def _words(node: Mapping[str, Any], *, many: int) -> str:
    kind = field_type(dict(node))
    if kind == "array":
        return f"{'lists' if many else 'list'} of {_words(node.get('items') or {}, many=1)}"
    if kind == "map":
        rest = node.get("additionalProperties")
        return f"{'maps' if many else 'map'} of {_words(rest if isinstance(rest, dict) else {}, many=1)}"
    if kind == "string" and node.get("format") in _FORMATS:
        return _FORMATS[node["format"]][many]
    return (_MANY if many else _WORDS).get(kind, kind)


def _allowed(node: Mapping[str, Any]) -> Mapping[str, str]:
    labels = _labels(node.get("meta:enum"))
    values = node.get("enum", [node["const"]] if "const" in node else [])
    return {str(value): labels.get(str(value), "") for value in values}


def _labels(labels: Any) -> Mapping[str, str]:
    return {str(value): str(label) for value, label in labels.items()} if isinstance(labels, dict) else {}


def _rules(node: Mapping[str, Any]) -> Iterator[str]:
    for keyword, words in _BOUNDS.items():
        if keyword in node and node[keyword] not in _USUAL_BOUNDS:
            yield words.format(node[keyword])


def _example(node: Mapping[str, Any]) -> str:
    examples = node.get("examples")
    return str(examples[0]) if isinstance(examples, list) and examples else ""
