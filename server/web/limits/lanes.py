"""Which requests share what room, and which of them go first when it gets tight (reliability-security R16 to R18).

Beacons of all kinds share one room, bounded by count and by bytes. Each lane may fill it up to its share: so those that
can come again go first (a sender that asks for a validation), and those that cannot (a page that is closing) go last.
The console has rooms of its own: no beacon can keep an operator out, and no page can keep a beacon out.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from server.observe import metrics
from server.observe.metrics import Sample
from server.observe.metrics_http import LaneCounts
from server.web.limits.buckets import Buckets, address_key, is_loopback
from server.web.limits.refusals import BODY_BYTES, BUSY, IN_FLIGHT, Refusal, failed_reason, refused_reason
from server.web.limits.turn import Turn
from server.wire.ingestion_query import asks_validation

# How full the room may be for a lane to be let in; edge beacons may fill it.
_SHARES = {"edge": 1.0, "single": 0.9, "batch": 0.75, "sync": 0.5}

# What the beacons of one turn of the event loop may take of it: whoever is let in is answered two turns later at the
# latest, and a second is what may pass until then (R16).
_TURN_SECONDS = 0.15

# A live page is one request for as long as it is open, and holds one of the gateway's 100 connections to the console.
_MOST_LIVE_REQUESTS = 48
_MOST_CONSOLE_REQUESTS = 256
_MOST_BUILD_REQUESTS = 4_096

# Balancers ask every few seconds. After this it is worth while to be sent beacons again, to see.
_TROUBLE_SECONDS = 5.0

# Of the console, which streams them on: what is held at a time is bounded by the gateway.
_NO_BODY_LIMIT = 1 << 62
_NO_TURN_LIMIT = float("inf")


class Rates(NamedTuple):
    """How often each sender may send, all lanes together; None where it may as often as it likes."""

    address: Buckets | None = None
    origin: Buckets | None = None
    inlet: Buckets | None = None


_NO_RATES = Rates()


class Names(NamedTuple):
    """By whom a beacon was sent, beside its address; ``""`` for unknown."""

    origin: str
    inlet: str


_NOBODY = Names("", "")


class Room:
    """Requests and body bytes that are in flight now, of all lanes that share it."""

    __slots__ = ("_failed_at", "_stored_at_failure", "body_bytes", "counts", "in_flight", "turn")

    def __init__(self, turn: Turn) -> None:
        self.in_flight = 0
        self.body_bytes = 0
        self.turn = turn
        self.counts: list[LaneCounts] = []
        self._failed_at = float("-inf")
        self._stored_at_failure = 0

    def fail(self, now: float) -> None:
        """One of its beacons could not be stored."""
        self._failed_at = now
        self._stored_at_failure = self._stored()

    def cannot_store(self, now: float) -> bool:
        """Whether one failed just now, and none was stored since.

        One that fails by itself, while others are stored, is no reason to look elsewhere for all of them.
        """
        return now - self._failed_at < _TROUBLE_SECONDS and self._stored() == self._stored_at_failure

    def _stored(self) -> int:
        return sum(counts.stored for counts in self.counts)


class Lane:
    """One kind of request. What :meth:`enter` lets in has to :meth:`leave`, once; what it does not, to be refused."""

    __slots__ = (
        "_by_address",
        "_most_bytes",
        "_most_requests",
        "_most_turn_seconds",
        "_rates",
        "_room",
        "asks_names",
        "counts",
        "is_collection",
    )

    def __init__(
        self,
        name: str,
        room: Room,
        *,
        most_requests: int,
        most_bytes: int = _NO_BODY_LIMIT,
        most_turn_seconds: float = _NO_TURN_LIMIT,
        rates: Rates = _NO_RATES,
        is_collection: bool = False,
    ) -> None:
        self.counts = LaneCounts(name)
        if is_collection:
            room.counts.append(self.counts)
        self.is_collection = is_collection
        self.asks_names = rates.origin is not None or rates.inlet is not None
        self._room = room
        self._most_requests = most_requests
        self._most_bytes = most_bytes
        self._most_turn_seconds = most_turn_seconds
        self._rates = rates
        self._by_address = rates.address

    def enter(self, address: str, now: float, names: Names = _NOBODY) -> Refusal | None:
        """Let it in, or say why not. ``now``: of a clock that never steps back, in seconds.

        ``names``: what else its rate is counted by; only looked at when :attr:`asks_names`.
        """
        room = self._room
        if room.in_flight >= self._most_requests:
            return IN_FLIGHT
        if room.body_bytes >= self._most_bytes:
            return BODY_BYTES
        if now - room.turn.began > self._most_turn_seconds and room.turn.took(self._most_turn_seconds, now):
            return BUSY
        if self._by_address is not None:
            wait_seconds = self._by_address.wait_seconds(address_key(address) if ":" in address else address, now)
            # A proxy on this machine that was not declared sends everybody's beacons from one address.
            if wait_seconds and not is_loopback(address):
                return Refusal.rate("address", wait_seconds)
        if self.asks_names and (refusal := self._over_rate(names, now)) is not None:
            return refusal
        room.in_flight += 1
        self.counts.received += 1
        return None

    def refuse(self, refusal: Refusal) -> None:
        """Count one that was not let in."""
        self.counts.received += 1
        self.counts.refused[refusal.reason] += 1

    def _over_rate(self, names: Names, now: float) -> Refusal | None:
        for kind, buckets, key in zip(Names._fields, self._rates[1:], names, strict=True):
            if key and buckets is not None and (wait_seconds := buckets.wait_seconds(key, now)):
                return Refusal.rate(kind, wait_seconds)
        return None

    def holds(self, size: int) -> bool:
        """So many more bytes of a body are here; whether there is room for what is still to come."""
        self._room.body_bytes += size
        return self._room.body_bytes <= self._most_bytes

    def leave(self, began: float, status: int, *, held: int, reason: str = "") -> None:
        """``began``: :meth:`enter`'s ``now``. ``status``: 0 when the client left. ``held``: all bytes of its body.

        ``reason``: the endpoint's own word for why not, of a closed list.
        """
        counts, room = self.counts, self._room
        room.in_flight -= 1
        room.body_bytes -= held
        counts.body_bytes += held
        now = time.monotonic()
        counts.seconds.add(now - began)
        if 200 <= status < 300:
            counts.stored += 1
        elif status < 500:
            counts.refused[reason or refused_reason(status)] += 1
        else:
            counts.failed[reason or failed_reason(status)] += 1
            room.fail(now)

    def turn_away(self, began: float, refusal: Refusal, *, held: int) -> None:
        """Instead of :meth:`leave`, for one that was let in and then found no room."""
        self._room.in_flight -= 1
        self._room.body_bytes -= held
        self.counts.body_bytes += held
        self.counts.seconds.add(time.monotonic() - began)
        self.counts.refused[refusal.reason] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLimits:
    """Of one process. ``rates``: for every beacon."""

    requests_in_flight: int
    body_bytes_in_flight: int
    rates: Rates


class Lanes:
    """All lanes. ``edge_prefixes``: paths that begin with one are the edge protocol's.

    ``turn``: the event loop's, which beacons have a share of once somebody watches it.
    """

    def __init__(self, limits: LaneLimits, *, edge_prefixes: Sequence[str], turn: Turn | None = None) -> None:
        self.turn = turn or Turn()
        self._beacons = Room(self.turn)
        self._rates = limits.rates
        self._edge_prefixes = (*edge_prefixes, "/pixel/")

        def collection(name: str) -> Lane:
            return Lane(
                name,
                self._beacons,
                most_requests=max(1, int(limits.requests_in_flight * _SHARES[name])),
                most_bytes=max(1, int(limits.body_bytes_in_flight * _SHARES[name])),
                most_turn_seconds=_TURN_SECONDS * _SHARES[name],
                rates=limits.rates,
                is_collection=True,
            )

        self._edge = collection("edge")
        self._single = collection("single")
        self._batch = collection("batch")
        self._sync = collection("sync")
        # Answered without a body and without the disk; counted apart, because they are no beacons.
        self._preflight = Lane("preflight", self._beacons, most_requests=limits.requests_in_flight, rates=limits.rates)
        self._builds = Lane("builds", Room(self.turn), most_requests=_MOST_BUILD_REQUESTS)
        self._live = Lane("live", Room(self.turn), most_requests=_MOST_LIVE_REQUESTS)
        self.other = self._console = Lane("console", Room(self.turn), most_requests=_MOST_CONSOLE_REQUESTS)

    def find(self, method: str, path: str, query_string: bytes) -> Lane | None:
        """The lane of a request; None for what is let in however full it is: who asks how it is must be answered."""
        if path.startswith(self._edge_prefixes):
            return self._edge if method != "OPTIONS" else self._preflight
        if path.startswith("/collection/"):
            if method == "OPTIONS":
                return self._preflight
            if path.startswith("/collection/batch/"):
                return self._batch
            return self._sync if asks_validation(query_string) else self._single
        if path.startswith("/tags/"):
            return self._builds
        if path.startswith("/health/") or path == "/metrics":
            return None
        return self._live if path == "/live/events" else self._console

    def cannot_store(self, now: float) -> bool:
        """Whether beacons are lost on this process just now (reliability-security R8)."""
        return self._beacons.cannot_store(now)

    def samples(self) -> Iterator[Sample]:
        for lane in (self._edge, self._single, self._batch, self._sync):
            yield from lane.counts.beacons()
        for lane in (self._preflight, self._builds, self._live, self._console):
            yield from lane.counts.requests()
        yield Sample(metrics.BODY_BYTES_IN_FLIGHT.name, (), self._beacons.body_bytes)
        for kind, buckets in zip(Rates._fields, self._rates, strict=True):
            if buckets is not None:
                yield Sample(metrics.RATE_LIMIT_KEYS.name, (kind,), len(buckets))
