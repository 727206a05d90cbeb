"""The client's address, as far as the collector kept it."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from server.enrich.deps import Deps
from server.enrich.patch import fill
from server.model.event import Event
from server.model.json import JsonObject

MAX_ADDRESS_CHARS = 45
"""The longest IPv6 address, an IPv4 one written into it (INET6_ADDRSTRLEN less its end)."""


class Ip:
    """``environment.ipV4`` or ``ipV6``. The address was cut, or left out, before the event reached the disk."""

    name = "ip"
    writes = frozenset({"environment.ipV4", "environment.ipV6"})

    def __init__(self, deps: Deps) -> None:
        pass

    def enrich(self, event: Event) -> JsonObject:
        """{} where there is no address, or the event has one of the same kind."""
        match _address(event.client.ip):
            case IPv4Address() as address:
                return fill(event.xdm, {"environment.ipV4": str(address)})
            case IPv6Address() as address:
                return fill(event.xdm, {"environment.ipV6": str(address)})
        return {}


def _address(text: str) -> IPv4Address | IPv6Address | None:
    # An interface name after "%" means nothing outside the machine that wrote it.
    if not text or len(text) > MAX_ADDRESS_CHARS or "%" in text:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
