"""Whether a process lives, and whether it can take beacons."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def health_routes(is_ready: Callable[[], bool]) -> list[Route]:
    """``is_ready``: False while draining, so that balancers look elsewhere before the socket closes."""

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> JSONResponse:
        if not is_ready():
            return JSONResponse({"status": "draining"}, status_code=503, headers={"retry-after": "5"})
        return JSONResponse({"status": "ready"})

    return [Route("/health/live", live), Route("/health/ready", ready)]
