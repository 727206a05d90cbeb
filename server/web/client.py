"""What a request says of its sender, after the privacy cuts."""

import ipaddress
from functools import lru_cache

from server.model.event import ClientInfo
from server.web.asgi import Scope

# Longer ones are attacks on parsers, not browsers (reliability-security I13).
_MAX_USER_AGENT_CHARACTERS = 512
_MAX_HEADER_CHARACTERS = 2_048

_CLIENT_HINT = b"sec-ch-"


class RequestHeaders:
    """The headers that the collect path looks at, found in one pass over the request's list."""

    __slots__ = ("client_hints", "values")

    _WANTED = frozenset(
        {
            b"accept-language",
            b"content-encoding",
            b"content-type",
            b"cookie",
            b"host",
            b"origin",
            b"referer",
            b"sec-gpc",
            b"user-agent",
            b"x-request-id",
        }
    )

    def __init__(self, scope: Scope) -> None:
        self.values: dict[bytes, str] = {}
        self.client_hints: dict[str, str] = {}
        for name, value in scope["headers"]:
            if name in self._WANTED:
                self.values[name] = value.decode("latin-1")
            elif name.startswith(_CLIENT_HINT):
                hint = name[len(_CLIENT_HINT) :].decode("latin-1")
                self.client_hints[hint] = value.decode("latin-1")[:_MAX_USER_AGENT_CHARACTERS]

    def get(self, name: bytes) -> str:
        """The value of one of the wanted headers, or ``""``."""
        return self.values.get(name, "")


def client_info(scope: Scope, headers: RequestHeaders, *, keep_ip: str) -> ClientInfo:
    """What may be kept of the sender. ``keep_ip``: none, truncated or full."""
    return ClientInfo(
        ip=_kept_ip(scope["client"][0] if scope.get("client") else "", keep_ip),
        user_agent=headers.get(b"user-agent")[:_MAX_USER_AGENT_CHARACTERS],
        accept_language=headers.get(b"accept-language")[:_MAX_USER_AGENT_CHARACTERS],
        client_hints=headers.client_hints,
        origin=headers.get(b"origin")[:_MAX_HEADER_CHARACTERS],
        referer=headers.get(b"referer")[:_MAX_HEADER_CHARACTERS],
        global_privacy_control=headers.get(b"sec-gpc") == "1",
    )


# Addresses repeat within a visit; parsing one costs as much as decoding a small body.
@lru_cache(maxsize=4_096)
def _kept_ip(address: str, keep_ip: str) -> str:
    """``truncated``: the network that the address is in (/24, /48), which still places it in a country and city."""
    if keep_ip == "none":
        return ""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if ip.version == 6 and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if keep_ip == "full":
        return str(ip)
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False).network_address)
