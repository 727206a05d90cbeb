"""What the command `monitor` tells: how much came by which way, what became of it, how fast, and when it came last."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from server.app import world
from server.app.readers import open_database, read_configuration
from server.model.datastream import Configuration
from server.model.json import JsonObject
from server.observe.traffic import OUTCOME, Latency, Numbers, Slot
from server.settings import Settings
from server.store.tallies import SqliteTallies
from server.web.views.monitoring_view import GROUPINGS, RANGES, Only, WayRow, monitoring

_SINKS = {"lake": "lake", "profile": "profile"}


def monitor(settings: Settings, *, range_name: str, by: str) -> JsonObject:
    """``range_name``: of RANGES; ``by``: of GROUPINGS. Counted up to two seconds ago. Raises NoInstallation."""
    open_database(settings).close()
    now_ms, chosen = world.clock_ms(), RANGES[range_name]
    span = chosen.span(now_ms)
    traffic, latencies = asyncio.run(_read(settings, since_ms=span.start_ms, until_ms=span.end_ms))
    view = monitoring(traffic, latencies, chosen, now_ms=now_ms, sinks=_SINKS, only=Only(), by=GROUPINGS[by])
    names = _names(read_configuration(settings))
    return {
        "since": _text(span.start_ms),
        "until": _text(now_ms),
        "total": _numbers(view.total),
        "rows": [_row(row, names) for row in view.ways],
        "notListed": view.more_ways,
    }


async def _read(
    settings: Settings, *, since_ms: int, until_ms: int
) -> tuple[Mapping[Slot, Numbers], Mapping[Latency, int]]:
    tallies = SqliteTallies(settings.data_dir / "tallies.db")
    try:
        span = {"since_ms": since_ms, "until_ms": until_ms}
        return await tallies.traffic(**span), await tallies.latencies(**span)
    finally:
        await tallies.close()


def _names(known: Configuration) -> Mapping[str, str]:
    """Of connections, dataflows and datasets, by id."""
    return {
        **{str(each.id): each.name for each in known.datastreams.values()},
        **{str(each.id): each.name for each in known.inlets.values()},
        **{str(flow.id): flow.name for inlet in known.inlets.values() for flow in inlet.flows},
        **{str(each.id): each.name for each in known.datasets.values()},
    }


def _row(row: WayRow, names: Mapping[str, str]) -> JsonObject:
    stages = (OUTCOME, *_SINKS)
    return {
        **{part: {"id": value, "name": names.get(value, "")} for part, value in row.way._asdict().items() if value},
        **_numbers(row.numbers),
        "latency95": {stage: most or None for stage, most in zip(stages, row.most, strict=True)},
        "lastReceived": _text(row.last_ms) if row.last_ms else None,
    }


def _numbers(numbers: Numbers) -> JsonObject:
    return {
        "received": numbers.received,
        "ingested": numbers.ingested,
        "skipped": numbers.skipped,
        "failed": numbers.failed,
        "repaired": numbers.repaired,
        "warned": numbers.warned,
    }


def _text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
