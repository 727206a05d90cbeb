"""What stands before a collector's applications: limits of connections and requests, and what they count."""

import resource
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

from server.observe.metrics import Sample
from server.observe.metrics_http import ConnectionCounts
from server.settings import Settings
from server.web.collect.asgi import ASGIApp
from server.web.limits.buckets import Buckets
from server.web.limits.lanes import LaneLimits, Lanes, Rates
from server.web.limits.layer import Limits
from server.web.limits.proxies import TrustedProxies
from server.web.limits.refusals import Answers
from server.web.limits.watch import ConnectionLimits, Watch

# A sender that was quiet may catch up this much at once: a page's start, a batch job's.
_BURST_SECONDS = 10.0

# Some hundred bytes each: a botnet's addresses are counted one by one, and still cost a few megabytes.
_MOST_ADDRESSES = 65_536
_MOST_NAMES = 4_096

# Ordinary heads have a dozen headers; a page's client hints and a proxy's own make thirty.
_MOST_HEADERS = 100

# For heads that come in pieces, of all connections together: a thousand of the largest.
_PARTIAL_HEAD_BYTES = 33_554_432

# A connection over TLS takes 35 kB, one without 5.
_TLS_WEIGHT = 2

# Of open files, for everything that is no connection: the log, databases, the console's connections.
_OTHER_FILES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One a process. ``proxies``: None when none is trusted."""

    lanes: Lanes
    watch: Watch
    proxies: TrustedProxies | None
    edge_prefixes: tuple[str, ...]
    least_bytes_per_second: int

    def before(self, app: ASGIApp) -> Limits:
        """The application with the limits before it."""
        return Limits(
            app,
            lanes=self.lanes,
            answers=Answers(edge_prefixes=self.edge_prefixes, draw=lambda: secrets.randbelow(1_000) / 1_000),
            proxies=self.proxies,
            least_bytes_per_second=self.least_bytes_per_second,
            body_seconds=self.watch.limits.body_seconds,
        )

    def cannot_store(self) -> bool:
        return self.lanes.cannot_store(time.monotonic())

    def samples(self) -> Iterator[Sample]:
        """What was counted at it."""
        yield from self.lanes.samples()
        yield from self.watch.counts.samples()


def make_door(settings: Settings) -> Door:
    """As the settings say; with fewer connections where the system allows fewer open files."""
    edge_prefixes = tuple(f"/{base}/" for base in settings.edge_base_paths)
    rates = Rates(
        address=_buckets(settings.address_requests_per_second, most_keys=_MOST_ADDRESSES),
        origin=_buckets(settings.origin_requests_per_second, most_keys=_MOST_NAMES),
        inlet=_buckets(settings.inlet_requests_per_second, most_keys=_MOST_NAMES),
    )
    limits = LaneLimits(
        requests_in_flight=settings.requests_in_flight,
        body_bytes_in_flight=settings.body_bytes_in_flight,
        rates=rates,
    )
    most = settings.connections // (_TLS_WEIGHT if settings.tls_certificate else 1)
    connections = ConnectionLimits(
        connections=max(1, min(most, _open_files(most + _OTHER_FILES) - _OTHER_FILES)),
        head_bytes=settings.head_bytes,
        headers=_MOST_HEADERS,
        partial_head_bytes=_PARTIAL_HEAD_BYTES,
        head_seconds=settings.head_seconds,
        body_seconds=settings.body_seconds,
        reader_seconds=settings.reader_seconds,
        keep_alive_seconds=settings.keep_alive_seconds,
    )
    proxies = (
        TrustedProxies(settings.trusted_proxies, header=settings.forwarded_header) if settings.trusted_proxies else None
    )
    return Door(
        lanes=Lanes(limits, edge_prefixes=edge_prefixes),
        watch=Watch(connections, ConnectionCounts(), monotonic=time.monotonic),
        proxies=proxies,
        edge_prefixes=edge_prefixes,
        least_bytes_per_second=settings.body_bytes_per_second,
    )


def _buckets(per_second: float, *, most_keys: int) -> Buckets | None:
    if per_second == 0:
        return None
    return Buckets(per_second=per_second, burst=max(1.0, per_second * _BURST_SECONDS), most_keys=most_keys)


def _open_files(wanted: int) -> int:
    """Ask the system for so many; how many there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
