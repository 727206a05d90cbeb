"""A flow run as the platform tells it: in `/flowservice/runs`, and in notifications. Pure."""

from collections import Counter
from collections.abc import Callable, Container, Mapping
from typing import NamedTuple

from server.model.dataset import DatasetId
from server.model.json import JsonObject
from server.model.outcome import FailureReason
from server.observe.batches import BatchName
from server.observe.failure_groups import FailureCount, FailureSlot
from server.observe.runs import FlowRun
from server.observe.traffic import HOUR_MS


class RunPlace(NamedTuple):
    """Whose run it is. ``spec_id``: of its dataflow's specification. ``source_id``, ``target_id``: the dataflow's ends;
    empty when it was deleted."""

    org_id: str
    sandbox: str
    spec_id: str
    source_id: str = ""
    target_id: str = ""


Explain = Callable[[FailureReason], str]
"""What a reason for failing means, in words."""


def failed_files_address(name: BatchName) -> str:
    """Where the events of a batch of what failed can be read."""
    return f"/data/foundation/export/batches/{name}/failed"


def run_document(
    run: FlowRun,
    place: RunPlace,
    reasons: Mapping[str, int],
    there: Container[BatchName],
    *,
    now_ms: int,
    explain: Explain,
) -> JsonObject:
    """``reasons``: how many failed for each, repaired or not. ``there``: the batches that hold anything."""
    metrics = run_metrics(run, reasons, there, explain=explain)
    updated_ms = min(run.end_ms, now_ms)
    activity: JsonObject = {
        "id": f"{run.id}-ingestion",
        "name": "Streaming ingestion",
        "updatedAtUTC": updated_ms,
        **metrics,
        "sourceInfo": [{"id": place.source_id, "type": "SourceConnection"}],
        "targetInfo": [
            {
                "id": place.target_id,
                "type": "TargetConnection",
                "reference": {"type": "Batch", "ids": [str(name) for name in _names(run) if name in there]},
            }
        ],
    }
    return {
        "id": run.id,
        "createdAt": run.start_ms,
        "updatedAt": updated_ms,
        "sandboxName": place.sandbox,
        "imsOrgId": place.org_id,
        "flowId": run.way.flow,
        "flowSpec": {"id": place.spec_id, "version": "1.0"},
        "metrics": metrics,
        "activities": [activity],
    }


def run_metrics(
    run: FlowRun, reasons: Mapping[str, int], there: Container[BatchName], *, explain: Explain
) -> JsonObject:
    """The summaries."""
    numbers = run.numbers
    written, failed = numbers.ingested + numbers.repaired, max(0, numbers.failed - numbers.repaired)
    status: JsonObject = {
        "status": "failed" if failed and not written else "success",
        "errors": [
            {"code": reason, "message": f"{count} failed: {explain(FailureReason(reason))}"}
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


def reasons_of(run: FlowRun, failures: Mapping[FailureSlot, FailureCount]) -> Mapping[str, int]:
    """Why events of the run's hour, connection and dataset failed, each with how many.

    An event with several faults stands in several groups, and counts once for each: no reason has more than failed.
    """
    reasons = Counter[str]()
    for slot, count in failures.items():
        if slot.start_ms - slot.start_ms % HOUR_MS == run.start_ms and (
            (slot.group.dataset, slot.group.connection) == (run.way.dataset, run.way.connection)
        ):
            reasons[slot.group.reason] += count.events
    return {reason: min(count, run.numbers.failed) for reason, count in reasons.items()}


def _names(run: FlowRun) -> tuple[BatchName, BatchName]:
    """Of the batches of what was ingested and of what failed."""
    ingested = BatchName(DatasetId(run.way.dataset), run.start_ms, is_failed=False)
    return ingested, ingested._replace(is_failed=True)
