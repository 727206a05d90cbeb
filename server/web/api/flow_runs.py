"""`/data/foundation/flowservice/runs`: what came by each dataflow, hour by hour (streaming-ingestion.md, 5)."""

from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.json import JsonObject
from server.observe.batches import batches
from server.observe.run_document import RunPlace, reasons_of, run_document
from server.observe.runs import flow_runs
from server.store.flows import StoredFlow, list_flows
from server.store.tallies import KEEP_MS
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import Builtins, Call, Endpoint, guarded
from server.web.api.errors import ApiError
from server.web.api.flow_resource import MAPPED_FLOW, PLAIN_FLOW
from server.web.api.managed import field_at, page_start, page_token, whole_number
from server.web.views.failure_texts import reason_explanation

ROOT = "/data/foundation/flowservice/runs"

MAX_PAGE = 1_000
_USUAL_PAGE = 100

_OPERATORS = (">=", "<=", "==", "!=", ">", "<")


def flow_run_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    def route(address: str, endpoint: Endpoint) -> Route:
        return Route(address, guarded(endpoint, builtins=builtins, limits=limits, role=Role.VIEWER), methods=["GET"])

    return [route(ROOT, list_all), route(f"{ROOT}/{{id}}", look_up)]


async def list_all(call: Call) -> Response:
    """``property=flowId==…`` and other comparisons, ``limit``, ``continuationToken``, ``count=true``; newest first."""
    query = call.request.query_params
    limit = whole_number(call.request, "limit", usual=_USUAL_PAGE, least=1, most=MAX_PAGE)
    start = page_start(query.get("continuationToken", ""))
    order = query.get("orderby", "-createdAt")
    if order not in ("-createdAt", "createdAt"):
        raise ApiError(400, "Invalid request", "`orderby` is createdAt or -createdAt")
    told = await _told(call)
    fitting = [one for one in told if all(_fits(one, each) for each in query.getlist("property"))]
    if order == "createdAt":
        fitting.reverse()
    body: JsonObject = {"items": fitting[start : start + limit], "_links": {}}
    if start + limit < len(fitting):
        given = [pair for pair in query.multi_items() if pair[0] != "continuationToken"]
        address = urlencode([*given, ("continuationToken", page_token(start + limit))])
        body["_links"] = {"next": {"href": f"{ROOT}?{address}"}}
    if query.get("count") == "true":
        body["count"] = len(fitting)
    return JSONResponse(body)


async def look_up(call: Call) -> Response:
    wanted = call.part("id")
    found = next((one for one in await _told(call) if one["id"] == wanted), None)
    if found is None:
        raise ApiError(404, "Not found", f"there is no run {wanted[:64]!r}")
    return JSONResponse({"items": [found]})


async def _told(call: Call) -> list[JsonObject]:
    now_ms = call.services.clock_ms()
    flows = {str(stored.flow.id): stored for stored in await call.read(list_flows)}
    span = {"since_ms": now_ms - KEEP_MS, "until_ms": now_ms + 1}
    traffic = await call.services.tallies.traffic(**span)
    failures = await call.services.tallies.failures(**span)
    there = batches(traffic)
    return [
        run_document(
            run,
            _place(call, flows.get(run.way.flow)),
            reasons_of(run, failures),
            there,
            now_ms=now_ms,
            explain=reason_explanation,
        )
        for run in flow_runs(traffic)
    ]


def _place(call: Call, stored: StoredFlow | None) -> RunPlace:
    """``stored``: the run's dataflow; None when that was deleted."""
    place = RunPlace(call.caller.org_id, call.caller.sandbox, spec_id=PLAIN_FLOW)
    if stored is None:
        return place
    return place._replace(
        spec_id=MAPPED_FLOW if stored.flow.mapping_set_id else PLAIN_FLOW,
        source_id=stored.source_id,
        target_id=stored.target_id,
    )


def _fits(document: JsonObject, filter_: str) -> bool:
    found = next(((filter_.partition(each), each) for each in _OPERATORS if each in filter_), None)
    if found is None:
        raise ApiError(400, "Invalid request", f"`property` is {filter_[:40]!r}: write it as flowId==…")
    (path, _, wanted), operator = found
    value = field_at(document, path)
    if operator in ("==", "!="):
        return (str(value) == wanted) is (operator == "==")
    if not wanted.isdecimal() or len(wanted) > 15 or not isinstance(value, int):
        raise ApiError(400, "Invalid request", f"`property` is {filter_[:40]!r}: compare a number, as createdAt>=…")
    return _compare(value, operator, int(wanted))


def _compare(value: int, operator: str, wanted: int) -> bool:
    match operator:
        case ">=":
            return value >= wanted
        case "<=":
            return value <= wanted
        case ">":
            return value > wanted
        case _:
            return value < wanted
