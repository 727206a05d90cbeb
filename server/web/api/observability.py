"""`/data/infrastructure/observability/insights/metrics`: numbers over time, asked for as the platform's clients do.

The names are the platform's; what it has no name for is called `timeseries.heliograph.…` (docs/reference/metrics.md).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

import msgspec
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.json import Json, JsonObject
from server.observe.failure_groups import FailureCount, FailureSlot
from server.observe.series import (
    Point,
    Series,
    Wanted,
    batch_points,
    delivered_points,
    latest,
    numbers_points,
    quantiles,
    series,
    violation_points,
)
from server.observe.traffic import HOUR_MS, MINUTE_MS, OUTCOME, Latency, Numbers, Slot, Way, dead_letters
from server.store.configuration import list_datasets
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import Builtins, Call, guarded

ADDRESS = "/data/infrastructure/observability/insights/metrics"

MAX_METRICS = 20
MAX_VALUES = 1_000
MAX_INTERVALS = 10_000
"""Of one series: a week of minutes."""

INTERVALS_MS: Mapping[str, int] = MappingProxyType(
    {
        "MINUTE": MINUTE_MS,
        "FIVE_MINUTE": 5 * MINUTE_MS,
        "FIFTEEN_MINUTE": 15 * MINUTE_MS,
        "HOUR": HOUR_MS,
        "DAY": 24 * HOUR_MS,
    }
)


class Known(NamedTuple):
    """All numbers of the time that is asked for. ``profiled``, ``identified``: datasets that feed those."""

    traffic: Mapping[Slot, Numbers]
    latencies: Mapping[Latency, int]
    failures: Mapping[FailureSlot, FailureCount]
    profiled: frozenset[str]
    identified: frozenset[str]


Read = Callable[[Known], Iterable[Point]]

ReadSeries = Callable[[Known, Wanted, int], Series]
"""Of what is not put together by adding: what is asked for as ``aggregator`` and ``downsample`` does not matter."""


def _count(value: Callable[[Numbers], float]) -> Read:
    return lambda known: numbers_points(known.traffic, value)


def _batches(value: Callable[[Numbers], float]) -> Read:
    return lambda known: batch_points(known.traffic, value)


def _broken(*keywords: str) -> Read:
    return lambda known: violation_points(known.failures, keywords)


def _profiles(datasets: Callable[[Known], frozenset[str]], stage: str = "profile") -> Read:
    """What the profile sink was done with, of the datasets that it is for."""
    return lambda known: (
        point for point in delivered_points(known.latencies, stage) if point.way.dataset in datasets(known)
    )


def _profile_batches(known: Known) -> Iterable[Point]:
    """1 for each hour of a dataset of which profiles took anything."""
    hours = {
        (latency.slot.start_ms - latency.slot.start_ms % HOUR_MS, latency.slot.way.dataset)
        for latency in known.latencies
        if latency.stage == "profile" and latency.slot.way.dataset in known.profiled
    }
    return (Point(start_ms, Way("", "", dataset), 1.0) for start_ms, dataset in sorted(hours))


def _latency(stage: str, share: float) -> ReadSeries:
    return lambda known, wanted, interval_ms: quantiles(
        known.latencies, wanted, stage=stage, share=share, interval_ms=interval_ms
    )


def _written(numbers: Numbers) -> int:
    return numbers.ingested + numbers.repaired


_INLET = "timeseries.data.collection.inlet.total.messages"
_CATEGORY = "timeseries.data.collection.validation.category"
_DATASET = "timeseries.ingestion.dataset"
_OURS = "timeseries.heliograph.events"

METRICS: Mapping[str, Read] = MappingProxyType(
    {
        f"{_INLET}.received": _count(lambda numbers: numbers.received),
        f"{_INLET}.size.received": _count(lambda numbers: numbers.size_bytes),
        f"{_CATEGORY}.presence.count": _broken("required"),
        f"{_CATEGORY}.type.count": _broken("type"),
        f"{_CATEGORY}.range.count": _broken("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        f"{_CATEGORY}.format.count": _broken("format"),
        f"{_CATEGORY}.pattern.count": _broken("pattern"),
        f"{_CATEGORY}.enum.count": _broken("enum", "const"),
        f"{_DATASET}.size": _count(lambda numbers: numbers.size_bytes if _written(numbers) else 0),
        f"{_DATASET}.dailysize": _count(lambda numbers: numbers.size_bytes if _written(numbers) else 0),
        f"{_DATASET}.batchsuccess.count": _batches(_written),
        f"{_DATASET}.batchfailed.count": _batches(lambda numbers: numbers.failed),
        f"{_DATASET}.recordsuccess.count": _count(_written),
        "timeseries.identity.dataset.recordsuccess.count": _profiles(lambda known: known.identified),
        "timeseries.identity.dataset.recordfailed.count": _profiles(
            lambda known: known.identified, dead_letters("profile")
        ),
        "timeseries.profiles.dataset.batchsuccess.count": _profile_batches,
        "timeseries.profiles.dataset.recordread.count": _profiles(lambda known: known.profiled),
        "timeseries.profiles.dataset.recordsuccess.count": _profiles(lambda known: known.profiled),
        f"{_OURS}.received.count": _count(lambda numbers: numbers.received),
        f"{_OURS}.ingested.count": _count(lambda numbers: numbers.ingested),
        f"{_OURS}.failed.count": _count(lambda numbers: numbers.failed),
        f"{_OURS}.skipped.count": _count(lambda numbers: numbers.skipped),
        f"{_OURS}.repaired.count": _count(lambda numbers: numbers.repaired),
        f"{_OURS}.warned.count": _count(lambda numbers: numbers.warned),
        f"{_OURS}.lake.count": lambda known: delivered_points(known.latencies, "lake"),
        f"{_OURS}.profile.count": lambda known: delivered_points(known.latencies, "profile"),
    }
)

SERIES: Mapping[str, ReadSeries] = MappingProxyType(
    {
        f"{_OURS}.received.latest": lambda known, wanted, interval_ms: latest(
            known.traffic, wanted, interval_ms=interval_ms
        ),
        **{
            f"timeseries.heliograph.latency.{stage}.{name}": _latency(stage, share)
            for stage in (OUTCOME, "lake", "profile")
            for name, share in (("half", 0.5), ("p95", 0.95))
        },
    }
)


class _Filter(msgspec.Struct, frozen=True, rename="camel"):
    name: Literal["dataSetId", "inletId", "flowId"]
    value: str
    group_by: bool = False


class _Metric(msgspec.Struct, frozen=True):
    name: str
    filters: list[_Filter] = []
    aggregator: Literal["sum", "min", "max", "avg", "count"] = "sum"
    downsample: Literal["sum", "min", "max", "avg", "count"] = "sum"


class _Question(msgspec.Struct, frozen=True):
    start: datetime
    end: datetime
    metrics: list[_Metric]
    granularity: Literal["MINUTE", "FIVE_MINUTE", "FIFTEEN_MINUTE", "HOUR", "DAY"] = "HOUR"


class _Refused(Exception):
    """``args``: code and reason."""


def observability_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    endpoint = guarded(ask, builtins=builtins, limits=limits, role=Role.VIEWER)
    return [Route(ADDRESS, endpoint, methods=["POST"])]


async def ask(call: Call) -> Response:
    try:
        question = _checked(await call.body())
    except _Refused as refused:
        return _error(*refused.args)
    interval_ms = INTERVALS_MS[question.granularity]
    known = await _known(call, _ms(question.start), _ms(question.end))
    responses = [
        _answer(metric, known, interval_ms=interval_ms, name=question.granularity) for metric in question.metrics
    ]
    return JSONResponse({"metricResponses": responses, "_page": None, "_links": {}})


def _checked(body: Json) -> _Question:
    try:
        question = msgspec.convert(body, _Question)
    except msgspec.ValidationError as error:
        raise _Refused("INSGHT-1000-400", f"the question cannot be understood: {error}") from None
    unknown = [metric.name for metric in question.metrics if metric.name not in METRICS and metric.name not in SERIES]
    if unknown:
        there = ", ".join((*METRICS, *SERIES))
        raise _Refused("INSGHT-1002-400", f"there is no metric {unknown[0][:100]!r}; there are {there}")
    if not 1 <= len(question.metrics) <= MAX_METRICS:
        raise _Refused("INSGHT-1001-400", f"ask for 1 to {MAX_METRICS} metrics")
    if any(filter_.value.count("|") >= MAX_VALUES for metric in question.metrics for filter_ in metric.filters):
        raise _Refused("INSGHT-1001-400", f"a filter has at most {MAX_VALUES} values")
    length_ms = _ms(question.end) - _ms(question.start)
    if not 0 < length_ms <= MAX_INTERVALS * INTERVALS_MS[question.granularity]:
        raise _Refused("INSGHT-1001-400", f"`end` is after `start`, by at most {MAX_INTERVALS} times the granularity")
    return question


async def _known(call: Call, since_ms: int, until_ms: int) -> Known:
    tallies, span = call.services.tallies, {"since_ms": since_ms, "until_ms": until_ms}
    datasets = await call.read(list_datasets)
    return Known(
        traffic=await tallies.traffic(**span),
        latencies=await tallies.latencies(**span),
        failures=await tallies.failures(**span),
        profiled=frozenset(each.id for each in datasets if each.profile_enabled),
        identified=frozenset(each.id for each in datasets if each.identity_enabled),
    )


def _answer(metric: _Metric, known: Known, *, interval_ms: int, name: str) -> JsonObject:
    group_by = [filter_.name for filter_ in metric.filters if filter_.group_by]
    wanted = Wanted(
        values={filter_.name: frozenset(filter_.value.split("|")) for filter_ in metric.filters},
        group_by=group_by,
        aggregator=metric.aggregator,
        downsample=metric.downsample,
    )
    if metric.name in SERIES:
        found = SERIES[metric.name](known, wanted, interval_ms)
    else:
        found = series(METRICS[metric.name](known), wanted, interval_ms=interval_ms)
    return {
        "metric": metric.name,
        "filters": msgspec.to_builtins(metric.filters),
        "datapoints": [
            {
                "groupBy": dict(zip(group_by, group, strict=True)),
                "dps": {_text(start_ms): float(value) for start_ms, value in points.items()},
            }
            for group, points in found.items()
        ],
        "granularity": name,
    }


def _error(code: str, reason: str) -> Response:
    """The platform's shape of this API's errors."""
    title = "The request cannot be answered"
    return JSONResponse(
        {
            "type": f"https://ns.adobe.com/aep/errors/{code}",
            "title": title,
            "status": 400,
            "detail": reason,
            "report": {"tenantInfo": None, "additionalContext": {"detail": reason}},
            "error-chain": [{"serviceId": "INSGHT", "errorCode": code, "unixTimeStampMs": None, "message": reason}],
        },
        status_code=400,
        media_type="application/problem+json",
    )


def _ms(moment: datetime) -> int:
    """A time without a zone is UTC's."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def _text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
