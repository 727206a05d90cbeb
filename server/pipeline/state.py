"""The state that clients keep for us: what they send of it, and what an answer gives them to keep.

The edge has no sessions: everything it knows of a visitor comes with the request (edge-protocol.md, section 7).
"""

from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from server.model.consent import General
from server.model.cookies import CookiePolicy
from server.wire.cookies import CLUSTER_MAX_AGE_SECONDS, IDENTITY_RENEW_MS, cookie_name, encode_identity
from server.wire.edge import EdgeRequest

_DAY_SECONDS = 24 * 3600


class StateChange(msgspec.Struct, frozen=True, kw_only=True):
    """One entry for the client to keep: a cookie, or an item of a ``state:store`` handle.

    ``max_age_seconds``: 0: until the browser is closed.
    """

    key: str
    value: str
    max_age_seconds: int


def client_state(org_id: str, request: EdgeRequest, cookies: Mapping[str, str]) -> Mapping[str, str]:
    """The client's entries for this organisation, by key. Those in the body win over those in the Cookie header."""
    prefix = cookie_name(org_id, "")
    cut = len(prefix)
    # Scripts percent-encode what they write into a cookie, and send entries decoded.
    state = {
        name[cut:]: unquote(value) if "%" in value else value
        for name, value in cookies.items()
        if name.startswith(prefix)
    }
    for entry in request.meta.state.entries:
        if entry.key.startswith(prefix):
            state[entry.key[cut:]] = entry.value
    return state


def renew_ms(policy: CookiePolicy) -> int:
    """How old a client's identity cookie gets before it is told anew: a day, or half of a life that is not longer."""
    life_ms = policy.identity_days * _DAY_SECONDS * 1000
    return min(IDENTITY_RENEW_MS, life_ms // 2) if life_ms else IDENTITY_RENEW_MS


def identity_change(org_id: str, ecid: str, policy: CookiePolicy, *, minted_ms: int, now_ms: int) -> StateChange:
    return StateChange(
        key=cookie_name(org_id, "identity"),
        value=encode_identity(ecid, minted_ms=minted_ms, now_ms=now_ms),
        max_age_seconds=policy.identity_days * _DAY_SECONDS,
    )


def consent_change(org_id: str, general: General, policy: CookiePolicy) -> StateChange:
    return StateChange(
        key=cookie_name(org_id, "consent"),
        value=f"general={general}",
        max_age_seconds=policy.consent_days * _DAY_SECONDS,
    )


def cluster_change(org_id: str, hint: str) -> StateChange:
    """The location hint: clients put it into the path of what they send next."""
    return StateChange(key=cookie_name(org_id, "cluster"), value=hint, max_age_seconds=CLUSTER_MAX_AGE_SECONDS)
