"""Which logs there are, and where they are on disk."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path


class Topic(StrEnum):
    """What a log holds."""

    RECEIVED = "received"
    """Events as they came, written by collectors."""
    PROCESSED = "processed"
    """Valid and enriched events, on their way to the sinks."""
    FAILED = "failed"
    """Events that could not be processed, with the reason."""
    REPLAYS = "replays"
    """Failed events to be decided again, written by whoever asks for it."""
    DEAD_LETTERS = "dead-letters"
    """Processed events that a sink will never take."""


def partition_directory(data_dir: Path, topic: Topic, *, partition: int) -> Path:
    """Where this partition's files are, whether they exist or not. Partitions count from 0."""
    return _topic_directory(data_dir, topic) / str(partition)


def partitions(data_dir: Path, topic: Topic) -> Sequence[int]:
    """The partitions that exist, in order; empty when there are none yet."""
    directory = _topic_directory(data_dir, topic)
    if not directory.is_dir():
        return ()
    names = (path.name for path in directory.iterdir() if path.is_dir())
    return sorted(int(name) for name in names if name.isascii() and name.isdigit() and str(int(name)) == name)


def _topic_directory(data_dir: Path, topic: Topic) -> Path:
    return data_dir / "log" / topic.value
