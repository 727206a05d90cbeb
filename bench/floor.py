"""What the collector is compared with: the same uvicorn, with nothing, or a bare Starlette route, behind it.

`python -m bench.floor raw|starlette PORT`
"""

import sys
from typing import Any

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def raw(_scope: Any, receive: Any, send: Any) -> None:
    """Reads the body and answers 204: the floor."""
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _route(request: Request) -> Response:
    await request.body()
    return Response(status_code=204)


starlette = Starlette(routes=[Route("/ee/v1/collect", _route, methods=["POST"])])


def main(name: str, port: int) -> None:
    app: Any = {"raw": raw, "starlette": starlette}[name]
    config = uvicorn.Config(
        app,
        port=port,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        date_header=False,
    )
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
