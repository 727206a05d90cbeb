"""The refusal to speak without TLS over a network (decision 11 of the design)."""

import ipaddress

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from server.web.access.reach import Reach
from server.web.pages.errors import error_response
from server.web.templating import Templates


class RequireHttps:
    """Refuses the console to other machines over plain http: passwords and sessions could be read on the way.

    ``allow_http``: the operator said that the network may be trusted.
    """

    def __init__(self, app: ASGIApp, *, reach: Reach, templates: Templates, allow_http: bool) -> None:
        self._app = app
        self._reach = reach
        self._templates = templates
        self._allow_http = allow_http

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._allow_http or scope["type"] != "http" or scope["scheme"] == "https" or self._passes(scope):
            await self._app(scope, receive, send)
            return
        response = error_response(
            Request(scope),
            self._templates,
            status=403,
            title="The console needs HTTPS",
            detail="Over plain http, everybody on the way between you and this server could take over your session.",
            cures=(
                "Open the console on the server itself, or through a tunnel: ssh -L 8000:127.0.0.1:8000 your-server",
                "Serve HTTPS: set HELIOGRAPH_TLS_CERTIFICATE and HELIOGRAPH_TLS_KEY.",
                "If the network is yours alone, set HELIOGRAPH_CONSOLE_ALLOW_HTTP=on.",
            ),
        )
        await response(scope, receive, send)

    def _passes(self, scope: Scope) -> bool:
        path: str = scope["path"]
        # Style sheet and icons hold no secret, and the refusal should look like the product it comes from.
        return self._reach.is_outside(path) or path.startswith("/static/") or _is_loopback(scope.get("client"))


def _is_loopback(client: tuple[str, int] | None) -> bool:
    if client is None:
        # A Unix socket: nobody but this machine.
        return True
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
