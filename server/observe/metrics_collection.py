"""Messages of streaming ingestion, one by one: a batch is one request, answered with 207 whatever becomes of them."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator

from server.observe import metrics
from server.observe.metrics import Sample


class CollectionCounts:
    """Of one process. Locked, because validation in the request counts from a thread of its own."""

    __slots__ = ("_lock", "_refused", "_taken")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0
        self._refused: Counter[str] = Counter()

    def count(self, *, taken: int, refused: Iterable[str] = ()) -> None:
        """One request's messages. ``refused``: the reason of each that was, of those in wire/ingestion_errors.py."""
        with self._lock:
            self._taken += taken
            self._refused.update(refused)

    def samples(self) -> Iterator[Sample]:
        yield Sample(metrics.MESSAGES_TAKEN.name, (), self._taken)
        for reason, messages in sorted(self._refused.items()):
            yield Sample(metrics.MESSAGES_REFUSED.name, (reason,), messages)
