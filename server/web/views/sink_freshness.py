"""How far each sink is behind, in events and in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from server.observe.freshness import oldest_waiting_ms
from server.observe.status import SinkStatus
from server.ports import EventLog

_TITLES: Mapping[str, str] = MappingProxyType({"lake": "Data lake", "profile": "Profiles"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkFreshness:
    """How far one sink is."""

    name: str
    """Its own."""
    title: str
    """What it is called; one that nobody thought of by its own name."""
    lag: int
    """Processed events that it has not taken yet."""
    behind_seconds: int
    """How long the oldest of them has waited since it was received; 0 when there is none."""


async def sink_freshness(processed: EventLog, sinks: Sequence[SinkStatus], *, now_ms: int) -> Sequence[SinkFreshness]:
    """``sinks``: their names are their consumers'."""
    oldest = await oldest_waiting_ms(processed, [sink.name for sink in sinks])
    found = []
    for sink in sinks:
        since_ms = oldest[sink.name]
        is_behind = sink.lag > 0 and since_ms is not None
        found.append(
            SinkFreshness(
                name=sink.name,
                title=_TITLES.get(sink.name, sink.name),
                lag=sink.lag,
                behind_seconds=max(0, (now_ms - (since_ms or 0)) // 1000) if is_behind else 0,
            )
        )
    return found
