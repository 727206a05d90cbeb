"""So many in any span of time, by key: stricter than a token bucket, which lets twice as many through at first."""

from collections import OrderedDict, deque


class SlidingWindow:
    """At most ``most`` takes a key within any ``span_ms``; of keys, the ``most_keys`` that were used last."""

    def __init__(self, *, most: int, span_ms: int, most_keys: int) -> None:
        self._most = most
        self._span_ms = span_ms
        self._most_keys = most_keys
        self._taken: OrderedDict[str, deque[int]] = OrderedDict()

    def wait_ms(self, key: str, now_ms: int) -> int:
        """Take one: 0. When there is none, how long until there is. ``now_ms``: of a clock that never steps back."""
        if self._most == 0:
            return self._span_ms
        taken = self._taken.setdefault(key, deque(maxlen=self._most))
        self._taken.move_to_end(key)
        if len(self._taken) > self._most_keys:
            self._taken.popitem(last=False)
        if len(taken) == self._most and now_ms - taken[0] < self._span_ms:
            return taken[0] + self._span_ms - now_ms
        taken.append(now_ms)
        return 0
