"""What the four kinds of things of the Flow Service have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server.model.json import Json, JsonObject
from server.store.history import History
from server.web.api.call import Call
from server.web.api.errors import ApiError
from server.web.api.managed import etag_of

HTTP_API = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"
DATA_LAKE = "c604ff05-7f1a-43c0-8e18-33bf874cb11c"
PLAIN_FLOW = "d8a6f005-7eaf-4153-983e-e8574508b877"
MAPPED_FLOW = "c1a19761-d2c7-4702-b9fa-fe91f0613e81"
"""Clients have these in their code: they are the platform's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """``add``: from what a client sent, the new id. ``replace``: as it is told now, after a JSON Patch."""

    all: Callable[[Connection], Sequence[Any]]
    id_of: Callable[[Any], str]
    tell: Callable[[Call, Connection, Any], JsonObject]
    add: Callable[[Call, Connection, JsonObject], str]
    replace: Callable[[Call, Connection, Any, Json], None]
    remove: Callable[[Connection, Any], None]


def tell_common(call: Call, identifier: str, name: str, *, description: str, history: History) -> JsonObject:
    """What each of them says of itself first."""
    return {
        "id": identifier,
        "createdAt": history.created_ms,
        "updatedAt": history.updated_ms,
        "createdBy": history.created_by,
        "updatedBy": history.updated_by,
        "imsOrgId": call.caller.org_id,
        "sandboxName": call.caller.sandbox,
        "name": name,
        "description": description,
        "version": etag_of(history.version),
        "etag": etag_of(history.version),
    }


def spec_in(body: Mapping[str, Json], name: str, allowed: Sequence[str]) -> str:
    """The id of a specification that a client names. Raises ApiError."""
    given = body.get(name)
    identifier = given.get("id") if isinstance(given, Mapping) else None
    if identifier not in allowed:
        raise ApiError(400, "Invalid request", f"`{name}.id` is {' or '.join(allowed)} here")
    return str(identifier)


def is_enabled(document: Mapping[str, Json]) -> bool:
    """What its ``state`` says. Raises ApiError."""
    state = document.get("state", "enabled")
    if state not in ("enabled", "disabled"):
        raise ApiError(400, "Invalid request", "`state` is enabled or disabled")
    return bool(state == "enabled")
