"""A schema as text for a terminal."""

from collections.abc import Mapping

from server.model.json import Json, JsonObject
from server.schema.fields import Field, fields


def render_schema(document: Mapping[str, Json], resolved: JsonObject) -> str:
    """Title, id, what it is made of, and a line for each field: path, type, and what else is to be known."""
    lines = [str(document.get("title", "")), str(document["$id"])]
    if document.get("description"):
        lines.append(str(document["description"]))
    for keyword, label in (("meta:class", "class"), ("meta:behavior", "behaviour"), ("version", "version")):
        if keyword in document:
            lines.append(f"{label}: {document[keyword]}")
    parts = [part["$ref"] for part in document.get("allOf", ()) if "$ref" in part]
    lines += [f"made of: {part}" for part in parts]
    listed = fields(resolved)
    width = max((len(field.path) for field in listed), default=0)
    return "\n".join([*lines, "", *(f"{field.path:<{width}}  {_about(field)}".rstrip() for field in listed)])


def _about(field: Field) -> str:
    marks = [
        mark
        for mark, applies in (
            ("required", field.required),
            ("identity", field.is_identity),
            ("deprecated", field.is_deprecated),
        )
        if applies
    ]
    return f"{field.type:<10}{' '.join([*marks, field.title])}"
