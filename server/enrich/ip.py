"""The client's address, as far as the collector kept it."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from server.enrich.deps import Deps
from server.model.event import Event
from server.model.json import JsonObject

MAX_ADDRESS_CHARS = 45
"""The longest IPv6 address, an IPv4 one written into it (INET6_ADDRSTRLEN less its end)."""

CACHED_ADDRESSES = 8_192
"""Truncated ones are shared by many visitors, and a visitor sends some ten events; an entry is 0.3 kB."""

_NOTHING: JsonObject = {}


class Ip:
    """``environment.ipV4`` or ``ipV6``. The address was cut, or left out, before the event reached the disk."""

    name = "ip"
    writes = frozenset({"environment.ipV4", "environment.ipV6"})
    reads = frozenset({"client.ip"})

    def __init__(self, deps: Deps) -> None:
        self._field = lru_cache(maxsize=CACHED_ADDRESSES)(_field)

    def enrich(self, event: Event) -> JsonObject:
        """{} where there is no address, or the event has one of the same kind."""
        address = event.client.ip
        field = self._field(address) if address else None
        if field is None:
            return {}
        name, text = field
        environment = event.xdm.get("environment", _NOTHING)
        is_free = isinstance(environment, dict) and name not in environment
        return {"environment": {name: text}} if is_free else {}


def _field(text: str) -> tuple[str, str] | None:
    """The field that an address goes into, and the address as it is written there."""
    match _address(text):
        case IPv4Address() as address:
            return "ipV4", str(address)
        case IPv6Address() as address:
            return "ipV6", str(address)
    return None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    # An interface name after "%" means nothing outside the machine that wrote it.
    if not text or len(text) > MAX_ADDRESS_CHARS or "%" in text:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
