"""Somebody subscribes in the console, a connection gets a bad event, and the subscriber hears of it, signed."""

import base64
import hashlib
import hmac
import http.server
import json
import queue
import re
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from e2e.server import Heliograph

# Told within seconds; under load, later.
_ARRIVES_WITHIN_SECONDS = 60.0


class Got(NamedTuple):
    """One notification."""

    headers: Mapping[str, str]
    body: bytes


@pytest.fixture
def receiver() -> Iterator[tuple[str, "queue.Queue[Got]"]]:
    """Its address, and what came. It answers challenges."""
    got: queue.Queue[Got] = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(parse_qs(urlsplit(self.path).query)["challenge"][0].encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.put(Got({name.lower(): value for name, value in self.headers.items()}, body))
            self._say(b"thanks")

        def _say(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class calls it so)
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", got
        server.shutdown()
        thread.join()


def _checked(got: Got, secret: str) -> Any:
    """What it says, once its signature is found right."""
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert got.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    return json.loads(got.body)["event"]


def _send(server: Heliograph, inlet: Mapping[str, Any]) -> None:
    """An event that is not as its schema says, as a server sends it."""
    info = json.loads(server.run("info", "--json").stdout)
    dataset = next(each for each in info["datasets"] if each["id"] == inlet["flows"][0]["datasetId"])
    reference = {"id": dataset["schemaId"], "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    entity = {"_id": "bad-1", "timestamp": "2026-01-01T12:00:00Z", "eventType": 5}
    message = {
        "header": {"schemaRef": reference, "datasetId": dataset["id"], "source": {"name": "test"}},
        "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": entity},
    }
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(inlet["url"], data=json.dumps(message).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_a_subscriber_hears_of_a_bad_event_within_seconds(
    new_server: Any, page: Page, receiver: tuple[str, "queue.Queue[Got]"]
) -> None:
    server: Heliograph = new_server(environ={"HELIOGRAPH_WEBHOOK_NETWORKS": "127.0.0.0/8"}).start()
    url, got = receiver
    page.goto(server.login_url)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("link", name="Subscriptions").click()
    page.get_by_role("link", name="New subscription").click()
    page.get_by_label("Name", exact=True).fill("On call")
    page.get_by_label("Address of the webhook").fill("http://169.254.169.254/latest")
    page.get_by_role("button", name="Make the subscription").click()
    expect(page.locator("#url-fault")).to_contain_text("Only https")
    page.get_by_label("Address of the webhook").fill(url)
    page.get_by_role("button", name="Make the subscription").click()
    secret = page.locator("pre[aria-label='Secret of the subscription']").inner_text().strip()
    expect(page.locator(".page-sub .tag")).to_have_text("on")

    page.get_by_role("button", name="Send a test").click()
    expect(page.locator(".deliveries .tag-good")).to_have_text("delivered")
    assert _checked(got.get(timeout=_ARRIVES_WITHIN_SECONDS), secret)["xdm:eventCode"] == "heliograph_test"

    info = json.loads(server.run("info", "--json").stdout)
    inlet = next(each for each in info["inlets"] if not each["authenticationRequired"])
    _send(server, inlet)

    failure = got.get(timeout=_ARRIVES_WITHIN_SECONDS)
    event = _checked(failure, secret)
    assert (event["xdm:eventCode"], event["xdm:datasetId"]) == ("ing_load_failure", inlet["flows"][0]["datasetId"])
    assert event["heliograph"]["connection"]["name"] == inlet["name"]
    assert event["heliograph"]["reasons"][0]["code"] == "schema_violation"
    assert b"bad-1" not in failure.body
    page.reload()
    expect(page.locator(".deliveries h3").first).to_have_text(re.compile(r"^1 event for .* failed"))
