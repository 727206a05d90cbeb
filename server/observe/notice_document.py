"""A notice as it is sent: in the shape of the platform's notifications, with what is ours below `heliograph`. Pure.

It holds numbers and names, and nothing of any event: its receiver need not be somebody who may see personal data.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from server.model.dataset import DatasetId
from server.model.json import JsonObject
from server.model.outcome import FailureReason
from server.model.subscription import EventCode
from server.observe.batches import BatchName
from server.observe.notices import Notice, hour_of
from server.observe.runs import FlowRun

_FAILURES = (EventCode.LAKE_FAILURE, EventCode.PROFILE_FAILURE, EventCode.IDENTITY_FAILURE, EventCode.RUN_FAILURE)

_RUNS = (EventCode.RUN_SUCCESS, EventCode.RUN_FAILURE)


class Names(NamedTuple):
    """Of this installation, and of what it has, by id. ``base_url``: the console's."""

    org_id: str
    sandbox: str
    base_url: str
    connections: Mapping[str, str]
    datasets: Mapping[str, str]


def subject_of(notice: Notice, names: Names) -> str:
    """What it says, in a sentence."""
    dataset = names.datasets.get(notice.way.dataset, notice.way.dataset) or "an unknown dataset"
    connection = names.connections.get(notice.way.connection, notice.way.connection) or "an unknown connection"
    where, when = f"for {dataset} by {connection}", _hour(notice.start_ms)
    events = f"{notice.affected:,} event{'' if notice.affected == 1 else 's'} {where}"
    match notice.code:
        case EventCode.LAKE_SUCCESS | EventCode.RUN_SUCCESS:
            return f"{events} came in, {when}."
        case EventCode.PROFILE_SUCCESS | EventCode.IDENTITY_SUCCESS:
            return f"{events} are in profiles, {when}."
        case EventCode.LAKE_FAILURE | EventCode.RUN_FAILURE:
            return f"{events} failed, {when}."
        case EventCode.PROFILE_FAILURE | EventCode.IDENTITY_FAILURE:
            return f"{events} will never be in profiles, {when}."
        case EventCode.ERROR_RATE:
            share = round(100 * notice.affected / max(1, notice.numbers.received))
            return f"{share} % of {notice.numbers.received:,} events {where} failed, {when}."
        case EventCode.STOPPED:
            return f"Nothing came {where} since {_moment(notice.start_ms)}."
        case EventCode.RESUMED:
            return f"Something comes again {where}, since {_moment(hour_of(notice.end_ms))}."
        case EventCode.TEST:
            return "A test: notifications of Heliograph arrive here."


def notice_document(
    notice: Notice,
    names: Names,
    *,
    event_id: str,
    now_ms: int,
    run: JsonObject | None,
    title: Callable[[FailureReason], str],
) -> JsonObject:
    """``run``: of what is about a flow run. ``title``: of a reason for failing, in a word or two."""
    ingestion_id = _ingestion_id(notice)
    event: JsonObject = {
        **(run or {}),
        "xdm:ingestionId": ingestion_id,
        "xdm:customerIngestionId": ingestion_id,
        "xdm:imsOrg": names.org_id,
        "xdm:completed": min(notice.end_ms, now_ms),
        "xdm:datasetId": notice.way.dataset,
        "xdm:eventCode": notice.code.value,
        "xdm:sandboxName": names.sandbox,
        "sentTime": str(now_ms),
        "processStartTime": notice.start_ms,
        "transformedTime": min(notice.end_ms, now_ms),
        "header": {
            "_adobeio": {
                "imsOrgId": names.org_id,
                "providerMetadata": "aep_observability_catalog_events",
                "eventCode": "platform_event",
            }
        },
        "heliograph": _ours(notice, names, now_ms=now_ms, title=title),
    }
    return {"event_id": event_id, "event": event}


def _ours(notice: Notice, names: Names, *, now_ms: int, title: Callable[[FailureReason], str]) -> JsonObject:
    way, numbers = notice.way, notice.numbers
    return {
        "subject": subject_of(notice, names),
        "connection": {"id": way.connection, "name": names.connections.get(way.connection, "")},
        "dataset": {"id": way.dataset, "name": names.datasets.get(way.dataset, "")},
        "flowId": way.flow,
        "from": _iso(notice.start_ms),
        "to": _iso(notice.end_ms),
        "isOver": notice.end_ms <= now_ms,
        "affected": notice.affected,
        "received": numbers.received,
        "ingested": numbers.ingested,
        "failed": numbers.failed,
        "skipped": numbers.skipped,
        "repaired": numbers.repaired,
        "reasons": [
            {"code": code, "title": title(FailureReason(code)) if code in list(FailureReason) else code, "count": count}
            for code, count in sorted(notice.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        "consoleUrl": _console_url(notice, names),
    }


def _ingestion_id(notice: Notice) -> str:
    """The platform's name of what it is about: a run's, or a batch's."""
    if notice.code in _RUNS:
        return FlowRun(notice.way, notice.start_ms, notice.numbers).id
    if not notice.way.dataset:
        return ""
    is_failed = notice.code is EventCode.LAKE_FAILURE
    return str(BatchName(DatasetId(notice.way.dataset), hour_of(notice.start_ms), is_failed=is_failed))


def _console_url(notice: Notice, names: Names) -> str:
    if notice.code in _FAILURES or notice.code is EventCode.ERROR_RATE:
        return f"{names.base_url}/failed?{urlencode({'dataset': notice.way.dataset})}"
    asked = {"connection": notice.way.connection, "dataset": notice.way.dataset}
    return f"{names.base_url}/monitoring?{urlencode(asked)}"


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _hour(start_ms: int) -> str:
    start = datetime.fromtimestamp(start_ms / 1000, UTC)
    return f"{start:%Y-%m-%d} between {start:%H:%M} and {(start.hour + 1) % 24:02d}:00 UTC"
