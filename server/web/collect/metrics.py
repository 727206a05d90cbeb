"""`/metrics`: the numbers of all processes of this machine, for Prometheus; not for everybody.

Without a token only the machine itself may ask, by an address or as localhost: what is counted tells competitors and
attackers how a site is doing. With a token whoever has it may, and nobody else, the machine itself included.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from secrets import compare_digest

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.observe.metrics_text import CONTENT_TYPE
from server.web.limits.buckets import is_loopback

# Who writes one of these stands between us and somebody else.
_PROXY_HEADERS = ("x-forwarded-for", "forwarded", "via", "x-real-ip")

_ONLY_HERE = (
    "Metrics are for this machine only. For others, set HELIOGRAPH_METRICS_TOKEN and send it as a bearer token.\n"
)
_NO_TOKEN = "Send the token of HELIOGRAPH_METRICS_TOKEN as a bearer token.\n"  # noqa: S105  (says what is missing)


def metrics_routes(render: Callable[[], Awaitable[str]], *, token: str) -> list[Route]:
    """``render``: the text. ``token``: ``""`` for none."""

    async def metrics(request: Request) -> Response:
        if token and not compare_digest(_bearer(request), token.encode()):
            return PlainTextResponse(_NO_TOKEN, status_code=401, headers={"www-authenticate": "Bearer"})
        if not token and not _is_from_here(request):
            return PlainTextResponse(_ONLY_HERE, status_code=403)
        return Response(await render(), media_type=CONTENT_TYPE, headers={"cache-control": "no-store"})

    return [Route("/metrics", metrics)]


def _bearer(request: Request) -> bytes:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    return credentials.strip().encode() if scheme.lower() == "bearer" else b""


def _is_from_here(request: Request) -> bool:
    if request.client is None or not is_loopback(request.client.host):
        return False
    if any(name in request.headers for name in _PROXY_HEADERS):
        return False
    # A page in a browser on this machine can ask under a name of its own that leads here (DNS rebinding).
    return _is_own_name(request.url.hostname or "")


def _is_own_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
