"""Which event logs there are, and the consumers' names in them."""

from pathlib import Path

from server.eventlog.log import FileEventLog
from server.eventlog.topics import Topic, partition_directory, partitions
from server.sinks import SINKS

# Outcomes are written by the core alone: one partition.
OUTCOMES = 0

SINK_NAMES = tuple(SINKS)


def received_partitions(data_dir: Path, *, collectors: int) -> range:
    """Those of the collectors that run, and those that more of them left behind."""
    return range(max([collectors, *(number + 1 for number in partitions(data_dir, Topic.RECEIVED))]))


def open_reader(data_dir: Path, topic: Topic, *, partition: int = OUTCOMES) -> FileEventLog:
    return FileEventLog.open_reader(partition_directory(data_dir, topic, partition=partition))


def open_writer(data_dir: Path, topic: Topic, *, partition: int = OUTCOMES) -> FileEventLog:
    return FileEventLog.open_writer(partition_directory(data_dir, topic, partition=partition))
