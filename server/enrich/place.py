"""Country and time zone offset, from what the client says of its clock."""

import re
from typing import Any

from server.enrich.deps import Deps
from server.enrich.patch import fill
from server.model.event import Event
from server.model.json import JsonObject
from server.model.xdm import get

_OFFSET = re.compile(r".*T.*(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))", re.ASCII)

MAX_LOCAL_TIME_CHARS = 64
"""A date and time with nanoseconds and offset has 35."""


class Place:
    """``placeContext``: what an address look-up would guess, guessed from the time zone, without any look-up.

    The country is an inference: the one country that the IANA database gives the device's zone to. A traveller's
    device, or one that was never set, says another one.
    """

    name = "place"
    writes = frozenset({"placeContext.geo.countryCode", "placeContext.localTimezoneOffset"})

    def __init__(self, deps: Deps) -> None:
        self._zones = deps.zones

    def enrich(self, event: Event) -> JsonObject:
        """{} where the event has no time zone and no local time."""
        zone = get(event.xdm, "placeContext.ianaTimezone")
        return fill(
            event.xdm,
            {
                "placeContext.geo.countryCode": self._zones.get(zone) if isinstance(zone, str) else None,
                "placeContext.localTimezoneOffset": _offset_minutes(get(event.xdm, "placeContext.localTime")),
            },
        )


def _offset_minutes(local_time: Any) -> int | None:
    """Minutes from local time to UTC: positive west of Greenwich, as JavaScript counts and the Web SDK sends."""
    if not isinstance(local_time, str) or len(local_time) > MAX_LOCAL_TIME_CHARS:
        return None
    found = _OFFSET.fullmatch(local_time)
    if found is None:
        return None
    utc, sign, hours, minutes = found.groups()
    if utc:
        return 0
    offset = int(hours) * 60 + int(minutes)
    return -offset if sign == "+" else offset
