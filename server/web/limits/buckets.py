"""Token buckets, one a key, in a table that cannot grow without bound (reliability-security I19)."""

import ipaddress
from functools import lru_cache

# Of the table, when it overflows and every bucket in it is in use: the oldest go, so that the next overflow is far.
_EVICTED_SHARE = 0.25

_CACHED_NETWORKS = 4_096


class Buckets:
    """``per_second``: how fast a bucket fills. ``burst``: how many it holds. ``most_keys``: how many there are.

    A bucket is one number, the moment at which it is full again: one that is full need not be kept at all.
    """

    def __init__(self, *, per_second: float, burst: float, most_keys: int) -> None:
        self._token_seconds = 1.0 / per_second
        # With one token left it lacks burst - 1 of being full; half a token more, as rounding shall refuse nobody.
        self._most_seconds = (burst - 0.5) / per_second
        self._most_keys = most_keys
        self._full_at: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._full_at)

    def wait_seconds(self, key: str, now: float) -> float:
        """Take a token: 0.0; when there is none, how long until there is. ``now``: of a clock that never steps back."""
        full_at = self._full_at.get(key)
        if full_at is None:
            if len(self._full_at) >= self._most_keys:
                self._evict(now)
            full_at = now
        elif full_at < now:
            full_at = now
        elif full_at - now > self._most_seconds:
            return full_at - now - self._most_seconds
        self._full_at[key] = full_at + self._token_seconds
        return 0.0

    def _evict(self, now: float) -> None:
        """Full ones first, which costs nobody anything; else those that came first."""
        kept = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
        excess = len(kept) - int(self._most_keys * (1.0 - _EVICTED_SHARE))
        if excess > 0:
            kept = dict(list(kept.items())[excess:])
        self._full_at = kept


def address_key(address: str) -> str:
    """An IPv4 address itself; of IPv6 the /64, which is what one subscriber has."""
    return address if ":" not in address else _network(address)


def is_loopback(address: str) -> bool:
    """Whether this is the machine itself, or a proxy on it that was not declared."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


@lru_cache(maxsize=_CACHED_NETWORKS)
def _network(address: str) -> str:
    try:
        ip = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((ip.packed[:8] + bytes(8), 64)))
