"""How the edge's state gets to the client: as cookies or as handles (edge-protocol.md, section 7)."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from server.model.cookies import HOST_ALONE
from server.model.json import JsonObject
from server.pipeline.state import StateChange
from server.web.collect.asgi import Headers
from server.web.collect.exchange import Request
from server.wire.cookies import decode_cookie_header
from server.wire.edge import Handle, State

# A name of 253 and a port, with room.
_MAX_HOST_CHARACTERS = 300

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)


def cookies_of(request: Request) -> Mapping[str, str]:
    """The request's cookies; none when it comes from another site, whose visitor they say nothing of (0014)."""
    if request.headers.get(b"sec-fetch-site") == b"cross-site":
        return {}
    return decode_cookie_header(request.header(b"cookie"))


def told_by_handle(changes: Sequence[StateChange], *, is_https: bool) -> Handle:
    """Where the client is to set the cookies itself."""
    attributes = {"attrs": {"SameSite": "None"}} if is_https else {}
    return Handle(type="state:store", payload=[_entry(change) | attributes for change in changes])


def _entry(change: StateChange) -> JsonObject:
    life = {"maxAge": change.max_age_seconds} if change.max_age_seconds else {}
    return {"key": change.key, "value": change.value} | life


def told_by_cookie(changes: Sequence[StateChange], *, domain: str | None, is_https: bool) -> Headers:
    """Where a cookie of ours lands where the page can read it."""
    return [(b"set-cookie", set_cookie(change, domain=domain, is_https=is_https)) for change in changes]


def is_first_party(state: State, host: str, *, page: str, cookie_domain: str | None) -> bool:
    """Whether a Set-Cookie of ours lands where the page can read it: our host lies within the page's domain.

    ``page``: its origin or address, as the browser says it; ``""`` when nobody does. The domain is the body's word, and
    a page of another site could lend itself ours, to give our visitor an identity or a consent: its host has to lie
    within that domain as well. ``cookie_domain``: whose the cookies will be; None: our host's alone.
    """
    domain = state.domain.lower()
    if not (state.cookies_enabled and domain and _is_within(host, domain)):
        return False
    if not page:
        return True
    page_host = host_name(page.partition("://")[2].partition("/")[0])
    is_readable = page_host == host if cookie_domain is None else _is_within(page_host, cookie_domain)
    return is_readable and _is_within(page_host, domain)


def cookie_domain(host: str, wanted: str, registrable_domain: Callable[[str], str | None]) -> str | None:
    """Whose our cookies are; None: this host's alone. ``wanted``: what the datastream says (model/cookies.py).

    A host outside of what it says, where no browser would take them, has them as if it said nothing.
    """
    if wanted == HOST_ALONE:
        return None
    if wanted and _is_within(host, wanted) and registrable_domain(wanted) is not None:
        return wanted
    return registrable_domain(host)


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def host_name(given: str) -> str:
    """The ``Host`` header's name, in lower case, without its port; ``""`` for what is no name or IPv4 address."""
    return _host_name(given) if len(given) <= _MAX_HOST_CHARACTERS else ""


@lru_cache(maxsize=1_024)
def _host_name(given: str) -> str:
    name = given.lower().partition(":")[0].rstrip(".")
    return name if _HOST.fullmatch(name) else ""


def set_cookie(change: StateChange, *, domain: str | None, is_https: bool) -> bytes:
    """The header's value. Never HttpOnly: the client reads it. An http page cannot keep Secure or SameSite=None ones.

    ``domain``: from the public suffix list and the host that was asked for, never from the body; None: this host only.
    """
    parts = [f"{change.key}={change.value}", "Path=/"]
    if change.max_age_seconds:
        parts.append(f"Max-Age={change.max_age_seconds}")
    if domain:
        parts.append(f"Domain={domain}")
    if is_https:
        parts += ["Secure", "SameSite=None"]
    return "; ".join(parts).encode("latin-1")
