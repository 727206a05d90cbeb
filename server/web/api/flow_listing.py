"""Lists of the Flow Service: filtered, sorted, in pages; and looked for by a text."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from server.model.json import JsonObject
from server.web.api.call import Call
from server.web.api.errors import ApiError
from server.web.api.flow_resource import Resource
from server.web.api.managed import field_at, object_of, page_start, page_token, whole_number

MAX_PAGE = 1_000
_USUAL_PAGE = 100
_MAX_QUERY_CHARACTERS = 200

# Where a text is looked for.
_SEARCHED = ("id", "name", "description", "auth.params.inletId", "auth.params.sourceId", "params.dataSetId")


async def list_all(call: Call, resource: Resource) -> Response:
    """``limit``, ``continuationToken``, ``orderby``, ``property=state==enabled``, ``count=true``."""
    query = call.request.query_params
    limit = whole_number(call.request, "limit", usual=_USUAL_PAGE, least=1, most=MAX_PAGE)
    start = page_start(query.get("continuationToken", ""))
    filters = query.getlist("property")
    fitting = await _sorted(call, resource, lambda one: all(_fits(one, each) for each in filters))
    body: JsonObject = {"items": fitting[start : start + limit], "_links": {}}
    if start + limit < len(fitting):
        given = [pair for pair in query.multi_items() if pair[0] != "continuationToken"]
        address = urlencode([*given, ("continuationToken", page_token(start + limit))])
        body["_links"] = {"next": {"href": f"{call.request.url.path}?{address}"}}
    if query.get("count") == "true":
        body["count"] = len(fitting)
    return JSONResponse(body)


async def search(call: Call, resource: Resource) -> Response:
    """``queryString``: a text, in any case, or a filter as of a list; ``limit``. In the body."""
    body = object_of(await call.body())
    wanted, limit = body.get("queryString", ""), body.get("limit", _USUAL_PAGE)
    if not isinstance(wanted, str) or len(wanted) > _MAX_QUERY_CHARACTERS:
        raise ApiError(400, "Invalid request", f"`queryString` is a text of at most {_MAX_QUERY_CHARACTERS} characters")
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MAX_PAGE:
        raise ApiError(400, "Invalid request", f"`limit` is a number from 1 to {MAX_PAGE}")
    is_filter = "==" in wanted or "!=" in wanted
    fits = (lambda one: _fits(one, wanted)) if is_filter else (lambda one: _has(one, wanted))
    found = await _sorted(call, resource, fits)
    return JSONResponse({"items": found[:limit], "_links": {}, "count": len(found)})


async def _sorted(call: Call, resource: Resource, fits: Callable[[JsonObject], bool]) -> Sequence[JsonObject]:
    def work(connection: Connection) -> list[JsonObject]:
        return [resource.tell(call, connection, item) for item in resource.all(connection)]

    fitting = [one for one in await call.read(work) if fits(one)]
    order = call.request.query_params.get("orderby", "")
    if order:
        fitting.sort(key=lambda one: _sort_key(one, order.removeprefix("-")), reverse=order.startswith("-"))
    return fitting


def _has(document: JsonObject, wanted: str) -> bool:
    return any(wanted.casefold() in _text(field_at(document, path) or "").casefold() for path in _SEARCHED)


def _fits(document: JsonObject, filter_: str) -> bool:
    for operator in ("==", "!="):
        path, found, wanted = filter_.partition(operator)
        if found:
            return (_text(field_at(document, path)) == wanted) is (operator == "==")
    raise ApiError(400, "Invalid request", f"`property` is {filter_[:40]!r}: write it as state==enabled")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sort_key(document: JsonObject, path: str) -> tuple[bool, float, str]:
    value = field_at(document, path)
    is_number = isinstance(value, int | float)
    return is_number, float(value) if is_number else 0.0, "" if is_number else str(value)
