"""Events that never reach the log and are nobody's mistake: withheld at the door, or given up in the browser."""

from collections import Counter
from collections.abc import Iterator, Mapping

from server.observe import metrics
from server.observe.metrics import Sample

# What our snippet reports (LossReason in static/snippet/types.d.ts; a test compares them). Anything else is somebody's
# invention, and would make a label of each request.
LOSS_REASONS = frozenset(
    {
        "consent_overflow",
        "consent_timeout",
        "queue_overflow",
        "queue_timeout",
        "refused",
        "rule_error",
        "rule_overflow",
    }
)

# One report is of one browser, which keeps fifty events; a larger number is no report.
MAX_LOST_EVENTS = 10_000


class EdgeCounts:
    """Of one process. Both are rare: a beacon that is kept counts nothing here."""

    __slots__ = ("_lost", "_withheld")

    def __init__(self) -> None:
        self._withheld: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()

    def withhold(self, reason: str, events: int) -> None:
        """``reason``: why they may not be kept: ``consent_out``, ``consent_pending``, ``gpc`` or ``override``."""
        self._withheld[reason] += events

    def lose(self, lost: Mapping[str, int]) -> None:
        """A browser's report, which may say anything."""
        for reason, events in lost.items():
            if 0 < events <= MAX_LOST_EVENTS:
                self._lost[reason if reason in LOSS_REASONS else "other"] += events

    def samples(self) -> Iterator[Sample]:
        for reason, events in self._withheld.items():
            yield Sample(metrics.EVENTS_WITHHELD.name, (reason,), events)
        for reason, events in self._lost.items():
            yield Sample(metrics.EVENTS_LOST.name, (reason,), events)
