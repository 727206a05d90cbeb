"""The state that clients keep for us: what they send of it, and what an answer gives them to keep.

The edge has no sessions: everything it knows of a visitor comes with the request (edge-protocol.md, section 7).
"""

from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from server.model.consent import General
from server.wire.cookies import (
    CLUSTER_MAX_AGE_SECONDS,
    CONSENT_MAX_AGE_SECONDS,
    IDENTITY_MAX_AGE_SECONDS,
    cookie_name,
    encode_identity,
)
from server.wire.edge import EdgeRequest


class StateChange(msgspec.Struct, frozen=True, kw_only=True):
    """One entry for the client to keep: a cookie, or an item of a ``state:store`` handle."""

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


def identity_change(org_id: str, ecid: str, *, minted_ms: int, now_ms: int) -> StateChange:
    return StateChange(
        key=cookie_name(org_id, "identity"),
        value=encode_identity(ecid, minted_ms=minted_ms, now_ms=now_ms),
        max_age_seconds=IDENTITY_MAX_AGE_SECONDS,
    )


def consent_change(org_id: str, general: General) -> StateChange:
    return StateChange(
        key=cookie_name(org_id, "consent"), value=f"general={general}", max_age_seconds=CONSENT_MAX_AGE_SECONDS
    )


def cluster_change(org_id: str, hint: str) -> StateChange:
    """The location hint: clients put it into the path of what they send next."""
    return StateChange(key=cookie_name(org_id, "cluster"), value=hint, max_age_seconds=CLUSTER_MAX_AGE_SECONDS)
