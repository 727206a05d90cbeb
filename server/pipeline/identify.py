"""Who sent a beacon: which ECID it gets, and whether the client has to be told (edge-protocol.md, section 8)."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

import msgspec

from server.model.identity import ECID, FPID
from server.wire.cookies import (
    IDENTITY_MAX_AGE_SECONDS,
    IDENTITY_RENEW_MS,
    IdentityCookie,
    cookie_name,
    decode_consent,
    decode_identity,
    encode_identity,
    is_ecid,
)
from server.wire.edge import EdgeRequest
from server.wire.errors import INVALID_IDENTITY, Unidentified


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """``tell``: the client does not have this ECID in a fresh cookie, so the answer should bring one.

    ``has_consent``: False when the client's state says ``general=out``: nothing of it may be kept.
    """

    ecid: str
    tell: bool
    has_consent: bool


class StateChange(msgspec.Struct, frozen=True, kw_only=True):
    """One entry for the client to keep: a cookie, or an item of a ``state:store`` handle."""

    key: str
    value: str
    max_age_seconds: int


def client_state(org_id: str, request: EdgeRequest, cookies: Mapping[str, str]) -> Mapping[str, str]:
    """The client's entries for this organisation, by key. Those in the body win over those in the Cookie header."""
    prefix = cookie_name(org_id, "")
    entries = dict(cookies) | {entry.key: entry.value for entry in request.meta.state.entries}
    return {name.removeprefix(prefix): value for name, value in entries.items() if name.startswith(prefix)}


def identify(request: EdgeRequest, state: Mapping[str, str], *, now_ms: int, new_ecid: Callable[[], str]) -> Visitor:
    """First of: an ECID in the request, in the cookie, one derived from a first-party device id, a new one.

    Raises Unidentified for an ECID in the request that is not 38 digits.
    """
    has_consent = decode_consent(state.get("consent", "")).get("general") != "out"
    known = decode_identity(state["identity"]) if "identity" in state else None
    asked = _asked_ecid(request)
    ecid = asked or (known and known.ecid) or _from_device(request) or new_ecid()
    return Visitor(ecid=ecid, tell=_is_stale(known, ecid, now_ms), has_consent=has_consent)


def identity_change(org_id: str, visitor: Visitor, *, now_ms: int) -> StateChange:
    """The identity, for the client to keep."""
    return StateChange(
        key=cookie_name(org_id, "identity"),
        value=encode_identity(visitor.ecid, now_ms=now_ms),
        max_age_seconds=IDENTITY_MAX_AGE_SECONDS,
    )


def _is_stale(known: IdentityCookie | None, ecid: str, now_ms: int) -> bool:
    return known is None or known.ecid != ecid or now_ms - known.written_ms > IDENTITY_RENEW_MS


def _asked_ecid(request: EdgeRequest) -> str | None:
    """The ECID that the request itself names; it replaces the cookie's by design (a hand-over between domains)."""
    for path, xdm in _documents(request):
        for value in _ids(xdm, ECID):
            if not is_ecid(value):
                raise Unidentified(
                    INVALID_IDENTITY, f"{path}.identityMap.ECID[0].id is {str(value)[:64]!r}: an ECID has 38 digits"
                )
            return str(value)
    return None


def _from_device(request: EdgeRequest) -> str | None:
    """The same ECID for the same first-party device id, always."""
    for _, xdm in _documents(request):
        for value in _ids(xdm, FPID):
            if isinstance(value, str) and value:
                digest = hashlib.sha256(f"heliograph-fpid:{value}".encode()).digest()
                high, low = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")
                # 63 bits each, as random ones have: two groups of 19 digits.
                return f"{high >> 1:019d}{low >> 1:019d}"
    return None


def _documents(request: EdgeRequest) -> Iterable[tuple[str, Mapping[str, object]]]:
    yield "xdm", request.xdm
    for index, event in enumerate(request.events):
        yield f"events[{index}].xdm", event.xdm


def _ids(xdm: Mapping[str, object], namespace: str) -> Iterable[object]:
    """The first id of a namespace, if the identityMap has the documented shape."""
    identity_map = xdm.get("identityMap")
    items = identity_map.get(namespace) if isinstance(identity_map, dict) else None
    if isinstance(items, list) and items and isinstance(items[0], dict) and "id" in items[0]:
        yield items[0]["id"]
