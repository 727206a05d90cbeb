"""Who sent a beacon: which ECID it gets, and whether the client has to be told (edge-protocol.md, section 8)."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

import msgspec

from server.model.identity import ECID, FPID, is_worthless
from server.wire.cookies import IDENTITY_RENEW_MS, decode_identity, is_ecid
from server.wire.edge import EdgeRequest
from server.wire.errors import INVALID_IDENTITY, INVALID_IDENTITY_MAP, Unidentified


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """``is_told``: the client has this ECID in a fresh cookie, so the answer need not bring one.

    ``minted_ms``: when the ECID was made, as far as the client's cookie says; 0 when it does not.
    """

    ecid: str
    is_told: bool
    minted_ms: int = 0


def identify(
    request: EdgeRequest, state: Mapping[str, str], *, device_id: str = "", now_ms: int, new_ecid: Callable[[], str]
) -> Visitor:
    """First of: an ECID in the request, in the cookie, one derived from a first-party device id, a new one.

    ``device_id``: of the site's own cookie; one in the request comes before it. Raises Unidentified for an ECID in the
    request that is not 38 digits, and for an identityMap of the whole request that is none.
    """
    known = decode_identity(state["identity"]) if "identity" in state else None
    asked = _asked_ecid(request)
    if known is not None and asked in (None, known.ecid):
        is_fresh = now_ms - known.written_ms <= IDENTITY_RENEW_MS
        return Visitor(ecid=known.ecid, is_told=is_fresh, minted_ms=known.minted_ms)
    return Visitor(ecid=asked or _from_device(request, device_id) or new_ecid(), is_told=False)


def _asked_ecid(request: EdgeRequest) -> str | None:
    """The ECID that the request itself names; it replaces the cookie's by design (a hand-over between domains)."""
    for path, xdm in _documents(request):
        for value in _ids(xdm, ECID):
            if not is_ecid(value):
                raise Unidentified(
                    INVALID_IDENTITY,
                    f"{str(value)[:64]!r}: an ECID has 38 digits - at `{path}.identityMap.ECID[0].id`",
                )
            return str(value)
    return None


def _from_device(request: EdgeRequest, device_id: str) -> str | None:
    """The same ECID for the same first-party device id, always; None without one, or for one that names nobody."""
    given = next((value for _, xdm in _documents(request) for value in _ids(xdm, FPID)), device_id)
    if not isinstance(given, str) or is_worthless(given):
        return None
    digest = hashlib.sha256(f"heliograph-fpid:{given}".encode()).digest()
    high, low = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")
    # 63 bits each, as random ones have: two groups of 19 digits.
    return f"{high >> 1:019d}{low >> 1:019d}"


def _documents(request: EdgeRequest) -> Iterable[tuple[str, Mapping[str, object]]]:
    """Everything with an identityMap. Of events a wrong one is left to validation, which keeps the event."""
    for path, document in (("$.xdm", request.xdm), ("$", {"identityMap": request.identity_map})):
        identity_map = document.get("identityMap")
        if identity_map is None:
            continue
        if not isinstance(identity_map, dict) or not all(isinstance(ids, list) for ids in identity_map.values()):
            raise Unidentified(
                INVALID_IDENTITY_MAP, f"expected an object of lists of identities - at `{path}.identityMap`"
            )
        yield path, document
    for index, event in enumerate(request.events):
        yield f"$.events[{index}].xdm", event.xdm


def _ids(xdm: Mapping[str, object], namespace: str) -> Iterable[object]:
    """The first id of a namespace, if the identityMap has the documented shape."""
    identity_map = xdm.get("identityMap")
    items = identity_map.get(namespace) if isinstance(identity_map, dict) else None
    if isinstance(items, list) and items and isinstance(items[0], dict) and "id" in items[0]:
        yield items[0]["id"]
