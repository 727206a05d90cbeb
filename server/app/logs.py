"""Which event logs there are, and the consumers' names in them."""

from pathlib import Path

from server.eventlog.files import OS_FILES, Files
from server.eventlog.log import FileEventLog
from server.eventlog.retention import Retention
from server.eventlog.topics import Topic, partition_directory, partitions
from server.eventlog.writer import WriterLimits
from server.model.replay import REPLAYS_PARTITION
from server.settings import Settings
from server.sinks import SINKS
from server.workers.process import CONSUMER, outcome_mark

# Outcomes are written by the core alone: one partition.
OUTCOMES = 0

SINK_NAMES = tuple(SINKS)

# Sixteenths of event_log_bytes. What fails, is replayed or is taken by no sink is less than what passes, or it is time
# to look into it.
_SHARES = {Topic.RECEIVED: 6, Topic.PROCESSED: 6, Topic.FAILED: 2, Topic.REPLAYS: 1, Topic.DEAD_LETTERS: 1}

# What somebody may still want to repair, and what is known of who did.
_OF_FAILURES = (Topic.FAILED, Topic.REPLAYS, Topic.DEAD_LETTERS)

_DAY_MS = 86_400_000

# Who was the writer before may still be finishing its requests: a child has eight seconds for that (supervisor.py).
_LOCK_TIMEOUT_SECONDS = 10.0


def received_partitions(data_dir: Path, *, collectors: int) -> range:
    """Those of the collectors that run, and those that more of them left behind."""
    return range(max([collectors, *(number + 1 for number in partitions(data_dir, Topic.RECEIVED))]))


def open_reader(data_dir: Path, topic: Topic, *, partition: int = OUTCOMES) -> FileEventLog:
    return FileEventLog.open_reader(partition_directory(data_dir, topic, partition=partition))


def open_partition(
    settings: Settings,
    topic: Topic,
    *,
    partition: int = OUTCOMES,
    files: Files = OS_FILES,
    lock_timeout_seconds: float = _LOCK_TIMEOUT_SECONDS,
) -> FileEventLog:
    """As its one writer, which also removes what has been kept long enough. Raises LogLocked while there is another."""
    return FileEventLog.open_writer(
        partition_directory(settings.data_dir, topic, partition=partition),
        files=files,
        limits=WriterLimits(segment_bytes=settings.event_log_segment_bytes),
        retention=retention_of(settings, topic),
        lock_timeout_seconds=lock_timeout_seconds,
    )


def retention_of(settings: Settings, topic: Topic) -> Retention:
    """What each partition of this topic keeps, and whom it waits for."""
    received = received_partitions(settings.data_dir, collectors=settings.collector_processes)
    marks = tuple(outcome_mark(number) for number in (*received, REPLAYS_PARTITION))
    consumers: dict[Topic, tuple[str, ...]] = {
        Topic.RECEIVED: (CONSUMER,),
        Topic.PROCESSED: (*SINK_NAMES, *marks),
        Topic.FAILED: marks,
        Topic.REPLAYS: (CONSUMER,),
        Topic.DEAD_LETTERS: (),
    }
    is_received = topic is Topic.RECEIVED
    return Retention(
        consumers=consumers[topic],
        keep_bytes=settings.event_log_bytes * _SHARES[topic] // 16 // (len(received) if is_received else 1),
        keep_ms=(settings.failed_days if topic in _OF_FAILURES else settings.event_log_days) * _DAY_MS,
        # Nothing new is taken in long before what is there cannot be finished any more.
        reserve_bytes=settings.event_log_reserve_bytes // (1 if is_received else 2),
    )
