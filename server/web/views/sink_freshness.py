"""How far each sink is: behind, in events and in time; and with one event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from server.model.outcome import Processed
from server.observe.freshness import oldest_waiting_ms
from server.observe.status import SinkStatus
from server.observe.tap import Line
from server.ports import EventLog
from server.web.views.live_facts import Fact

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


async def deliveries(processed: EventLog, sinks: Sequence[SinkStatus], line: Line) -> Sequence[Fact]:
    """How far each sink is with one event. None for what goes to no sink: failed events, and duplicates."""
    if not isinstance(line.outcome, Processed) or line.outcome.duplicate:
        return ()
    done = {sink.name: await processed.committed(sink.name) >= line.offset for sink in sinks}
    return [
        Fact(label=_TITLES.get(name, name), value="written" if is_done else "waiting for its turn")
        for name, is_done in done.items()
    ]


def sink_title(name: str) -> str:
    """What a sink is called; one that nobody thought of by its own name."""
    return _TITLES.get(name, name)


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
                title=sink_title(sink.name),
                lag=sink.lag,
                behind_seconds=max(0, (now_ms - (since_ms or 0)) // 1000) if is_behind else 0,
            )
        )
    return found
