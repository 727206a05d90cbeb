"""What every answer of the console tells browsers to allow."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.web.access.reach import Reach

# reliability-security A7: nothing but our own files; no inline script or style; no string ever becomes markup.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_CONSOLE_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    # Not no-referrer: with it browsers send "Origin: null" with our own forms, and over plain http nothing else says
    # where a request comes from. Other sites learn nothing from this one either.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000"


def harden(headers: MutableHeaders, *, is_asset: bool) -> None:
    """Set what the answer has not set itself. ``is_asset``: same for everybody, to be asked for again each time."""
    for name, value in _CONSOLE_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("x-content-type-options", "nosniff")
    headers.setdefault("cache-control", "no-cache" if is_asset else "no-store")


class SecurityHeaders:
    """The outermost layer. ``is_https``: browsers reach the console by https, and shall from then on."""

    def __init__(self, app: ASGIApp, *, reach: Reach, is_https: bool) -> None:
        self._app = app
        self._reach = reach
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]

        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if self._reach.is_outside(path):
                    headers.setdefault("x-content-type-options", "nosniff")
                else:
                    harden(headers, is_asset=path.startswith("/static/"))
                    if self._is_https:
                        headers.setdefault("strict-transport-security", _HSTS)
            await send(message)

        await self._app(scope, receive, send_hardened)
