"""Which origins may read an answer: a datastream's list, compared exactly (reliability-security I16)."""

from collections.abc import Iterable

from server.web.asgi import Headers

# Exposed so that scripts can see them: without Retry-After a client waits its own second (edge-protocol, section 6).
_EXPOSED = b"Retry-After, X-Adobe-Edge, X-Request-ID"

_PREFLIGHT_SECONDS = b"3600"


def is_allowed(origin: str, allowed: Iterable[str]) -> bool:
    """Whether the list has this origin. ``https://*.shop.example`` stands for every host below, not for itself."""
    for pattern in allowed:
        if pattern in ("*", origin):
            return True
        scheme, separator, host = pattern.partition("://*.")
        if separator and origin.startswith(f"{scheme}://") and origin.endswith(f".{host}"):
            return True
    return False


def cors_headers(origin: str) -> Headers:
    """For an answer that this origin may read, errors and 204 included; never ``*``, because cookies travel along."""
    if not origin or not origin.isprintable() or not origin.isascii():
        return [(b"vary", b"Origin")]
    return [
        (b"access-control-allow-origin", origin.encode("ascii")),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", _EXPOSED),
        (b"vary", b"Origin"),
    ]


def preflight_headers(origin: str) -> Headers:
    return [
        *cors_headers(origin),
        (b"access-control-allow-methods", b"POST, OPTIONS"),
        (b"access-control-allow-headers", b"content-type, x-request-id"),
        (b"access-control-max-age", _PREFLIGHT_SECONDS),
    ]
