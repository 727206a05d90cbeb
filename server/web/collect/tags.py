"""What pages load: a tiny pointer, `/tags/{property}/{environment}.js`, and the immutable build it points to.

No cookies, no reflection of anything from the request; both may be loaded from any site.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.container.packed import CODINGS, packed
from server.container.pointer import pointer_script, rollout_pointer_script
from server.model.datastream import Configuration
from server.wire.coding import IDENTITY, chosen_coding, matches_etag

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
    """``bodies``: by content coding, the text itself among them."""

    bodies: Mapping[str, bytes]
    digest: str

    def etag(self, coding: str) -> str:
        """Of the bytes that are sent: one a coding (RFC 9110, 8.8.3)."""
        return f'"{self.digest}"' if coding == IDENTITY else f'"{self.digest}-{coding}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointers:
    """What the environments' scripts are made of. ``plain``: the template; ``picker``: what picks one of two builds."""

    plain: str
    picker: str


class Tags:
    """``find_build``: the text of a published build by its hash."""

    def __init__(
        self,
        *,
        configuration: Callable[[], Configuration],
        find_build: Callable[[str], Awaitable[bytes | None]],
        pointers: Pointers,
    ) -> None:
        self._configuration = configuration
        self._find_build = find_build
        self._pointers = pointers
        self._scripts: OrderedDict[str, _Script] = OrderedDict()

    def routes(self) -> list[Route]:
        return [
            Route("/tags/builds/{build_hash}.js", self.build, methods=["GET", "HEAD"]),
            Route("/tags/{property_id}/{environment}.js", self.environment, methods=["GET", "HEAD"]),
        ]

    async def environment(self, request: Request) -> Response:
        where = (request.path_params["property_id"], request.path_params["environment"])
        configuration = self._configuration()
        build_hash = configuration.builds.get(where)
        if build_hash is None:
            return _missing("nothing is published here")
        rollout = configuration.rollouts.get(where)
        name = f"pointer/{build_hash}/{rollout}"
        script = self._scripts.get(name)
        if script is None:
            path = f"/tags/builds/{build_hash}.js"
            text = pointer_script(self._pointers.plain, path)
            if rollout is not None:
                text = rollout_pointer_script(
                    self._pointers.plain, self._pointers.picker, path, rollout=rollout, org_id=configuration.org_id
                )
            script = await self._keep(name, text)
        return _answer(request, script, _POINTER_CACHE)

    async def build(self, request: Request) -> Response:
        build_hash = request.path_params["build_hash"]
        script = self._scripts.get(build_hash)
        if script is None:
            text = await self._find_build(build_hash)
            if text is None:
                return _missing("there is no such build")
            script = await self._keep(build_hash, text)
        return _answer(request, script, _BUILD_CACHE)

    async def _keep(self, name: str, text: bytes) -> _Script:
        # A build takes a tenth of a second to pack as well as it can be: beacons need not wait for that.
        bodies = await asyncio.to_thread(packed, text)
        script = _Script({IDENTITY: text, **bodies}, hashlib.sha256(text).hexdigest()[:32])
        self._scripts[name] = script
        while len(self._scripts) > _CACHED_SCRIPTS:
            self._scripts.popitem(last=False)
        return script


def _answer(request: Request, script: _Script, cache: str) -> Response:
    coding = chosen_coding(request.headers.get("accept-encoding"), CODINGS)
    etag = script.etag(coding)
    headers = _HEADERS | {"cache-control": cache, "etag": etag}
    if matches_etag(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    if coding != IDENTITY:
        headers["content-encoding"] = coding
    return Response(script.bodies[coding], headers=headers)


def _missing(what: str) -> Response:
    # JavaScript, so that a page whose tag outlived its property logs a line instead of a MIME error.
    return Response(f"/* Heliograph: {what}. */\n", status_code=404, headers=_HEADERS | {"cache-control": "no-cache"})
