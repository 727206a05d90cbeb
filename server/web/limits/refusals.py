"""What is said to those that are turned away, in the shape that their protocol knows, and how it is counted."""

import uuid
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from server.web.collect.asgi import Headers
from server.web.collect.cors import cors_headers
from server.wire.edge import encode_problem
from server.wire.errors import RATE_LIMITED, UNAVAILABLE, UNEXPECTED, Unconfigured

_INGESTION_TYPE = "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet"

_PROBLEM: Headers = [(b"content-type", b"application/problem+json"), (b"x-content-type-options", b"nosniff")]
_JSON: Headers = [(b"content-type", b"application/json"), (b"x-content-type-options", b"nosniff")]
_PLAIN: Headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]

# Who comes back at the same moment as everybody else finds the same crowd: the wait is drawn from 1 to 3 seconds.
_LEAST_RETRY_SECONDS = 1
_RETRY_SPREAD_SECONDS = 3

# Up to here the rest of a body is taken and thrown away, and the connection kept; beyond it is closed (lingering.py).
_MAX_DRAINED_BYTES = 65_536

_REASONS = {
    0: "client_gone",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method",
    408: "too_slow",
    411: "length_required",
    413: "too_large",
    415: "unsupported_type",
    422: "unprocessable",
    429: "rate",
}


class Refusal(NamedTuple):
    """``reason``: as counted. ``wait_seconds``: until it is worth while to come again; 0 for soon."""

    reason: str
    status: int
    detail: str
    wait_seconds: float = 0.0

    @classmethod
    def rate(cls, kind: str, wait_seconds: float) -> "Refusal":
        return cls(
            f"rate_{kind}", 429, f"too many requests from this {kind}: send fewer, or more at a time", wait_seconds
        )


IN_FLIGHT = Refusal("in_flight", 503, "too many requests are being answered: try again shortly")
BODY_BYTES = Refusal("body_bytes", 503, "too many bytes are being received: try again shortly")
BUSY = Refusal("busy", 503, "more comes than can be answered in time: try again shortly")

_OTHER = "malformed"

ONE_HOST = Refusal(_OTHER, 400, "A request has one header Host.")

# All that there are, beside what endpoints say themselves (docs/reference/metrics.md).
REFUSED_REASONS = frozenset(
    {
        IN_FLIGHT.reason,
        BODY_BYTES.reason,
        BUSY.reason,
        "rate_address",
        "rate_origin",
        "rate_inlet",
        *_REASONS.values(),
        _OTHER,
    }
)


FAILED_REASONS = frozenset({"unavailable", "error", UNEXPECTED.reason})


def failed_reason(status: int) -> str:
    """How it is counted that an endpoint could not do what it was asked for."""
    return "unavailable" if status == 503 else "error"


def refused_reason(status: int) -> str:
    """How an endpoint's own refusal is counted; ``status`` 0: nobody waited for it."""
    return _REASONS.get(status, _OTHER)


class Answers:
    """``draw``: a random number in [0, 1). ``edge_prefixes``: paths that begin with one are the edge protocol's."""

    def __init__(self, *, edge_prefixes: tuple[str, ...], draw: Callable[[], float]) -> None:
        self._edge_prefixes = edge_prefixes
        self._draw = draw

    def answer(self, method: str, path: str, given: Mapping[bytes, bytes], refusal: Refusal) -> tuple[Headers, bytes]:
        """Headers and body; browsers may read both, whichever page they are on: nothing in it is of the datastream.

        ``given``: the request's headers.
        """
        headers = [(b"retry-after", b"%d" % self._retry_seconds(refusal))]
        if not _is_short(method, given.get(b"content-length")):
            headers.append((b"connection", b"close"))
        if path.startswith(self._edge_prefixes):
            headers += cors_headers(given.get(b"origin", b"").decode("latin-1")) + _PROBLEM
            return headers, _edge_problem(refusal)
        if path.startswith("/collection/"):
            headers += cors_headers(given.get(b"origin", b"").decode("latin-1")) + _JSON
            return headers, _ingestion_problem(refusal)
        return headers + _PLAIN, f"{refusal.detail[:1].upper()}{refusal.detail[1:]}.\n".encode()

    def _retry_seconds(self, refusal: Refusal) -> int:
        spread = int(self._draw() * _RETRY_SPREAD_SECONDS)
        return max(_LEAST_RETRY_SECONDS, int(refusal.wait_seconds + 0.999)) + spread


def _is_short(method: str, content_length: bytes | None) -> bool:
    """Whether what is still to come of the body may be waited for."""
    if content_length is None:
        return method in ("GET", "HEAD", "OPTIONS")
    return content_length.isdigit() and int(content_length) <= _MAX_DRAINED_BYTES


def _edge_problem(refusal: Refusal) -> bytes:
    code = UNAVAILABLE if refusal.status == 503 else RATE_LIMITED
    return encode_problem(Unconfigured(code, refusal.detail), request_id=str(uuid.uuid4()))


def _ingestion_problem(refusal: Refusal) -> bytes:
    title = "Service Unavailable" if refusal.status == 503 else "Too Many Requests"
    return msgspec.json.encode(
        {"type": _INGESTION_TYPE, "status": refusal.status, "title": title, "report": {"message": refusal.detail}}
    )
