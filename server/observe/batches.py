"""What was streamed, as the platform tells it: a batch an hour and dataset of what was ingested, one of what failed.

Nothing of a batch is kept: its name says which hour of which dataset it is, and the numbers are in the traffic.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from server.model.dataset import DatasetId
from server.observe.traffic import HOUR_MS, Numbers, Slot

_NAME = re.compile(r"([0-9a-f]{24})([0-9a-f]{7})([01])")


class BatchName(NamedTuple):
    """As text 32 hexadecimal digits: the dataset's, the hour since the epoch, and 1 for the batch of what failed."""

    dataset: DatasetId
    start_ms: int
    is_failed: bool

    def __str__(self) -> str:
        return f"{self.dataset}{self.start_ms // HOUR_MS:07x}{int(self.is_failed)}"

    @classmethod
    def parse(cls, text: str) -> "BatchName | None":
        """What ``str`` made of one; None for anything else."""
        match = _NAME.fullmatch(text)
        return None if match is None else cls(DatasetId(match[1]), int(match[2], 16) * HOUR_MS, match[3] == "1")


def batches(traffic: Mapping[Slot, Numbers]) -> Mapping[BatchName, Numbers]:
    """All that hold anything, each with the numbers of its whole hour."""
    hours: dict[tuple[str, int], Numbers] = {}
    for slot, numbers in traffic.items():
        key = slot.way.dataset, slot.start_ms - slot.start_ms % HOUR_MS
        hours[key] = hours.get(key, Numbers()).plus(numbers)
    return {
        name: numbers
        for (dataset, start_ms), numbers in hours.items()
        for name in (BatchName(DatasetId(dataset), start_ms, is_failed) for is_failed in (False, True))
        if dataset and records_of(name, numbers)
    }


def records_of(name: BatchName, numbers: Numbers) -> int:
    """How many events are in this one of the hour's two."""
    return numbers.failed if name.is_failed else numbers.ingested + numbers.repaired
