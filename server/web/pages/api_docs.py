"""The description of our own API, for people: what `/api/openapi.json` says, as a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.web.api.v1.routes import description
from server.web.services import ConsoleState
from server.web.templating import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedParameter:
    """Something in the address or a header."""

    name: str
    """What it is called there."""
    place: str
    """path, query or header."""
    about: str
    """What it is for."""
    kind: str
    """Its type, with what it is limited to."""
    is_required: bool
    """Without it the request is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedOperation:
    """One method of one address."""

    name: str
    """For programs that are generated."""
    method: str
    """Of HTTP."""
    path: str
    """The address, with its parameters in braces."""
    about: str
    """What it does."""
    who: str
    """Which accounts may."""
    parameters: Sequence[DescribedParameter]
    takes: str
    """Name of the body's schema; empty for no body."""
    gives: str
    """Name of the answer's schema; empty for a document of a format of its own."""
    refusals: Sequence[tuple[str, str]]
    """(status code, words)."""
    curl: str
    """A command that calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedSchema:
    """The shape of a body."""

    name: str
    """What descriptions of operations call it."""
    about: str
    """What it is; empty where nothing is said."""
    json: str
    """The JSON Schema, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDocsPage:
    """Context of templates/api/docs.html."""

    template: ClassVar[str] = "api/docs.html"
    section: ClassVar[str] = ""

    groups: Mapping[str, Sequence[DescribedOperation]]
    schemas: Sequence[DescribedSchema]


def routes(templates: Templates) -> Sequence[Route]:
    """``api-docs``."""

    async def show(request: Request[ConsoleState]) -> Response:
        return templates.render(request, docs_page(description(), base_url=request.state["services"].base_url))

    return (Route("/api/docs", show, name="api-docs"),)


def docs_page(document: JsonObject, *, base_url: str) -> ApiDocsPage:
    """``document``: OpenAPI."""
    groups: dict[str, list[DescribedOperation]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            described = _operation(method.upper(), path, operation, base_url)
            groups.setdefault(operation["tags"][0], []).append(described)
    schemas = [
        DescribedSchema(
            name=name,
            about=schema.get("description", ""),
            json=msgspec.json.format(
                msgspec.json.encode({key: value for key, value in schema.items() if key != "description"}), indent=2
            ).decode(),
        )
        for name, schema in document["components"]["schemas"].items()
    ]
    return ApiDocsPage(groups=groups, schemas=schemas)


def _operation(method: str, path: str, operation: JsonObject, base_url: str) -> DescribedOperation:
    done, *refusals = operation["responses"].items()
    return DescribedOperation(
        name=operation["operationId"],
        method=method,
        path=path,
        about=operation["summary"],
        who=operation["description"],
        parameters=[_parameter(each) for each in operation["parameters"]],
        takes=_schema_name(operation.get("requestBody", {})),
        gives=_schema_name(done[1]),
        refusals=[(status, told["description"]) for status, told in refusals],
        curl=_curl(method, f"{base_url}{path}", has_body="requestBody" in operation, operation=operation),
    )


def _parameter(parameter: JsonObject) -> DescribedParameter:
    schema = parameter["schema"]
    limits = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    values = ", ".join(schema.get("enum", []))
    return DescribedParameter(
        name=parameter["name"],
        place=parameter["in"],
        about=parameter["description"],
        kind=" ".join([schema["type"], *limits]) + (f": {values}" if values else ""),
        is_required=parameter["required"],
    )


def _schema_name(told: Mapping[str, Any]) -> str:
    schema: Mapping[str, str] = told.get("content", {}).get("application/json", {}).get("schema", {})
    if not schema:
        return ""
    return schema.get("$ref", "property file").rpartition("/")[2]


def _curl(method: str, url: str, *, has_body: bool, operation: JsonObject) -> str:
    parts = ["curl", *(["-X", method] if method not in ("GET", "POST") else []), f"'{url}'"]
    parts += ["-H 'Authorization: Bearer TOKEN'"]
    parts += [
        f"-H '{each['name']}: …'" for each in operation["parameters"] if each["in"] == "header" and each["required"]
    ]
    parts += ["-H 'Content-Type: application/json' -d @body.json"] if has_body else []
    return " ".join(parts)
