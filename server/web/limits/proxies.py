"""Who a request is from, when proxies stand before us (reliability-security I12).

What a header says of the client is believed only when the peer is one of the trusted proxies, and then read from right
to left: each proxy appends what it saw, so the first address from the right that is no proxy of ours is the client,
and everything to the left of it is the client's own invention.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# A CDN, a balancer, a proxy on the machine: real chains are shorter. The rest of a longer header is not looked at.
_MAX_HOPS = 16

# Addresses repeat; reading one costs as much as decoding a small body.
_CACHED_ADDRESSES = 4_096

X_FORWARDED_FOR = "x-forwarded-for"
FORWARDED = "forwarded"


class Sender(NamedTuple):
    """``address``: of the client, as text. ``scheme``: what the client spoke with the outermost of our proxies."""

    address: str
    scheme: str


class TrustedProxies:
    """``networks``: addresses and CIDRs. ``header``: the one that these proxies write, X_FORWARDED_FOR or FORWARDED.

    Only that one is read: a proxy that writes one passes the other on as the client sent it.
    """

    def __init__(self, networks: Sequence[str], *, header: str) -> None:
        self._networks = [ipaddress.ip_network(network, strict=False) for network in networks]
        self._header = header.encode("ascii")
        self._read = lru_cache(maxsize=_CACHED_ADDRESSES)(_address)
        self._trusts = lru_cache(maxsize=_CACHED_ADDRESSES)(self._is_trusted)

    def sender(self, peer: str, headers: Iterable[tuple[bytes, bytes]], *, scheme: str) -> Sender:
        """``peer``, ``scheme``: the connection's. What cannot be read is not believed: then it is the peer."""
        address = self._read(peer)
        if address is None or not self._trusts(address):
            return Sender(peer, scheme)
        protocols: list[str] = []
        lines: list[str] = []
        for name, value in headers:
            if name == self._header:
                lines.append(value.decode("latin-1"))
            elif name == b"x-forwarded-proto":
                protocols = value.decode("latin-1").split(",")
        hops = ",".join(lines).split(",")[-_MAX_HOPS:] if lines else []
        if self._header == b"forwarded":
            protocols = [_parameter(hop, "proto") for hop in hops[-1:]]
            hops = [_parameter(hop, "for") for hop in hops]
        said = protocols[-1].strip().lower() if protocols else ""
        return Sender(self._client(peer, hops), said if said in ("http", "https") else scheme)

    def _client(self, peer: str, hops: Sequence[str]) -> str:
        found = peer
        for hop in reversed(hops):
            address = self._read(_without_port(hop.strip()))
            if address is None:
                return peer
            found = str(address)
            if not self._trusts(address):
                return found
        return found

    def _is_trusted(self, address: _Address) -> bool:
        return any(address in network for network in self._networks)


def _address(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _without_port(hop: str) -> str:
    """``192.0.2.1:80`` and ``[2001:db8::1]:80`` as what stands before the port; anything else as it is."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _parameter(element: str, name: str) -> str:
    """One parameter of an element of the header ``Forwarded`` (RFC 7239, 4), or ``""``.

    Elements were cut at every comma, quoted or not: our proxies quote no commas, and a quote that the client left open
    must not swallow what they appended.
    """
    for pair in element.split(";"):
        key, _, value = pair.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return ""
