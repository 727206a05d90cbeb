"""The edge's endpoints, in process, with a log in memory, and a client that is nobody."""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any

import msgspec
from httpx2 import Response
from starlette.testclient import TestClient

from server.eventlog.memory import MemoryEventLog
from server.model.datastream import Datastream, DatastreamId
from server.model.event import Event, EventId
from server.model.outcome import BEFORE_FIRST
from server.web.collect.durable import DurableApp
from server.web.collect.edge import EdgeDeps, EdgeEndpoint
from server.web.collect.pixel import PixelEndpoint
from tests.builders import ECID_A, NOON_MS, a_configuration, a_datastream, an_xdm

ORIGIN = "https://shop.example"
IDENTITY_COOKIE = "kndctr_TEST_AdobeOrg_identity"
CONSENT_COOKIE = "kndctr_TEST_AdobeOrg_consent"
REQUEST_ID = "0b6f1c1e-6a52-4d6c-9b0b-1f2f3a4b5c6d"
PAGE_VIEW: dict[str, Any] = {
    "events": [{"xdm": {key: value for key, value in an_xdm().items() if key != "identityMap"}}]
}


class Edge:
    """``post`` speaks the edge protocol, ``get_pixel`` loads an image. No cookies are kept between requests."""

    def __init__(self, *, datastream: Datastream | None = None, **deps: Any) -> None:
        self.log = MemoryEventLog()
        numbers = count(1)
        streams = (datastream or a_datastream(), a_datastream(id=DatastreamId("off"), enabled=False))
        configuration = a_configuration(datastreams=streams)
        given: dict[str, Any] = {
            "configuration": lambda: configuration,
            "clock_ms": lambda: NOON_MS,
            "new_id": lambda: EventId(f"new-{next(numbers)}"),
            "new_ecid": lambda: ECID_A,
            "registrable_domain": lambda host: "shop.example" if host.endswith("shop.example") else None,
            "base_paths": ("ee", "data/c"),
            "body_bytes": 4_096,
        }
        self.deps = EdgeDeps(**given | deps)
        self.app = DurableApp(EdgeEndpoint(self.deps), self.log)
        self.client, self.images = (
            TestClient(app, base_url="https://c.shop.example", client=("203.0.113.77", 5))
            for app in (self.app, DurableApp(PixelEndpoint(self.deps), self.log))
        )

    def post(
        self,
        path: str = "/ee/v1/interact",
        body: object = PAGE_VIEW,
        *,
        query: str = f"configId=test&requestId={REQUEST_ID}",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        sent = {"content-type": "text/plain; charset=UTF-8", "origin": ORIGIN} | dict(headers or {})
        self.client.cookies.clear()
        return self.client.post(f"{path}?{query}", content=content, headers=sent)

    def get_pixel(
        self, query: str = "", *, path: str = "/pixel/test.gif", headers: Mapping[str, str] | None = None
    ) -> Response:
        self.images.cookies.clear()
        return self.images.get(f"{path}?{query}", headers=dict(headers or {}))

    def events(self) -> list[Event]:
        records = asyncio.run(_all(self.log))
        return [msgspec.json.decode(value, type=Event) for value in records]


async def _all(log: MemoryEventLog) -> list[bytes]:
    return [record.value for record in await log.read(after=BEFORE_FIRST, limit=1_000)]
