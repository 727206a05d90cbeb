"""Where notifications may be sent: an address that somebody typed must not reach what only this machine can reach.

What is checked is the address that is connected to, after the name was resolved (reliability-security S4).
"""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL_CHARACTERS = 2_000

# Networks that stand for one of IPv4 in their last 32 bits, behind a translator (RFC 6052, RFC 8215).
_TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


def url_fault(url: str) -> str:
    """What is wrong with a URL as it is written, in words; empty for nothing."""
    if not 0 < len(url) <= MAX_URL_CHARACTERS:
        return f"Write the address, of at most {MAX_URL_CHARACTERS} characters."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is no address: write it as https://example.com/heliograph."
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "An address has no spaces, and no signs beyond ASCII: encode them."
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return "An address begins with https:// and the name of a host."
    if parts.username is not None or parts.password is not None:
        return "No user name or password in the address: check the signature instead."
    if parts.fragment or port == 0:
        return "An address has no fragment (#), and no port 0."
    return ""


def address_fault(address: Address, *, scheme: str, networks: Sequence[Network]) -> str:
    """Why nothing may be sent to this address of a host, in words; empty when it may. ``networks``: those allowed."""
    is_allowed = any(address in network for network in networks)
    if scheme != "https" and not (is_allowed and address.is_loopback):
        return "Only https, but for this machine's own addresses where the setting webhook_networks allows them."
    if not is_allowed and not _is_public(address):
        return (
            f"It leads to {address}, which is not an address of the public internet. "
            "An operator can allow networks with the setting webhook_networks."
        )
    return ""


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return _is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address of IPv4 that this one stands for; None for none."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return None
