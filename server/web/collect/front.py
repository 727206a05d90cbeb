"""The collector's front door: what has to be fast is answered here, the rest is passed on.

`/ee/…` goes to the edge endpoint, `/collection/…` to streaming ingestion, `/pixel/…`, `/tags/…`, `/health/…` and
`/metrics` to the collector's own small router; everything else (console, APIs, demo shop) to the console's process, so
that no page or query can slow a beacon.
"""

from server.web.collect.asgi import ASGIApp, Receive, Scope, Send
from server.web.collect.durable import DurableApp
from server.web.collect.sync_validation import CollectionApp

_OWN = ("/pixel/", "/tags/", "/health/", "/metrics")


class Front:
    """One ASGI application out of four."""

    def __init__(self, *, edge: DurableApp, collection: CollectionApp, own: ASGIApp, elsewhere: ASGIApp) -> None:
        self._edge = edge
        self._collection = collection
        self._own = own
        self._elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # No WebSockets here; refusing is what ASGI asks for.
            await send({"type": "websocket.close", "code": 1000})
            return
        path: str = scope["path"]
        if self._edge.handles(path):
            await self._edge(scope, receive, send)
        elif self._collection.handles(path):
            await self._collection(scope, receive, send)
        elif path.startswith(_OWN):
            await self._own(scope, receive, send)
        else:
            await self._elsewhere(scope, receive, send)
