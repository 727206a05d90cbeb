"""What pages load: a tiny pointer, `/tags/{property}/{environment}.js`, and the immutable build it points to.

No cookies, no reflection of anything from the request; both may be loaded from any site.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.container.pointer import pointer_script
from server.model.datastream import Configuration

# A build is at most some tens of kB; this many properties' builds stay in memory.
_CACHED_SCRIPTS = 64

_HEADERS = {
    "content-type": "text/javascript; charset=utf-8",
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "vary": "Accept-Encoding",
}
# A publish reaches the next page view; the answer is mostly a 304.
_POINTER_CACHE = "no-cache"
_BUILD_CACHE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Script:
    plain: bytes
    packed: bytes
    etag: str


class Tags:
    """``find_build``: the text of a published build by its hash. ``pointer``: the pointer's template."""

    def __init__(
        self,
        *,
        configuration: Callable[[], Configuration],
        find_build: Callable[[str], Awaitable[bytes | None]],
        pointer: str,
    ) -> None:
        self._configuration = configuration
        self._find_build = find_build
        self._pointer = pointer
        self._scripts: OrderedDict[str, _Script] = OrderedDict()

    def routes(self) -> list[Route]:
        return [
            Route("/tags/builds/{build_hash}.js", self.build, methods=["GET", "HEAD"]),
            Route("/tags/{property_id}/{environment}.js", self.environment, methods=["GET", "HEAD"]),
        ]

    async def environment(self, request: Request) -> Response:
        where = (request.path_params["property_id"], request.path_params["environment"])
        build_hash = self._configuration().builds.get(where)
        if build_hash is None:
            return _missing("nothing is published here")
        name = f"pointer/{build_hash}"
        script = self._scripts.get(name) or self._keep(
            name, pointer_script(self._pointer, f"/tags/builds/{build_hash}.js")
        )
        return _answer(request, script, _POINTER_CACHE)

    async def build(self, request: Request) -> Response:
        build_hash = request.path_params["build_hash"]
        script = self._scripts.get(build_hash)
        if script is None:
            text = await self._find_build(build_hash)
            if text is None:
                return _missing("there is no such build")
            script = self._keep(build_hash, text)
        return _answer(request, script, _BUILD_CACHE)

    def _keep(self, name: str, text: bytes) -> _Script:
        script = _Script(text, gzip.compress(text, 9, mtime=0), f'"{hashlib.sha256(text).hexdigest()[:32]}"')
        self._scripts[name] = script
        while len(self._scripts) > _CACHED_SCRIPTS:
            self._scripts.popitem(last=False)
        return script


def _answer(request: Request, script: _Script, cache: str) -> Response:
    headers = _HEADERS | {"cache-control": cache, "etag": script.etag}
    if request.headers.get("if-none-match") == script.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(script.packed, headers=headers | {"content-encoding": "gzip"})
    return Response(script.plain, headers=headers)


def _missing(what: str) -> Response:
    # JavaScript, so that a page whose tag outlived its property logs a line instead of a MIME error.
    return Response(f"/* Heliograph: {what}. */\n", status_code=404, headers=_HEADERS | {"cache-control": "no-cache"})
