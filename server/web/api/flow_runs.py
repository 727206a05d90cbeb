"""`/data/foundation/flowservice/runs`: what came by each dataflow, hour by hour (streaming-ingestion.md, 5)."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.dataset import DatasetId
from server.model.json import JsonObject
from server.model.outcome import FailureReason
from server.observe.batches import BatchName, batches
from server.observe.failure_groups import FailureCount, FailureSlot
from server.observe.runs import FlowRun, flow_runs
from server.store.flows import StoredFlow, list_flows
from server.store.tallies import KEEP_MS
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.batches import failed_files_address
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
    return [tell_run(run, flows.get(run.way.flow), failures, there, call=call) for run in flow_runs(traffic)]


def tell_run(
    run: FlowRun,
    stored: StoredFlow | None,
    failures: Mapping[FailureSlot, FailureCount],
    there: Mapping[BatchName, object],
    *,
    call: Call,
) -> JsonObject:
    """One run as the platform shows it. ``stored``: its dataflow; None when that was deleted.

    ``there``: the batches that hold anything.
    """
    reasons = Counter[str]()
    for slot, count in failures.items():
        if slot.start_ms == run.start_ms and slot.group[5:] == (run.way.dataset, run.way.connection):
            reasons[slot.group.reason] += count.events
    metrics = run_metrics(run, reasons, there)
    activity: JsonObject = {
        "id": f"{run.id}-ingestion",
        "name": "Streaming ingestion",
        "updatedAtUTC": _updated_ms(run, call.services.clock_ms()),
        **metrics,
        "sourceInfo": [{"id": "" if stored is None else stored.source_id, "type": "SourceConnection"}],
        "targetInfo": [
            {
                "id": "" if stored is None else stored.target_id,
                "type": "TargetConnection",
                "reference": {"type": "Batch", "ids": [str(name) for name in _names(run) if name in there]},
            }
        ],
    }
    return {
        "id": run.id,
        "createdAt": run.start_ms,
        "updatedAt": _updated_ms(run, call.services.clock_ms()),
        "sandboxName": call.caller.sandbox,
        "imsOrgId": call.caller.org_id,
        "flowId": run.way.flow,
        "flowSpec": {"id": MAPPED_FLOW if stored and stored.flow.mapping_set_id else PLAIN_FLOW, "version": "1.0"},
        "metrics": metrics,
        "activities": [activity],
    }


def run_metrics(run: FlowRun, reasons: Mapping[str, int], there: Mapping[BatchName, object]) -> JsonObject:
    """The summaries. ``reasons``: how many failed for each, repaired or not."""
    numbers = run.numbers
    written, failed = numbers.ingested + numbers.repaired, max(0, numbers.failed - numbers.repaired)
    status: JsonObject = {
        "status": "failed" if failed and not written else "success",
        "errors": [
            {"code": reason, "message": f"{count} failed: {reason_explanation(FailureReason(reason))}"}
            for reason, count in sorted(reasons.items())
            if reason in list(FailureReason)
        ],
    }
    failed_batch = _names(run)[1]
    if failed_batch in there:
        address = failed_files_address(failed_batch)
        status["extensions"] = {"manifest": {"failedRecords": address, "sampleErrors": address}}
    return {
        "durationSummary": {"startedAtUTC": run.start_ms, "completedAtUTC": run.end_ms},
        "latencySummary": {
            "minMs": numbers.least_ms or 0,
            "maxMs": numbers.most_ms or 0,
            "avgMs": numbers.latency_ms // numbers.received if numbers.received else 0,
        },
        "sizeSummary": {"inputBytes": numbers.size_bytes},
        "recordSummary": {
            "inputRecordCount": numbers.received,
            "outputRecordCount": written,
            "createdRecordCount": written,
            "updatedRecordCount": 0,
            "deletedRecordCount": 0,
            "skippedRecordCount": numbers.skipped,
            "failedRecordCount": failed,
            "warningRecordCount": numbers.warned,
            "repairedRecordCount": numbers.repaired,
            "failedInfo": [{"code": reason, "count": count} for reason, count in sorted(reasons.items())],
            "skippedInfo": [{"code": "duplicate", "count": numbers.skipped}] if numbers.skipped else [],
        },
        "fileSummary": {"inputFileCount": 0, "outputFileCount": 0},
        "statusSummary": status,
    }


def _names(run: FlowRun) -> tuple[BatchName, BatchName]:
    """Of the batches of what was ingested and of what failed."""
    ingested = BatchName(DatasetId(run.way.dataset), run.start_ms, is_failed=False)
    return ingested, ingested._replace(is_failed=True)


def _updated_ms(run: FlowRun, now_ms: int) -> int:
    return min(run.end_ms, now_ms)


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
