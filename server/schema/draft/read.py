"""The draft of a document that is kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from server.model.json import Json
from server.schema.draft.model import (
    MAX_NAME_CHARS,
    REFERENCE,
    SHAPES,
    WITH_EXAMPLE,
    WITH_VALUES,
    Draft,
    DraftField,
    FieldType,
)

_NAME = re.compile(rf"[A-Za-z_][A-Za-z0-9_]{{0,{MAX_NAME_CHARS - 1}}}")


def draft_of(document: Mapping[str, Any], *, tenant: str) -> Draft:
    """What a form shows of a document."""
    class_id = str(document.get("meta:class", ""))
    names = [name for part in document.get("allOf", ()) if (name := reference_of(part))]
    own = properties_at(document, own_place(document, tenant)).get(f"_{tenant}", {})
    return Draft(
        title=str(document.get("title", "")),
        description=str(document.get("description", "")),
        class_id=class_id,
        parts=tuple(name for name in names if name != class_id and not name.startswith("#")),
        class_ids=tuple(map(str, list_of(document, "meta:intendedToExtend"))),
        fields=tuple(_rows(own, "")),
    )


def own_place(document: Mapping[str, Any], tenant: str) -> Sequence[str]:
    """The keys that lead to the properties that the tenant's name is in: at the top, or, as clients of the platform
    write it, in one of the ``definitions``.
    """
    definitions = document.get("definitions")
    names = definitions if isinstance(definitions, Mapping) else ()
    places = [("properties",), *(("definitions", name, "properties") for name in names)]
    return next((place for place in places if f"_{tenant}" in properties_at(document, place)), places[0])


def properties_at(document: Mapping[str, Any], place: Sequence[str]) -> Mapping[str, Any]:
    node: Any = document
    for key in place:
        node = node.get(key, {}) if isinstance(node, Mapping) else {}
    return node if isinstance(node, Mapping) else {}


def _rows(node: Mapping[str, Any], prefix: str) -> Iterator[DraftField]:
    required = node.get("required", ())
    for name, outer in node.get("properties", {}).items():
        if not is_shown(name, outer):
            continue
        path = f"{prefix}.{name}" if prefix else name
        inner = outer["items"] if is_list(outer) else outer
        type_ = type_of(inner)
        labels = inner.get("meta:enum")
        labels = labels if isinstance(labels, Mapping) else {}
        values = inner.get("enum", list(labels)) if type_ in WITH_VALUES else ()
        yield DraftField(
            path=path,
            type=type_,
            title=str(outer.get("title", "")),
            description=str(outer.get("description", "")),
            values=tuple((str(value), _label(labels, str(value))) for value in values),
            example=_as_text(next(iter(list_of(inner, "examples")), "")) if type_ in WITH_EXAMPLE else "",
            is_list=is_list(outer),
            is_required=name in required,
            is_open=bool(labels) and "enum" not in inner,
        )
        if type_ == FieldType.GROUP:
            yield from _rows(inner, path)


def _as_text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def reference_of(part: Json) -> str:
    """The id that a part of ``allOf`` refers to; empty for one that is no reference."""
    reference = part.get("$ref") if isinstance(part, Mapping) else None
    return reference if isinstance(reference, str) else ""


def list_of(node: Mapping[str, Any], keyword: str) -> Sequence[Json]:
    """What a keyword lists that nobody has checked; nothing where it is no list."""
    value = node.get(keyword)
    return value if isinstance(value, list) else ()


def _label(labels: Mapping[str, Any], value: str) -> str:
    """Empty where it only says the value again."""
    label = str(labels.get(value, ""))
    return "" if label == value else label


def is_shown(name: str, node: Json) -> bool:
    """Whether a form has a row for a field; others stay as they are."""
    return is_plain(name) and isinstance(node, Mapping)


def is_plain(name: str) -> bool:
    """Whether a form can hold the name: a path is made of such names and dots."""
    return _NAME.fullmatch(name) is not None


def is_list(node: Mapping[str, Any]) -> bool:
    return node.get("type") == "array" and isinstance(node.get("items"), dict)


def type_of(node: Mapping[str, Any]) -> str:
    if isinstance(node.get("$ref"), str) and "properties" not in node and not node["$ref"].startswith("#"):
        return f"{REFERENCE}{node['$ref']}"
    if "$ref" in node or "allOf" in node:
        return FieldType.OTHER
    rest = node.get("additionalProperties", False)
    if node.get("type", "object" if "properties" in node else "") == "object":
        if rest == {"type": "string"}:
            return FieldType.MAP
        return FieldType.GROUP if rest is False and node.get("meta:xdmType") != "map" else FieldType.OTHER
    plain = {key: node[key] for key in ("type", "format") if key in node}
    return next((name for name, shape in SHAPES.items() if shape == plain), FieldType.OTHER)
