"""How the edge's state gets to the client as a cookie (edge-protocol.md, section 7)."""

import ipaddress

from server.pipeline.identify import StateChange
from server.wire.edge import State


def is_first_party(state: State, host: str) -> bool:
    """Whether a Set-Cookie of ours lands where the page can read it: our host lies within the page's domain."""
    domain = state.domain.lower()
    return bool(state.cookies_enabled and domain and (host == domain or host.endswith(f".{domain}")))


def set_cookie(change: StateChange, *, domain: str | None, is_https: bool) -> bytes:
    """The header's value. Never HttpOnly: the client reads it. An http page cannot keep Secure or SameSite=None ones.

    ``domain``: from the public suffix list and the host that was asked for, never from the body; None: this host only.
    """
    parts = [f"{change.key}={change.value}", "Path=/", f"Max-Age={change.max_age_seconds}"]
    if domain and not _is_address(domain):
        parts.append(f"Domain={domain}")
    if is_https:
        parts += ["Secure", "SameSite=None"]
    return "; ".join(parts).encode("latin-1")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
