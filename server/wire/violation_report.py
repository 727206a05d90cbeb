"""What validation found, as the platform's synchronous validation reports it (streaming-ingestion.md, 1.8).

The platform's report is the tree that a widely used Java validator makes: one violation is a node; two or more below
one value are wrapped in a node that counts them; and values are called by their Java classes. Our validator names the
place and the rule that was broken; what else the report says is looked up there, in the document and in the schema.
"""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from server.model.json import Json, JsonObject
from server.model.schema import Violation
from server.model.xdm import value_at

# "After five errors the service stops examining that message."
MAX_REPORTED = 5

# Of a value in a message: the platform shows all of it, which helps nobody.
_MAX_VALUE_CHARACTERS = 200

_DATE_TIME_FORMS = (
    "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}Z, "
    "yyyy-MM-dd'T'HH:mm:ss[+-]HH:mm, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}[+-]HH:mm]"
)
_FORMAT_NAMES: Mapping[str, str] = MappingProxyType(
    {"email": "email address", "uri": "URI", "ipv4": "ipv4 address", "ipv6": "ipv6 address"}
)
_TYPE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "string": "String",
        "number": "Number",
        "integer": "Integer",
        "boolean": "Boolean",
        "object": "JSONObject",
        "array": "JSONArray",
        "null": "Null",
    }
)

# Rules that the report says of the object, not of the field that is missing or too many.
_OF_THE_OBJECT = frozenset({"required", "additionalProperties"})


class _Found(NamedTuple):
    """One violation at its value. ``place``: the path into the document; ``node``: the report's own node of it."""

    place: tuple[str, ...]
    node: JsonObject


def report_violations(violations: Sequence[Violation], document: JsonObject, schema: Mapping[str, Json]) -> JsonObject:
    """The root node of the report; at least one violation is needed. ``schema``: resolved, as it was compiled."""
    found = [_found(violation, document, schema) for violation in violations[:MAX_REPORTED]]
    return _tree(found, (), schema)


def report_fault(message: str) -> JsonObject:
    """A node for what is wrong with the message around the entity."""
    return _node("#", "#", message)


def _found(violation: Violation, document: JsonObject, schema: Mapping[str, Json]) -> _Found:
    path = tuple(token.replace("~1", "/").replace("~0", "~") for token in violation.path.split("/")[1:])
    place = path[:-1] if violation.keyword in _OF_THE_OBJECT else path
    location, field = _field_at(schema, place)
    message = _message(violation, path, value_at(document, place), field)
    return _Found(place, _node(location, _fragment(place), message) | {"keyword": violation.keyword})


def _node(location: str, pointer: str, message: str) -> JsonObject:
    return {"schemaLocation": location, "pointerToViolation": pointer, "message": message, "causingExceptions": []}


def _tree(found: Sequence[_Found], place: tuple[str, ...], schema: Mapping[str, Json]) -> JsonObject:
    if len(found) == 1:
        return found[0].node
    depth = len(place)
    nodes = [each.node for each in found if len(each.place) == depth]
    below: dict[str, list[_Found]] = {}
    for each in found:
        if len(each.place) > depth:
            below.setdefault(each.place[depth], []).append(each)
    nodes += [_tree(several, (*place, token), schema) for token, several in below.items()]
    if len(nodes) == 1:
        return nodes[0]
    wrapper = _node(_field_at(schema, place)[0], _fragment(place), f"{len(found)} schema violations found")
    return wrapper | {"causingExceptions": nodes}


def _fragment(tokens: Sequence[str]) -> str:
    return "#" + "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


def _field_at(schema: Mapping[str, Json], place: Sequence[str]) -> tuple[str, Mapping[str, Json]]:
    """Where in the schema the value's rules are, and the rules."""
    node: Any = schema
    steps: list[str] = []
    for token in place:
        properties = node.get("properties", {})
        if token in properties:
            step: tuple[str, ...] = ("properties", token)
        elif "items" in node:
            step = ("items",)
        else:
            step = ("additionalProperties",)
        steps += step
        for name in step:
            node = node.get(name, {})
        if not isinstance(node, Mapping):
            node = {}
    return _fragment(steps), node


def _message(violation: Violation, path: Sequence[str], value: Json, field: Mapping[str, Json]) -> str:
    rule = field.get(violation.keyword)
    match violation.keyword:
        case "type":
            return f"expected type: {_expected(rule)}, found: {_java_class(value)}"
        case "required":
            return f"required key [{path[-1]}] not found"
        case "additionalProperties":
            return f"extraneous key [{path[-1]}] is not permitted"
        case "enum":
            return f"{_text(value)} is not a valid enum value"
        case "minLength" | "maxLength":
            return f"expected {violation.keyword}: {rule}, actual: {len(value)}"
        case "pattern":
            return f"string [{_text(value)}] does not match pattern {rule}"
        case "minimum":
            return f"{_text(value)} is not greater or equal to {_text(rule)}"
        case "maximum":
            return f"{_text(value)} is not less or equal to {_text(rule)}"
        case "exclusiveMinimum":
            return f"{_text(value)} is not greater than {_text(rule)}"
        case "exclusiveMaximum":
            return f"{_text(value)} is not less than {_text(rule)}"
        case "multipleOf":
            return f"{_text(value)} is not a multiple of {_text(rule)}"
        case "minItems":
            return f"expected minimum item count: {rule}, found: {len(value)}"
        case "maxItems":
            return f"expected maximum item count: {rule}, found: {len(value)}"
        case "uniqueItems":
            return "array items are not unique"
        case "format" if field.get("format") == "date-time":
            return f"[{_text(value)}] is not a valid date-time. Expected {_DATE_TIME_FORMS}"
        case "format":
            name = str(field.get("format"))
            return f"[{_text(value)}] is not a valid {_FORMAT_NAMES.get(name, name)}"
    # A rule that the platform's report has no words for.
    return violation.message


def _expected(rule: Json) -> str:
    names = rule if isinstance(rule, list) else [rule]
    return " or ".join(_TYPE_NAMES.get(str(name), str(name)) for name in names)


def _java_class(value: Json) -> str:
    match value:
        case None:
            return "Null"
        case bool():
            return "Boolean"
        case int():
            if -(2**31) <= value < 2**31:
                return "Integer"
            return "Long" if -(2**63) <= value < 2**63 else "BigInteger"
        case float():
            return "Double"
        case str():
            return "String"
        case list():
            return "JSONArray"
    return "JSONObject"


def _text(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_VALUE_CHARACTERS else f"{text[: _MAX_VALUE_CHARACTERS - 1]}…"
