"""The document of a draft. What it says beyond the fields of a form (bounds, patterns, other parts) stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.model.json import Json, JsonObject
from server.schema.draft.check import check_rows, value_of
from server.schema.draft.model import REFERENCE, SHAPES, Draft, DraftField, FieldType
from server.schema.draft.read import is_list, is_shown, own_place, properties_at, reference_of, type_of

# What a form says of a field; everything else in a document is kept.
_SAID = frozenset({"title", "description", "type", "format", "enum", "meta:enum", "examples", "properties", "required"})
_WORDS = ("title", "description")


def document_of(draft: Draft, before: Mapping[str, Json], *, tenant: str) -> JsonObject:
    """The document of a draft. ``before``: as it was kept so far; empty for a new one. Raises DraftRefused."""
    check_rows(draft.fields)
    document: JsonObject = {**before, "title": draft.title, "description": draft.description, "type": "object"}
    if not draft.description:
        document.pop("description")
    if draft.class_id:
        document["meta:class"] = draft.class_id
    if draft.class_ids:
        document["meta:intendedToExtend"] = list(draft.class_ids)
    document["allOf"] = _parts(draft, before)
    if not document["allOf"]:
        document.pop("allOf")
    place = own_place(before, tenant)
    own = properties_at(before, place).get(f"_{tenant}", {})
    group = _group(_trie(draft.fields), own)
    words = {key: own[key] for key in _WORDS if key in own} if own else {"title": "Fields of our own"}
    node = words | group
    # One that is emptied goes; one that was empty is somebody's, and stays.
    is_there = bool(node["properties"]) or (bool(own) and not own.get("properties"))
    return _with(document, place, f"_{tenant}", node if is_there else None)


def _parts(draft: Draft, before: Mapping[str, Any]) -> list[Json]:
    """Those there already in their order, then new ones; parts that are no plain references stay."""
    wanted = [name for name in (draft.class_id, *draft.parts) if name]
    kept = [part for part in before.get("allOf", ()) if _is_kept(reference_of(part), wanted)]
    there = {reference_of(part) for part in kept}
    return [*kept, *({"$ref": name} for name in dict.fromkeys(wanted) if name not in there)]


def _is_kept(reference: str, wanted: Sequence[str]) -> bool:
    return not reference or reference.startswith("#") or reference in wanted


@dataclass(slots=True)
class _Twig:
    """A field while the tree is put together: its row, if any, and what is in it."""

    row: DraftField | None = None
    twigs: dict[str, "_Twig"] = field(default_factory=dict)


def _trie(rows: Sequence[DraftField]) -> _Twig:
    root = _Twig()
    for row in rows:
        twig = root
        for name in row.path.split("."):
            twig = twig.twigs.setdefault(name, _Twig())
        twig.row = row
    return root


def _group(twig: _Twig, before: Mapping[str, Any]) -> JsonObject:
    """A group with its fields. ``before``: the node that was in its place."""
    present = before.get("properties", {})
    node: JsonObject = {key: value for key, value in before.items() if key not in _SAID}
    node["type"] = "object"
    odd = [name for name, child in present.items() if not is_shown(name, child)]
    node["properties"] = {name: present[name] for name in odd}
    node["properties"] |= {name: _node(child, present.get(name, {})) for name, child in twig.twigs.items()}
    required = [name for name in before.get("required", ()) if name in odd]
    required += [name for name, child in twig.twigs.items() if child.row is not None and child.row.is_required]
    return node | ({"required": required} if required else {})


def _node(twig: _Twig, before: Mapping[str, Any]) -> JsonObject:
    row = twig.row or DraftField(path="", type=FieldType.GROUP)
    was_list = is_list(before)
    inner_before = before["items"] if was_list else before
    if row.type != type_of(inner_before) or row.is_list != was_list:
        inner_before = before = {}
    inner = _inner(row, twig, inner_before)
    words = {key: value for key, value in zip(_WORDS, (row.title, row.description), strict=True) if value}
    if not row.is_list:
        return words | inner
    kept = {key: value for key, value in before.items() if key not in (*_SAID, "items")}
    said = {key: value for key, value in inner_before.items() if key in _WORDS}
    return {**words, "type": "array", **kept, "items": said | inner}


def _inner(row: DraftField, twig: _Twig, before: Mapping[str, Any]) -> JsonObject:
    if row.type == FieldType.OTHER:
        return {key: value for key, value in before.items() if key not in _WORDS}
    kept = {key: value for key, value in before.items() if key not in _SAID}
    if row.type.startswith(REFERENCE):
        return kept | {"$ref": row.type.removeprefix(REFERENCE)}
    if row.type == FieldType.GROUP:
        return _group(twig, before)
    node = kept | SHAPES[row.type]
    if row.values:
        if not row.is_open:
            node["enum"] = [value_of(text, row.type) for text, _ in row.values]
        if row.is_open or any(label for _, label in row.values):
            node["meta:enum"] = {text: label or text for text, label in row.values}
    if row.example:
        node["examples"] = [value_of(row.example, row.type)]
    return node


def _with(document: JsonObject, place: Sequence[str], name: str, node: JsonObject | None) -> JsonObject:
    """With that field in its place, or without it. It is required when something in it is: it is only a frame."""
    key, *rest = place
    if rest:
        return {**document, key: _with(document.get(key, {}), rest, name, node)}
    if node is None and name not in document.get(key, {}):
        return document
    properties = {other: field for other, field in document.get(key, {}).items() if other != name or node is not None}
    required = [other for other in document.get("required", ()) if other != name]
    if node is not None:
        properties[name] = node
        required += [name] if node.get("required") else []
    changed = {other: value for other, value in document.items() if other not in (key, "required")}
    return changed | ({key: properties} if properties else {}) | ({"required": required} if required else {})
