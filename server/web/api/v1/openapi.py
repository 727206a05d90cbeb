"""The API's description as OpenAPI 3.1, made of its operations."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from server.model.json import JsonObject
from server.web.api.v1.operation import Operation, Parameter

# Of a route: {number:int}.
_CONVERTER = re.compile(r":[a-z]+}")

_PROBLEM = "#/components/schemas/Problem"

IDEMPOTENCY_KEY: JsonObject = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your own, a UUID say. Sent again with the same body within a day, the first answer "
    "comes again and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}

_PROBLEM_SCHEMA: JsonObject = {
    "type": "object",
    "description": "RFC 9457. `detail` says what is wrong and what to do; `report` has every fault of several.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "report": {"type": "object"},
    },
}


def document(operations: Sequence[Operation], *, version: str) -> JsonObject:
    """OpenAPI 3.1. ``version``: of the program."""
    types = {each for operation in operations for each in (operation.takes, operation.gives) if _is_named(each)}
    ordered = sorted(types, key=lambda each: each.__name__)
    _, components = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(_CONVERTER.sub("}", operation.path), {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Heliograph",
            "version": version,
            "description": "What the console does, for programs. `Authorization: Bearer` with an API token; a page of "
            "the console is let in by its session.",
        },
        "security": [{"token": []}],
        "tags": [{"name": group} for group in dict.fromkeys(operation.group for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM_SCHEMA},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _is_named(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)


def _operation(operation: Operation) -> JsonObject:
    told: JsonObject = {
        "operationId": operation.name,
        "tags": [operation.group],
        "summary": operation.about,
        "description": f"For accounts that are {operation.role} or more.",
        "parameters": [_parameter(each) for each in operation.parameters],
        "responses": _responses(operation),
    }
    if operation.method == "POST":
        told["parameters"] = [*told["parameters"], IDEMPOTENCY_KEY]
    if operation.takes is not None:
        told["requestBody"] = {"required": True, "content": _content(operation.takes)}
    return told


def _parameter(parameter: Parameter) -> JsonObject:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.is_required,
        "description": parameter.about,
        "schema": parameter.schema,
    }


def _responses(operation: Operation) -> JsonObject:
    done: JsonObject = {"description": HTTPStatus(operation.status).phrase}
    if operation.gives is not None:
        done["content"] = _content(operation.gives)
    problem = {"application/problem+json": {"schema": {"$ref": _PROBLEM}}}
    refused: Mapping[str, Any] = {
        str(status): {"description": HTTPStatus(status).phrase, "content": problem}
        for status in sorted({401, 403, *operation.refusals})
    }
    return {str(operation.status): done, **refused}


def _content(type_: Any) -> JsonObject:
    schema: JsonObject = {"type": "object"}
    if _is_named(type_):
        schema = {"$ref": f"#/components/schemas/{re.sub(r'[^A-Za-z0-9.-]', '_', type_.__name__)}"}
    return {"application/json": {"schema": schema}}
