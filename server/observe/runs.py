"""Flow runs: what came by a dataflow in an hour. Nothing of a run is kept: the numbers are in the traffic."""

import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.observe.traffic import HOUR_MS, Numbers, Slot, Way

# Any namespace of our own (RFC 9562, 5.5); changing it would give every run another id.
_RUNS = uuid.UUID("5d5f4a0e-6a84-5c0c-9a37-1c8f0f0a4f11")


class FlowRun(NamedTuple):
    """``start_ms``: of the hour. ``way``: of which the flow is never empty."""

    way: Way
    start_ms: int
    numbers: Numbers

    @property
    def id(self) -> str:
        """A UUID; the same whenever it is asked for."""
        return str(uuid.uuid5(_RUNS, f"{self.way.flow}/{self.way.dataset}/{self.start_ms}"))

    @property
    def end_ms(self) -> int:
        return self.start_ms + HOUR_MS


def flow_runs(traffic: Mapping[Slot, Numbers]) -> Sequence[FlowRun]:
    """All of them, the newest first."""
    hours: dict[tuple[int, Way], Numbers] = {}
    for slot, numbers in traffic.items():
        if slot.way.flow:
            key = slot.start_ms - slot.start_ms % HOUR_MS, slot.way
            hours[key] = hours.get(key, Numbers()).plus(numbers)
    return [FlowRun(way, start_ms, hours[start_ms, way]) for start_ms, way in sorted(hours, reverse=True)]
