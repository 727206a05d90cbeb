"""What HTTP counts, as plain numbers: adding to them costs a request some tens of nanoseconds."""

from collections import Counter
from collections.abc import Iterator

from server.observe import metrics
from server.observe.metrics import Histogram, Sample


class LaneCounts:
    """Of one kind of request. Everything received is stored, refused, failed, or still in flight; nothing is twice."""

    __slots__ = ("body_bytes", "failed", "lane", "received", "refused", "seconds", "stored")

    def __init__(self, lane: str) -> None:
        self.lane = lane
        self.received = 0
        self.stored = 0
        self.body_bytes = 0
        self.refused: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.seconds = Histogram(metrics.BEACON_SECONDS)

    @property
    def in_flight(self) -> int:
        return self.received - self.stored - self.refused.total() - self.failed.total()

    def beacons(self) -> Iterator[Sample]:
        """For a lane of collection."""
        lane = (self.lane,)
        yield Sample(metrics.BEACONS_RECEIVED.name, lane, self.received)
        yield Sample(metrics.BEACONS_STORED.name, lane, self.stored)
        for reason, number in self.refused.items():
            yield Sample(metrics.BEACONS_REFUSED.name, (self.lane, reason), number)
        for reason, number in self.failed.items():
            yield Sample(metrics.BEACONS_FAILED.name, (self.lane, reason), number)
        yield Sample(metrics.BEACONS_IN_FLIGHT.name, lane, self.in_flight)
        yield Sample(metrics.BEACON_BYTES.name, lane, self.body_bytes)
        yield Sample(metrics.BEACON_SECONDS.name, lane, self.seconds.read())

    def requests(self) -> Iterator[Sample]:
        """For any other lane, where an error is the visitor's business alone."""
        yield Sample(metrics.REQUESTS.name, (self.lane,), self.received)
        for reason, number in self.refused.items():
            yield Sample(metrics.REQUESTS_REFUSED.name, (self.lane, reason), number)
        yield Sample(metrics.REQUESTS_IN_FLIGHT.name, (self.lane,), self.in_flight)


class ConnectionCounts:
    """Of the connections of one process. ``cut``: by the limit that closed them. ``loop_lag_seconds``: as last seen."""

    __slots__ = ("cut", "loop_lag_seconds", "open", "opened")

    def __init__(self) -> None:
        self.open = 0
        self.opened = 0
        self.cut: Counter[str] = Counter()
        self.loop_lag_seconds = 0.0

    def samples(self) -> Iterator[Sample]:
        yield Sample(metrics.CONNECTIONS.name, (), self.open)
        yield Sample(metrics.CONNECTIONS_OPENED.name, (), self.opened)
        for reason, number in self.cut.items():
            yield Sample(metrics.CONNECTIONS_CUT.name, (reason,), number)
        yield Sample(metrics.LOOP_LAG.name, (), self.loop_lag_seconds)
