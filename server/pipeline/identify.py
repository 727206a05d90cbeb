"""Who sent a beacon: which ECID it gets, and whether the client has to be told (edge-protocol.md, section 8)."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from server.model.identity import ECID, FPID, is_worthless
from server.wire.cookies import IDENTITY_RENEW_MS, decode_identity, is_ecid
from server.wire.edge import EdgeRequest
from server.wire.errors import INVALID_IDENTITY, INVALID_IDENTITY_MAP, Unidentified


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """``ecid``: ``""`` for nobody.

    ``is_told``: the client has this ECID in a fresh cookie, so the answer need not bring one.

    ``minted_ms``: when the ECID was made, as far as the client's cookie says; 0 when it does not.
    ``fresh_until_ms``: how long it is told.
    """

    ecid: str
    is_told: bool
    minted_ms: int = 0
    fresh_until_ms: int = 0


# Who does not want to be told apart from others: nothing is looked at that could, and nothing is told.
NOBODY = Visitor(ecid="", is_told=True)


def identify(
    request: EdgeRequest,
    state: Mapping[str, str],
    *,
    device_id: str = "",
    renew_ms: int = IDENTITY_RENEW_MS,
    now_ms: int,
    new_ecid: Callable[[], str],
) -> Visitor:
    """First of: an ECID in the request, in the cookie, one derived from a first-party device id, a new one.

    ``device_id``: of the site's own cookie; one in the request comes before it. ``renew_ms``: how old the client's
    cookie gets before it is told anew. Raises Unidentified for an ECID in the request that is not 38 digits, and for an
    identityMap of the whole request that is none.
    """
    known = decode_identity(state["identity"]) if "identity" in state else None
    asked = _asked_ecid(request)
    if known is not None and asked in (None, known.ecid):
        until_ms = known.written_ms + renew_ms
        return Visitor(ecid=known.ecid, is_told=now_ms <= until_ms, minted_ms=known.minted_ms, fresh_until_ms=until_ms)
    return Visitor(ecid=asked or _from_device(request, device_id) or new_ecid(), is_told=False)


def _asked_ecid(request: EdgeRequest) -> str | None:
    """The ECID that the request itself names; it replaces the cookie's by design (a hand-over between domains)."""
    for path, value in _first_ids(request, ECID):
        if not is_ecid(value):
            raise Unidentified(
                INVALID_IDENTITY, f"{str(value)[:64]!r}: an ECID has 38 digits - at `{path}.identityMap.ECID[0].id`"
            )
        return str(value)
    return None


def _from_device(request: EdgeRequest, device_id: str) -> str | None:
    """The same ECID for the same first-party device id, always; None without one, or for one that names nobody."""
    given = next((value for _, value in _first_ids(request, FPID)), device_id)
    if not isinstance(given, str) or is_worthless(given):
        return None
    digest = hashlib.sha256(f"heliograph-fpid:{given}".encode()).digest()
    high, low = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")
    # 63 bits each, as random ones have: two groups of 19 digits.
    return f"{high >> 1:019d}{low >> 1:019d}"


def _first_ids(request: EdgeRequest, namespace: str) -> Sequence[tuple[str, object]]:
    """The first id of a namespace in each identityMap of the request, and where; of events, a wrong map is left alone.

    Nearly no request has any: its visitor is known by cookie.
    """
    found: list[tuple[str, object]] = []
    for path, identity_map in (("$.xdm", request.xdm.get("identityMap")), ("$", request.identity_map)):
        if identity_map is not None:
            _demand_identity_map(identity_map, path)
            found += ((path, value) for value in _first_id(identity_map, namespace))
    for index, event in enumerate(request.events):
        if event.head.identity_map is not None:
            found += ((f"$.events[{index}].xdm", value) for value in _first_id(event.head.identity_map, namespace))
    return found


def _demand_identity_map(given: object, path: str) -> None:
    if not isinstance(given, dict) or not all(isinstance(items, list) for items in given.values()):
        raise Unidentified(INVALID_IDENTITY_MAP, f"expected an object of lists of identities - at `{path}.identityMap`")


def _first_id(identity_map: object, namespace: str) -> Iterable[object]:
    """Nothing, if the map has not the documented shape."""
    items = identity_map.get(namespace) if isinstance(identity_map, dict) else None
    if isinstance(items, list) and items and isinstance(items[0], dict) and "id" in items[0]:
        yield items[0]["id"]
