"""What the checking library found, in our words: where, which rule, what to do."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jsonschema_rs

from server.model.json import Json, JsonObject
from server.model.schema import Violation
from server.schema.formats import FORMAT_NAMES, FORMAT_RULES, STRICT_FORMATS

MAX_EXCERPT_CHARS = 100
"""Of one value in a message, which may show two: Violation promises less than 200."""
MAX_OPTIONS = 12
"""Values of an enum that are listed."""
MAX_GUESSED_NAME_CHARS = 64
"""Comparing names takes quadratic time; no field of XDM has a longer one."""

_TYPES: Mapping[str, str] = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def explain(error: jsonschema_rs.ValidationError, schema: JsonObject) -> Iterable[Violation]:
    """The violations in one error of the library: several unknown fields of one object are one error there."""
    kind: Any = error.kind
    match kind.name:
        case "additionalProperties":
            known = _fields_at(schema, error.schema_path)
            for name in kind.unexpected:
                yield Violation(
                    path=pointer([*error.instance_path, name]), keyword=kind.name, message=_unknown(name, known)
                )
        case "required":
            path = pointer([*error.instance_path, kind.property])
            yield Violation(path=path, keyword=kind.name, message=f"the field `{shorten(kind.property)}` is missing")
        case "pattern" if kind.pattern in STRICT_FORMATS.values():
            name = next(name for name, pattern in STRICT_FORMATS.items() if pattern == kind.pattern)
            yield Violation(
                path=pointer(error.instance_path), keyword="format", message=_not_of_format(name, error.instance)
            )
        case _:
            yield Violation(
                path=pointer(error.instance_path), keyword=kind.name, message=_message(kind, error.instance)
            )


def _message(kind: Any, value: Json) -> str:
    match kind.name:
        case "type":
            cure = "; leave the field out when there is no value" if value is None else ""
            return f"expected {' or '.join(_TYPES[name] for name in kind.types)}, found {describe(value)}{cure}"
        case "enum":
            options = ", ".join(f"`{_option(option)}`" for option in kind.options[:MAX_OPTIONS])
            more = ", …" if len(kind.options) > MAX_OPTIONS else ""
            return f"{describe(value)} is none of the allowed values: {options}{more}"
        case "const":
            return f"expected {shorten(_text(kind.expected_value))}, found {describe(value)}"
        case "format":
            return _not_of_format(kind.format, value)
        case "pattern":
            return f"{describe(value)} does not match the pattern {shorten(kind.pattern)}"
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            words = {
                "minimum": "at least",
                "maximum": "at most",
                "exclusiveMinimum": "more than",
                "exclusiveMaximum": "less than",
            }
            return f"expected {words[kind.name]} {kind.limit}, found {shorten(_text(value))}"
        case "multipleOf":
            return f"expected a multiple of {kind.multiple_of}, found {shorten(_text(value))}"
        case "minLength" | "maxLength":
            return f"expected {_bound(kind)} characters, found {len(value)}: {describe(value)}"
        case "minItems" | "maxItems":
            return f"expected {_bound(kind)} items, found {len(value)}"
        case "minProperties" | "maxProperties":
            return f"expected {_bound(kind)} fields, found {len(value)}"
        case "uniqueItems":
            return "an item is in the list more than once"
    return f"{describe(value)} breaks the schema's rule `{kind.name}`"


def _bound(kind: Any) -> str:
    return f"{'at least' if kind.name.startswith('min') else 'at most'} {kind.limit}"


def _not_of_format(name: str, value: Json) -> str:
    rule = FORMAT_RULES.get(name)
    return f"{describe(value)} is not {FORMAT_NAMES.get(name, f'of the format {name}')}" + (f": {rule}" if rule else "")


def _unknown(name: str, known: Sequence[str]) -> str:
    message = f"`{shorten(name)}` is not a field of this schema here"
    guess = _guess(name, known)
    return f"{message}; did you mean `{guess}`?" if guess else message


def _guess(name: str, known: Sequence[str]) -> str | None:
    if len(name) > MAX_GUESSED_NAME_CHARS:
        return None
    plain = name.rpartition(":")[2].lstrip("@_").lower()
    same = next((field for field in known if field.lstrip("_").lower() == plain), None)
    return same or next(iter(difflib.get_close_matches(name, known, n=1)), None)


def _fields_at(schema: JsonObject, schema_path: Sequence[str | int]) -> Sequence[str]:
    """Names of the fields of the object whose ``additionalProperties`` the path points at."""
    node: Any = schema
    for token in schema_path[:-1]:
        node = node[token]
    return list(node.get("properties", ()))


def describe(value: Json) -> str:
    """A value for a message: what it is, and as much of it as is of use."""
    match value:
        case None:
            return "null"
        case bool():
            return f"the boolean {_text(value)}"
        case int() | float():
            return f"the number {shorten(_text(value))}"
        case str():
            return f"the string {shorten(_text(value))}"
        case list():
            return f"a list of {len(value)}"
    return "an object"


def shorten(text: str) -> str:
    """At most MAX_EXCERPT_CHARS of it, saying that there is more."""
    return text if len(text) <= MAX_EXCERPT_CHARS else f"{text[: MAX_EXCERPT_CHARS - 1]}…"


def _option(value: Json) -> str:
    return shorten(value if isinstance(value, str) else _text(value))


def _text(value: Json) -> str:
    # Cut before it is written out: a value may have megabytes.
    return json.dumps(value[: MAX_EXCERPT_CHARS + 1] if isinstance(value, str) else value, ensure_ascii=False)


def pointer(path: Sequence[str | int]) -> str:
    """The JSON pointer (RFC 6901) of a path of keys and indexes."""
    return "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in path)


def document_order(document: Json, path: str) -> tuple[int, ...]:
    """A key that sorts a document's pointers as a reader meets them; what is missing comes after what is there."""
    order: list[int] = []
    value = document
    for token in path.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        # The validator may leave members without a name out of a path: they are gone through.
        while isinstance(value, dict) and name not in value and "" in value:
            order.append(list(value).index(""))
            value = value[""]
        if isinstance(value, dict) and name in value:
            order.append(list(value).index(name))
            value = value[name]
        elif isinstance(value, list) and name.isdigit():
            order.append(int(name))
            value = value[int(name)]
        else:
            order.append(len(value) if isinstance(value, dict | list) else 0)
            break
    return tuple(order)
