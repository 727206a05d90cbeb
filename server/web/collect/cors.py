"""Which origins may read an answer: a datastream's list, compared exactly (reliability-security I16)."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from server.web.collect.asgi import Headers
from server.web.collect.exchange import as_lines

# Exposed so that scripts can see them: without Retry-After a client waits its own second (edge-protocol, section 6).
_EXPOSED = b"Retry-After, X-Adobe-Edge, X-Request-ID"

_VARY = (b"vary", b"Origin")

# Scheme, the longest host name there is, and port; what is longer is no browser's, and would fill what is remembered.
_MAX_ORIGIN_CHARACTERS = 300

# What a preflight's answer says beside the origin. Two hours: the longest that Chromium remembers one.
PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"content-type, x-request-id"),
    (b"access-control-max-age", b"7200"),
]


class Cors(NamedTuple):
    """``is_allowed``: whether the origin is one of the datastream's; a request without an origin is.

    ``lines``: the headers as they go over the wire.
    """

    is_allowed: bool
    headers: tuple[tuple[bytes, bytes], ...]
    lines: bytes

    @classmethod
    def of(cls, headers: Headers, *, is_allowed: bool) -> "Cors":
        return cls(is_allowed, tuple(headers), as_lines(headers))


_NOT_ALLOWED = Cors.of([_VARY], is_allowed=False)


def is_allowed(origin: str, allowed: Iterable[str]) -> bool:
    """Whether the list has this origin. ``https://*.shop.example`` stands for every host below, not for itself."""
    for pattern in allowed:
        if pattern in ("*", origin):
            return True
        scheme, separator, host = pattern.partition("://*.")
        if separator and origin.startswith(f"{scheme}://") and origin.endswith(f".{host}"):
            return True
    return False


def cors(origin: str, allowed: tuple[str, ...]) -> Cors:
    """What the list ``allowed`` means for this origin."""
    return _cors(origin, allowed) if len(origin) <= _MAX_ORIGIN_CHARACTERS else _NOT_ALLOWED


# A site's pages all ask the same.
@lru_cache(maxsize=4_096)
def _cors(origin: str, allowed: tuple[str, ...]) -> Cors:
    if not origin:
        return Cors.of([_VARY], is_allowed=True)
    if not is_allowed(origin, allowed):
        return _NOT_ALLOWED
    return Cors.of(cors_headers(origin), is_allowed=True)


def cors_headers(origin: str) -> Headers:
    """For an answer that this origin may read, errors and 204 included; never ``*``, because cookies travel along."""
    if not origin or not origin.isprintable() or not origin.isascii():
        return [_VARY]
    return [
        (b"access-control-allow-origin", origin.encode("ascii")),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", _EXPOSED),
        _VARY,
    ]
