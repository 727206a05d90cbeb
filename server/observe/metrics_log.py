"""How long the disk takes to make appends durable. Fed by the log's writer thread, read by the event loop."""

from collections.abc import Iterator

from server.observe import metrics
from server.observe.metrics import Histogram, Sample


class SyncCounts:
    """Of one topic's partition in this process. A group of appends is one sync, however many it is of."""

    __slots__ = ("_topic", "failed", "seconds")

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self.seconds = Histogram(metrics.LOG_SYNC_SECONDS)
        self.failed = 0

    def samples(self) -> Iterator[Sample]:
        yield Sample(metrics.LOG_SYNC_SECONDS.name, (self._topic,), self.seconds.read())
        yield Sample(metrics.LOG_SYNC_FAILED.name, (self._topic,), self.failed)
