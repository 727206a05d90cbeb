"""An operation of the API: its name, who may, what it takes and gives. Routes and OpenAPI are made of these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from server.model.json import JsonObject
from server.store.users import Role
from server.web.api.call import Call, Endpoint
from server.web.api.errors import ApiError

ROOT = "/api/v1"

MAX_PAGE = 100
"""Items that one answer holds at most."""

DEFAULT_PAGE = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something in the address or a header. ``place``: path, query or header. ``schema``: JSON Schema of its value."""

    name: str
    place: str
    about: str
    schema: JsonObject
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address.

    ``name``: for programs that are generated, unique. ``about``: a sentence. ``takes``, ``gives``: types of the bodies;
    None for none, ``dict`` for a document of a format of its own. ``refusals``: status codes besides 401 and 403.
    """

    method: str
    path: str
    name: str
    group: str
    about: str
    role: Role
    endpoint: Endpoint
    parameters: Sequence[Parameter] = ()
    takes: Any = None
    gives: Any = None
    status: int = 200
    refusals: Sequence[int] = ()


def path_parameter(name: str, about: str, **schema: Any) -> Parameter:
    return Parameter(name=name, place="path", about=about, schema=schema or {"type": "string"}, is_required=True)


def query_parameter(name: str, about: str, **schema: Any) -> Parameter:
    return Parameter(name=name, place="query", about=about, schema=schema or {"type": "string"})


IF_MATCH = Parameter(
    name="If-Match",
    place="header",
    about="The etag that was read: who has changed it since is not overwritten.",
    schema={"type": "string"},
    is_required=True,
)

PAGE = (
    query_parameter("limit", "How many at most.", type="integer", minimum=1, maximum=MAX_PAGE, default=DEFAULT_PAGE),
    query_parameter("before", "Where the page begins: take it from `next`.", type="integer", minimum=0),
)


async def body_of(call: Call, shape: type[T]) -> T:
    """The request's JSON as ``shape``. Raises ApiError: 400 with the place, 413, 415."""
    kind = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(415, "Unsupported media type", f"send `Content-Type: application/json`, not {kind[:80]!r}")
    given = await call.body()
    try:
        return msgspec.convert(given, shape)
    except msgspec.ValidationError as error:
        raise ApiError(400, "Invalid request", f"the body does not fit: {error}") from None


def answer(told: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(told), status, headers=headers, media_type="application/json")


def next_address(call: Call, *, before: int | None) -> str | None:
    """Where the following page is; None for the last."""
    if before is None:
        return None
    kept = [(name, value) for name, value in call.request.query_params.multi_items() if name != "before"]
    return f"{call.request.url.path}?{urlencode([*kept, ('before', before)])}"
