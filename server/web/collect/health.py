"""Whether a process lives, and whether it can take beacons."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

_CANNOT_STORE = "beacons cannot be stored: the disk is full or in trouble, and the process's log says which"


def _never() -> bool:
    return False


def health_routes(is_ready: Callable[[], bool], *, cannot_store: Callable[[], bool] = _never) -> list[Route]:
    """``is_ready``: False while draining, so that balancers look elsewhere before the socket closes.

    ``cannot_store``: beacons are being refused for want of a disk; a balancer had better send them elsewhere, too.
    """

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> JSONResponse:
        if not is_ready():
            return JSONResponse({"status": "draining"}, status_code=503, headers={"retry-after": "5"})
        if cannot_store():
            document = {"status": "unavailable", "detail": _CANNOT_STORE}
            return JSONResponse(document, status_code=503, headers={"retry-after": "5"})
        return JSONResponse({"status": "ready"})

    return [Route("/health/live", live), Route("/health/ready", ready)]
