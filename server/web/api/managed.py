"""What the Flow Service, mapping sets and the catalog have in common: fields, etags, what a list's address asks for."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import Request

from server.model.json import Json, JsonObject
from server.schema.json_patch import apply_patch
from server.web.api.errors import ApiError
from server.web.services import ConsoleState

MAX_NAME_CHARACTERS = 100
MAX_DESCRIPTION_CHARACTERS = 2_000


def object_of(body: Json) -> JsonObject:
    """Raises ApiError."""
    if not isinstance(body, dict):
        raise ApiError(400, "Invalid request", "send a JSON object")
    return body


def text_in(body: Mapping[str, Json], name: str, *, most: int = MAX_NAME_CHARACTERS, usual: str | None = None) -> str:
    """A text field. ``usual``: where it is left out; None for one that has to be there. Raises ApiError."""
    value = body.get(name, usual)
    if not isinstance(value, str) or len(value) > most or (usual is None and not value.strip()):
        raise ApiError(400, "Invalid request", f"`{name}` is a text of at most {most} characters")
    return value.strip()


def description_in(body: Mapping[str, Json]) -> str:
    return text_in(body, "description", most=MAX_DESCRIPTION_CHARACTERS, usual="")


def etag_of(version: int) -> str:
    """With its quotes, as answers and headers have it."""
    return f'"v{version}"'


def check_if_match(request: Request[ConsoleState], version: int, *, required: bool) -> None:
    """Raises ApiError: 412 when somebody else changed it, 428 where the header has to be there and is not."""
    given = request.headers.get("if-match")
    if given is None:
        if required:
            raise ApiError(428, "Precondition required", "send `If-Match` with the etag that you read")
        return
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in given.split(",")]
    if "*" not in tags and etag_of(version).strip('"') not in tags:
        raise ApiError(412, "Precondition failed", f"it was changed meanwhile: its etag is {etag_of(version)}")


def changed(told: JsonObject, operations: Json, *, changeable: Sequence[str]) -> JsonObject:
    """A document after a JSON Patch. Raises PatchRefused, or ApiError where more changes than ``changeable``.

    ``changeable``: top-level fields.
    """
    after = object_of(apply_patch(told, operations))
    for name in {*told, *after} - set(changeable):
        if told.get(name) != after.get(name):
            raise ApiError(
                400, "Invalid request", f"`{name}` cannot be changed, only {', '.join(changeable)}: make another"
            )
    return after


def page_start(token: str) -> int:
    """Where a ``continuationToken`` says that the page begins. Raises ApiError."""
    try:
        return max(0, int(msgspec.json.decode(base64.urlsafe_b64decode(token), type=int))) if token else 0
    except (ValueError, msgspec.DecodeError):
        raise ApiError(400, "Invalid request", "`continuationToken` is none of ours: take it from `_links`") from None


def page_token(start: int) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(start)).decode()


def whole_number(request: Request[ConsoleState], name: str, *, usual: int, least: int, most: int) -> int:
    """A number in the address. Raises ApiError."""
    text = request.query_params.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise ApiError(400, "Invalid request", f"`{name}` is {text[:40]!r}: make it a number from {least} to {most}")
    return int(text)


def field_at(document: Mapping[str, Any], path: str) -> Any:
    """What a dotted path leads to; None for nothing."""
    found: Any = document
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def schema_ids(components: Mapping[str, JsonObject]) -> frozenset[str]:
    """Of the components, those that are schemas."""
    return frozenset(name for name, document in components.items() if document.get("meta:resourceType") == "schemas")
