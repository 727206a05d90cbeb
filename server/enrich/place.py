"""Country and time zone offset, from what the client says of its clock."""

from typing import Any

from server.enrich.deps import Deps
from server.model.event import Event
from server.model.json import JsonObject

_OFFSET_CHARS = 6
_NOTHING: JsonObject = {}

MAX_LOCAL_TIME_CHARS = 64
"""A date and time with nanoseconds and offset has 35."""


class Place:
    """``placeContext``: what an address look-up would guess, guessed from the time zone, without any look-up.

    The country is an inference: the one country that the IANA database gives the device's zone to. A traveller's
    device, or one that was never set, says another one.
    """

    name = "place"
    writes = frozenset({"placeContext.geo.countryCode", "placeContext.localTimezoneOffset"})
    reads = frozenset({"placeContext.ianaTimezone", "placeContext.localTime"})

    def __init__(self, deps: Deps) -> None:
        self._zones = deps.zones

    def enrich(self, event: Event) -> JsonObject:
        """{} where the event has no time zone and no local time."""
        context = event.xdm.get("placeContext")
        if not isinstance(context, dict):
            return {}
        found: JsonObject = {}
        zone, geo = context.get("ianaTimezone"), context.get("geo", _NOTHING)
        country = self._zones.get(zone) if isinstance(zone, str) else None
        if country is not None and isinstance(geo, dict) and "countryCode" not in geo:
            found["geo"] = {"countryCode": country}
        if "localTimezoneOffset" not in context:
            offset = _offset_minutes(context.get("localTime"))
            if offset is not None:
                found["localTimezoneOffset"] = offset
        return {"placeContext": found} if found else {}


def _offset_minutes(local_time: Any) -> int | None:
    """Minutes from local time to UTC: positive west of Greenwich, as JavaScript counts and the Web SDK sends."""
    if not isinstance(local_time, str) or len(local_time) > MAX_LOCAL_TIME_CHARS:
        return None
    _, _, time = local_time.partition("T")
    if time.endswith("Z"):
        return 0
    zone = time[-_OFFSET_CHARS:]
    hours, minutes = zone[1:3], zone[4:6]
    if not (zone.startswith(("+", "-")) and zone[3:4] == ":" and _is_number(hours) and _is_number(minutes)):
        return None
    offset = int(hours) * 60 + int(minutes)
    return -offset if zone[0] == "+" else offset


def _is_number(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isdigit()
