"""Components as the Schema Registry's clients ask for them, by media type (streaming-ingestion 3.1)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.model.json import Json, JsonObject
from server.schema.compose import BUNDLED, JSON_SCHEMA
from server.schema.identifiers import alt_id, public_id
from server.schema.references import references


class Form(StrEnum):
    """How much of a component is told."""

    ID = "xed-id"
    """Its names and title."""
    RAW = "xed"
    """As it is kept, with references."""
    RAW_NO_TEXT = "xed-notext"
    """The same without titles and descriptions."""
    FULL = "xed-full"
    """Resolved."""
    FULL_NO_TEXT = "xed-full-notext"
    """Resolved, without titles and descriptions."""
    FULL_DESCRIBED = "xed-full-desc"
    """Resolved, with the descriptors."""
    DEPRECATED = "xed-deprecatefield"
    """Resolved; the platform marks deprecated fields in this form, we do in all of them."""


FULL_FORMS = (Form.FULL, Form.FULL_NO_TEXT, Form.FULL_DESCRIBED, Form.DEPRECATED)
_NO_TEXT = (Form.RAW_NO_TEXT, Form.FULL_NO_TEXT)
_TEXTS = ("title", "description", "meta:enum")

_TYPE = re.compile(r"application/vnd\.adobe\.(xed[a-z-]*)\+json(?:\s*;\s*version=([0-9]+)(?:\.[0-9]+)?)?")
_ANYTHING = re.compile(r"(\*/\*|application/\*|application/json)?")


class NotAcceptable(ValueError):
    """The Accept header asks for what there is not; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Accept:
    """``form``; ``has_version``: whether the header names the major version that is wanted."""

    form: Form
    has_version: bool


def read_accept(header: str, *, usual: Form) -> Accept:
    """What an Accept header asks for: ``usual`` when it takes anything. Raises NotAcceptable."""
    for part in header.split(","):
        found = _TYPE.fullmatch(part.strip())
        if found and found[1] in list(Form) and found[2] in (None, "1"):
            return Accept(Form(found[1]), found[2] is not None)
        if _ANYTHING.fullmatch(part.partition(";")[0].strip()):
            return Accept(usual, has_version=True)
    names = ", ".join(f"application/vnd.adobe.{form}+json; version=1" for form in Form)
    raise NotAcceptable(f"the Accept header asks for none of {names}")


def summary(document: Mapping[str, Json]) -> JsonObject:
    """A component's names and title."""
    name = public_id(document)
    return {
        "$id": name,
        "meta:altId": alt_id(name),
        "version": document.get("version", "1.0"),
        "title": document.get("title", ""),
    }


def represent(
    document: Mapping[str, Json],
    *,
    form: Form,
    resolved: JsonObject | None,
    known: Mapping[str, Json],
    public: Callable[[str], str],
) -> JsonObject:
    """A component in one form. ``resolved``: for the forms that need it. ``known``: what is told of it besides.

    ``public``: from any id of a component to the one that clients know.
    """
    if form is Form.ID:
        return summary(document)
    kept = {key: value for key, value in document.items() if key not in ("meta:xdmId", "meta:descriptors", BUNDLED)}
    body: JsonObject = _public(kept, public)
    if resolved is not None:
        body = {key: value for key, value in body.items() if key not in ("allOf", "definitions", "$defs", "$ref")}
        shape = {key: value for key, value in resolved.items() if key not in ("$id", "meta:class", "meta:descriptors")}
        body = {**body, **shape, "$schema": JSON_SCHEMA}
        if form is Form.FULL_DESCRIBED:
            body["meta:descriptors"] = resolved.get("meta:descriptors", [])
    name = public_id(document)
    extended = list(dict.fromkeys(public(reference) for reference in references(kept)))
    body |= {
        "$id": name,
        "meta:altId": alt_id(name),
        "type": "object",
        "version": document.get("version", "1.0"),
        "meta:xdmType": "object",
        "meta:extends": extended,
        "meta:abstract": document.get("meta:resourceType") != "schemas",
        "meta:extensible": document.get("meta:resourceType") != "schemas",
        **known,
    }
    return _without_texts(body) if form in _NO_TEXT else body


def _public(node: Json, public: Callable[[str], str]) -> Json:
    if isinstance(node, list):
        return [_public(item, public) for item in node]
    if not isinstance(node, Mapping):
        return node
    return {
        key: _reference(value, public)
        if key in ("$ref", "meta:class") and isinstance(value, str)
        else _public(value, public)
        for key, value in node.items()
    }


def _reference(reference: str, public: Callable[[str], str]) -> str:
    name, mark, pointer = reference.partition("#")
    return f"{public(name) if name else ''}{mark}{pointer}"


def _without_texts(body: JsonObject) -> JsonObject:
    """Titles, descriptions and suggested values left out, of every node; a field may be called `title`."""
    copy: JsonObject = {}
    for key, value in body.items():
        if key in _TEXTS:
            continue
        if key in ("properties", "patternProperties", "definitions") and isinstance(value, Mapping):
            copy[key] = {name: _without_texts(child) for name, child in value.items() if isinstance(child, dict)}
        elif isinstance(value, dict):
            copy[key] = _without_texts(value)
        elif key == "allOf" and isinstance(value, list):
            copy[key] = [_without_texts(part) if isinstance(part, dict) else part for part in value]
        else:
            copy[key] = value
    return copy
