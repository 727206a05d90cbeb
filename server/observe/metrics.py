"""Every metric, declared once. What counts is elsewhere: plain numbers in each process, read only when somebody asks.

Names are ``heliograph_<what>_<unit>[_total]`` in base units; labels are few and closed (a reason, a sink, never an id).
docs/reference/metrics.md explains each; a test compares the two.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec


class Metric(NamedTuple):
    """``labels``: their names, beside ``process``, which every metric has. ``edges``: of a histogram, in its unit."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()


class Distribution(msgspec.Struct, frozen=True, array_like=True):
    """A histogram's reading. ``counts``: for each edge what was up to it and above the one before; last: above all."""

    counts: tuple[int, ...]
    sum: float


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """One reading. ``labels``: the values, in the order of the metric's names."""

    metric: str
    labels: tuple[str, ...]
    value: float | Distribution


class Histogram:
    """Counts by size. Where it is fed is hot: two list operations."""

    __slots__ = ("_counts", "_edges", "_sum")

    def __init__(self, metric: Metric) -> None:
        self._edges = metric.edges
        self._counts = [0] * (len(metric.edges) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        self._counts[bisect_left(self._edges, value)] += 1
        self._sum += value

    def read(self) -> Distribution:
        return Distribution(tuple(self._counts), self._sum)


# From a beacon that waits for no disk to one that waited for a stalled one, in seconds.
_ANSWER_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

# One sync takes a tenth of a millisecond on a fast disk, and seconds on one in trouble.
_SYNC_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5)

BEACONS_RECEIVED = Metric(
    "heliograph_beacons_received_total", "counter", "Requests to collection endpoints whose head came.", ("lane",)
)
BEACONS_STORED = Metric(
    "heliograph_beacons_stored_total",
    "counter",
    "Beacons answered with success: every event of theirs that had to be stored is durable.",
    ("lane",),
)
BEACONS_REFUSED = Metric(
    "heliograph_beacons_refused_total",
    "counter",
    "Beacons turned away, with nothing stored: what was wrong with them, or why there was no room.",
    ("lane", "reason"),
)
BEACONS_FAILED = Metric(
    "heliograph_beacons_failed_total",
    "counter",
    "Beacons that could not be stored for a reason of ours.",
    ("lane", "reason"),
)
BEACONS_IN_FLIGHT = Metric("heliograph_beacons_in_flight", "gauge", "Beacons received and not yet answered.", ("lane",))
BEACON_BYTES = Metric("heliograph_beacon_bytes_total", "counter", "Bytes of beacons' bodies, as they came.", ("lane",))
BEACON_SECONDS = Metric(
    "heliograph_beacon_seconds",
    "histogram",
    "From a beacon's head to its answer.",
    ("lane",),
    edges=_ANSWER_SECONDS,
)
BODY_BYTES_IN_FLIGHT = Metric(
    "heliograph_body_bytes_in_flight", "gauge", "Bytes of bodies of beacons that are not yet answered."
)
REQUESTS = Metric("heliograph_requests_total", "counter", "Requests other than beacons.", ("lane",))
REQUESTS_REFUSED = Metric(
    "heliograph_requests_refused_total",
    "counter",
    "Requests other than beacons that were turned away for lack of room.",
    ("lane", "reason"),
)
REQUESTS_IN_FLIGHT = Metric(
    "heliograph_requests_in_flight", "gauge", "Requests other than beacons that are not yet answered.", ("lane",)
)
RATE_LIMIT_KEYS = Metric(
    "heliograph_rate_limit_keys", "gauge", "Addresses, origins and inlets whose rate is being counted.", ("kind",)
)
CONNECTIONS = Metric("heliograph_connections", "gauge", "Open connections.")
CONNECTIONS_OPENED = Metric("heliograph_connections_opened_total", "counter", "Connections accepted.")
CONNECTIONS_CUT = Metric(
    "heliograph_connections_cut_total", "counter", "Connections closed by a limit, not by either side.", ("reason",)
)
LOG_SYNC_SECONDS = Metric(
    "heliograph_log_sync_seconds",
    "histogram",
    "How long the disk took for a sync of the topic's files: of a group of appends, and now and then of an offset.",
    ("topic",),
    edges=_SYNC_SECONDS,
)
LOG_SYNC_FAILED = Metric(
    "heliograph_log_sync_failed_total",
    "counter",
    "Syncs that failed: what they were of was refused.",
    ("topic",),
)
EVENTS_RECEIVED = Metric("heliograph_events_received_total", "counter", "Events in the log: durable, acknowledged.", ())
EVENTS_PROCESSED = Metric("heliograph_events_processed_total", "counter", "Events with the outcome processed.", ())
EVENTS_FAILED = Metric("heliograph_events_failed_total", "counter", "Events with the outcome failed.", ())
EVENTS_FAILED_BY_REASON = Metric(
    "heliograph_events_failed_by_reason_total",
    "counter",
    "Events with the outcome failed, since this process started.",
    ("reason",),
)
EVENTS_WITHHELD = Metric(
    "heliograph_events_withheld_total",
    "counter",
    "Events that were not kept because their visitor, or their page, did not want it.",
    ("reason",),
)
EVENTS_LOST = Metric(
    "heliograph_events_lost_total", "counter", "Events that browsers report to have given up.", ("reason",)
)
MESSAGES_TAKEN = Metric(
    "heliograph_messages_taken_total", "counter", "Streamed messages that were good enough for the log."
)
MESSAGES_REFUSED = Metric(
    "heliograph_messages_refused_total",
    "counter",
    "Streamed messages that their sender was told are none.",
    ("reason",),
)
EVENTS_WAITING = Metric("heliograph_events_waiting", "gauge", "Events received that have no outcome yet.")
SINK_LAG = Metric("heliograph_sink_lag_events", "gauge", "Processed events that the sink has not finished.", ("sink",))
LOOP_LAG = Metric(
    "heliograph_event_loop_lag_seconds", "gauge", "How late the event loop came to its last regular look."
)
MEMORY = Metric("heliograph_process_resident_memory_bytes", "gauge", "Resident memory.")
CPU = Metric("heliograph_process_cpu_seconds_total", "counter", "Processor time, user and system.")
STARTED = Metric("heliograph_process_start_time_seconds", "gauge", "When the process started, since the epoch.")
OPEN_FILES = Metric("heliograph_process_open_fds", "gauge", "Open file descriptors.")
UP = Metric("heliograph_process_up", "gauge", "1 for a process that answered when it was asked for its numbers.")

METRICS: Sequence[Metric] = tuple(value for value in list(globals().values()) if isinstance(value, Metric))
