"""What is different between two states of a schema, field by field, in lines for people."""

from collections.abc import Iterator, Mapping

from server.model.json import JsonObject
from server.schema.fields import Field, fields


def field_changes(before: JsonObject, after: JsonObject) -> Iterator[str]:
    """Lines such as ``+ _demo.card string``, ``- web.name``, ``~ _id required``: of two resolved schemas, in the
    fields' order, what is gone at the end. Of an object that came or went, itself and not what is in it.
    """
    was, becomes = _by_path(before), _by_path(after)
    for path, field in becomes.items():
        if path not in was:
            if _parent(path) is None or _parent(path) in was:
                yield f"+ {path} {field.type}"
        elif marks := list(_marks(was[path], field)):
            yield f"~ {path} {', '.join(marks)}"
    for path in was:
        if path not in becomes and (_parent(path) is None or _parent(path) in becomes):
            yield f"- {path}"


def _by_path(schema: JsonObject) -> Mapping[str, Field]:
    return {field.path: field for field in fields(schema)}


def _parent(path: str) -> str | None:
    """The path of the object, list or map that a field is in; None at the top."""
    for suffix in ("[*]", ".*"):
        if path.endswith(suffix):
            return path.removesuffix(suffix)
    return path.rpartition(".")[0] or None


def _marks(before: Field, after: Field) -> Iterator[str]:
    if before.type != after.type:
        yield f"{before.type} is {after.type}"
    for word, was, becomes in (
        ("required", before.required, after.required),
        ("an identity", before.is_identity, after.is_identity),
        ("deprecated", before.is_deprecated, after.is_deprecated),
    ):
        if was != becomes:
            yield word if becomes else f"not {word}"
    if before.suggested.keys() != after.suggested.keys():
        yield "other suggested values"
    if (before.title, before.description) != (after.title, after.description):
        yield "other words"
