"""Batches, hour by hour, and the events of them that failed, as the platform's clients ask for them.

`/data/foundation/catalog/batches…` and `/data/foundation/export/batches/{id}/failed` (streaming-ingestion.md, 1.9, 5).
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

import msgspec
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from server.model.json import Json, JsonObject
from server.model.outcome import FailedEvent, FailureReason
from server.model.schema import SchemaId
from server.observe.batches import BatchName, batches, records_of
from server.observe.failures import Failure, FailureFilter, FailureReader
from server.observe.run_document import failed_files_address
from server.observe.traffic import HOUR_MS, Numbers
from server.schema.codes import coded
from server.schema.errors import SchemaError
from server.schema.registry import Registry
from server.store.configuration import list_datasets
from server.store.tallies import KEEP_MS
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import Builtins, Call, Endpoint, guarded
from server.web.api.errors import ApiError
from server.web.api.managed import whole_number
from server.web.views.failure_texts import reason_explanation
from server.web.views.live_facts import iso
from server.wire.violation_report import report_fault, report_violations

CATALOG = "/data/foundation/catalog/batches"
EXPORT = "/data/foundation/export/batches"

MAX_PAGE = 100
_USUAL_PAGE = 20

# As the platform has it beside its files: nothing is in it.
_DONE = "_SUCCESS"

_SUCCESS, _FAILURE = "success", "failure"


def batch_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    def route(address: str, endpoint: Endpoint, role: Role = Role.VIEWER) -> Route:
        return Route(address, guarded(endpoint, builtins=builtins, limits=limits, role=role), methods=["GET"])

    return [
        route(CATALOG, list_all),
        route(f"{CATALOG}/{{id}}", look_up),
        # Whoever only views is shown no personal data, and these are events as they came.
        route(f"{EXPORT}/{{id}}/failed", failed, Role.EDITOR),
    ]


async def list_all(call: Call) -> Response:
    """``dataSet``, ``status=success`` or ``failure``, ``createdAfter``, ``createdBefore``, ``limit``, ``start``."""
    query = call.request.query_params
    limit = whole_number(call.request, "limit", usual=_USUAL_PAGE, least=1, most=MAX_PAGE)
    start = whole_number(call.request, "start", usual=0, least=0, most=10**8)
    after, before = (_moment(query.get(name), usual) for name, usual in (("createdAfter", -1), ("createdBefore", None)))
    statuses = {_SUCCESS: (False,), _FAILURE: (True,), "failed": (True,), "": (False, True)}
    if query.get("status", "") not in statuses:
        raise ApiError(400, "Invalid request", "`status` is success or failure")
    wanted = [
        (name, numbers)
        for name, numbers in (await _there(call)).items()
        if query.get("dataSet") in (None, name.dataset)
        and name.is_failed in statuses[query.get("status", "")]
        and (after is None or name.start_ms > after)
        and (before is None or name.start_ms < before)
    ]
    wanted.sort(key=lambda pair: (-pair[0].start_ms, str(pair[0])))
    page = wanted[start : start + limit]
    return JSONResponse({str(name): await _told(call, name, numbers) for name, numbers in page})


async def look_up(call: Call) -> Response:
    name, numbers = await _found(call)
    return JSONResponse({str(name): await _told(call, name, numbers)})


async def failed(call: Call) -> Response:
    """The files; with ``path=`` and the name of one what is in it: one event a line, with what is wrong with it."""
    name, _ = await _found(call)
    path = call.request.query_params.get("path")
    if path is None:
        length = 0
        async for line in _lines(call, name):
            length += len(line)
        lengths = {_DONE: 0, _file(name): length} if length else {}
        files = [_listed(call, name, file, size) for file, size in lengths.items()]
        return JSONResponse({"data": files, "_page": {"limit": MAX_PAGE, "count": len(files)}})
    if path == _DONE:
        return Response(media_type="application/x-ndjson")
    if path != _file(name):
        raise ApiError(404, "Not found", f"there is no file {path[:64]!r}: there is {_file(name)}")
    return StreamingResponse(_lines(call, name), media_type="application/x-ndjson")


def _file(name: BatchName) -> str:
    """One a batch: an hour of what failed."""
    return f"part-00000-{UUID(str(name))}-c000.json"


def _listed(call: Call, name: BatchName, file: str, length: int) -> JsonObject:
    address = f"{call.services.base_url}{failed_files_address(name)}?path={file}"
    return {"name": file, "length": str(length), "_links": {"self": {"href": address}}}


def failed_line(failure: Failure, schema: Mapping[str, Json] | None) -> JsonObject:
    """The event as it came, and the platform's two ways to say what is wrong with it.

    ``schema``: resolved; None when it is not known.
    """
    failed, event = failure.failed, failure.failed.event
    is_raw = event is not None and event.ingestion is not None and event.ingestion.is_raw
    document: JsonObject = {} if event is None else dict((event.data or {}) if is_raw else event.xdm)
    xdm = {} if event is None else event.xdm
    return document | {
        "_validationErrors": _nodes(failed, xdm, schema),
        "_errors": {
            "_streamingValidation": coded(failed.violations, xdm),
            "_heliograph": {
                "offset": failure.offset,
                "reason": failed.reason.value,
                "stage": failed.stage,
                "receivedTime": iso(failure.received_ms) if event else None,
            },
        },
    }


def _nodes(failed: FailedEvent, xdm: JsonObject, schema: Mapping[str, Json] | None) -> Sequence[JsonObject]:
    if failed.reason is not FailureReason.SCHEMA_VIOLATION or schema is None or not failed.violations:
        return [report_fault(violation.message) for violation in failed.violations]
    return [report_violations(failed.violations, xdm, schema)]


async def _lines(call: Call, name: BatchName) -> AsyncIterator[bytes]:
    registry = await call.registry()
    schema_id = next(
        (each.schema_id for each in await call.read(list_datasets) if each.id == name.dataset), SchemaId("")
    )
    schema = _resolved(registry, schema_id)
    hour = FailureFilter(dataset_id=name.dataset, since_ms=name.start_ms, until_ms=name.start_ms + HOUR_MS)
    async for piece in FailureReader(call.services.failed).all(hour):
        for each in piece:
            # What failed again is in the batch already, as it failed first.
            if each.failed.origin is None:
                yield msgspec.json.encode(failed_line(each, schema)) + b"\n"


def _resolved(registry: Registry, schema_id: SchemaId) -> Mapping[str, Json] | None:
    try:
        return registry.resolved(schema_id) if schema_id in registry.components else None
    except SchemaError:
        return None


async def _there(call: Call) -> Mapping[BatchName, Numbers]:
    now_ms = call.services.clock_ms()
    return batches(await call.services.tallies.traffic(since_ms=now_ms - KEEP_MS, until_ms=now_ms + 1))


async def _found(call: Call) -> tuple[BatchName, Numbers]:
    name = BatchName.parse(call.part("id"))
    numbers = None if name is None else (await _there(call)).get(name)
    if name is None or numbers is None:
        raise ApiError(404, "Not found", f"there is no batch {call.part('id')[:64]!r}")
    return name, numbers


async def _told(call: Call, name: BatchName, numbers: Numbers) -> JsonObject:
    end_ms = min(name.start_ms + HOUR_MS, call.services.clock_ms())
    records = records_of(name, numbers)
    told: JsonObject = {
        "status": _FAILURE if name.is_failed else _SUCCESS,
        "imsOrg": call.caller.org_id,
        "sandboxName": call.caller.sandbox,
        "relatedObjects": [{"type": "dataSet", "id": name.dataset}],
        "created": name.start_ms,
        "started": name.start_ms,
        "completed": end_ms,
        "updated": end_ms,
        "recordCount": 0 if name.is_failed else records,
        "failedRecordCount": records if name.is_failed else 0,
        "metrics": {
            "startTime": name.start_ms,
            "endTime": end_ms,
            "recordsRead": records,
            "inputRecordCount": records,
            "outputRecordCount": 0 if name.is_failed else records,
            "failedRecordCount": records if name.is_failed else 0,
        },
        "errors": [],
    }
    if name.is_failed:
        reasons = Counter[str]()
        span = await call.services.tallies.failures(since_ms=name.start_ms, until_ms=name.start_ms + HOUR_MS)
        for slot, count in span.items():
            if slot.group.dataset == name.dataset:
                reasons[slot.group.reason] += count.events
        told["errors"] = [
            {"code": reason, "description": reason_explanation(FailureReason(reason)), "recordCount": count}
            for reason, count in sorted(reasons.items())
            if reason in list(FailureReason)
        ]
        told["failedBatchLocation"] = failed_files_address(name)
        told["_links"] = {"failed": {"href": failed_files_address(name)}}
    return told


def _moment(text: str | None, usual: int | None) -> int | None:
    if text is None:
        return usual
    if not text.isdecimal() or len(text) > 15:
        raise ApiError(400, "Invalid request", f"{text[:40]!r} is no time: milliseconds since the epoch")
    return int(text)
