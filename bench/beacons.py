"""What is sent: whole HTTP/1.1 requests, as clients send them."""

import gzip
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import msgspec

from server.model.json import JsonObject
from server.wire.cookies import encode_identity

_USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
_USER_AGENTS = [_USER_AGENT.format(version) for version in range(100, 220)]

_CONTENT_TYPE = "application/vnd.adobe.xed-full+json;version=1"


def event_xdm(index: int) -> JsonObject:
    """A product put into the cart, without identity: about 1.2 kB of JSON."""
    return {
        "_id": str(uuid.uuid4()),
        "timestamp": "2026-01-01T12:00:00.000Z",
        "eventType": "commerce.productListAdds",
        "web": {
            "webPageDetails": {"URL": f"https://shop.example/products/{index}?utm_source=bench", "name": "product"},
            "webReferrer": {"URL": "https://shop.example/"},
        },
        "commerce": {"productListAdds": {"value": 1}},
        "productListItems": [
            {
                "SKU": f"SKU-{number}",
                "name": "Field mirror with case",
                "quantity": 1,
                "priceTotal": 39.5,
                "currencyCode": "EUR",
            }
            for number in range(4)
        ],
        "device": {"screenHeight": 1080, "screenWidth": 1920, "screenOrientation": "landscape"},
        "environment": {"type": "browser", "browserDetails": {"viewportWidth": 1440, "viewportHeight": 900}},
        "placeContext": {
            "localTime": "2026-01-01T13:00:00.000+01:00",
            "localTimezoneOffset": -60,
            "ianaTimezone": "Europe/Zurich",
        },
        "implementationDetails": {"name": "https://ns.example/bench", "version": "1", "environment": "browser"},
    }


def edge_request(index: int, action: str = "collect", *, events: int = 1) -> bytes:
    """Events of a visitor who is known, as nearly all are; each request has a visitor and a browser of its own."""
    state = {"domain": "shop.example", "cookiesEnabled": True, "entries": []}
    sent = [{"xdm": event_xdm(index)} for _ in range(events)]
    document = {"events": sent, "meta": {"queueTimeMillis": 12, "state": state}}
    if action == "interact":
        document["query"] = {"identity": {"fetch": ["ECID"]}}
    body = msgspec.json.encode(document)
    # A cookie of today: it is renewed once in 24 hours.
    ecid = f"41{index:036d}"
    cookie = f"kndctr_DEMO_AdobeOrg_identity={encode_identity(ecid, now_ms=time.time_ns() // 1_000_000)}"
    head = (
        f"POST /ee/v1/{action}?configId=demo&requestId={uuid.uuid4()} HTTP/1.1\r\nHost: c.shop.example\r\n"
        f"User-Agent: {_USER_AGENTS[index % len(_USER_AGENTS)]}\r\nOrigin: https://shop.example\r\n"
        f"Referer: https://shop.example/\r\nAccept-Language: de-CH,de;q=0.9\r\n"
        f'Sec-CH-UA-Platform: "Linux"\r\nSec-CH-UA-Mobile: ?0\r\n'
        f"Cookie: {cookie}\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Inlet:
    """The demo's open streaming connection."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-m", "server", "info", "--json", "--data-dir", str(data_dir)]
        info = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        [self._id] = [inlet["id"] for inlet in info["inlets"] if inlet["name"] == "demo-stream"]
        [self._dataset] = [dataset for dataset in info["datasets"] if dataset["name"] == "demo-events"]
        self._org_id = info["orgId"]

    def single(self, index: int) -> bytes:
        return _post(f"/collection/{self._id}", msgspec.json.encode(self._message(index)))

    def batch(self, index: int, size: int, *, pack: Callable[[bytes], bytes] | None = None) -> bytes:
        """``pack``: what gzip does to the body; None for plain."""
        messages = [self._message(index * size + number) for number in range(size)]
        body = msgspec.json.encode({"messages": messages})
        path = f"/collection/batch/{self._id}"
        return _post(path, body) if pack is None else _post(path, pack(body), "Content-Encoding: gzip\r\n")

    def _message(self, index: int) -> JsonObject:
        reference = {"id": self._dataset["schemaId"], "contentType": _CONTENT_TYPE}
        header = {
            "schemaRef": reference,
            "imsOrgId": self._org_id,
            "datasetId": self._dataset["id"],
            "createdAt": 1_767_268_800_000,
            "source": {"name": "bench"},
        }
        return {"header": header, "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": event_xdm(index)}}


def packed(body: bytes) -> bytes:
    return gzip.compress(body, 6)


def _post(path: str, body: bytes, more: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: c.shop.example\r\nUser-Agent: etl/1\r\n"
        f"Content-Type: application/json\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
