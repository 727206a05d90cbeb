"""What a request says of its sender, after the privacy cuts."""

import ipaddress
from functools import lru_cache

from server.model.event import ClientInfo
from server.web.collect.exchange import Request

# Longer ones are attacks on parsers, not browsers (reliability-security I13).
_MAX_USER_AGENT_CHARACTERS = 512
_MAX_HEADER_CHARACTERS = 2_048

_CLIENT_HINT = b"sec-ch-"


def client_info(request: Request, *, keep_ip: str) -> ClientInfo:
    """What may be kept of the sender. ``keep_ip``: none, truncated or full."""
    headers, text = request.headers, request.header
    return ClientInfo(
        ip=_kept_ip(request.client, keep_ip),
        user_agent=text(b"user-agent")[:_MAX_USER_AGENT_CHARACTERS],
        accept_language=text(b"accept-language")[:_MAX_USER_AGENT_CHARACTERS],
        client_hints={
            name[len(_CLIENT_HINT) :].decode("latin-1"): headers[name].decode("latin-1")[:_MAX_USER_AGENT_CHARACTERS]
            for name in headers
            if name[: len(_CLIENT_HINT)] == _CLIENT_HINT
        },
        origin=text(b"origin")[:_MAX_HEADER_CHARACTERS],
        referer=text(b"referer")[:_MAX_HEADER_CHARACTERS],
        global_privacy_control=headers.get(b"sec-gpc") == b"1",
        do_not_track=headers.get(b"dnt") == b"1",
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
