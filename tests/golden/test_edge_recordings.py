"""Requests as the Web SDK's own code made them, recorded in a browser: what they hold is understood without one.

``e2e/alloy/`` drives the library itself; this is quick, and says which shape of request a change has broken. The file
names the version that was recorded; a newer one is recorded by listening to ``page.on("request")`` there.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.model.datastream import DatastreamId
from server.wire.cookies import decode_identity
from tests.builders import a_datastream
from tests.unit.web.edge import Edge

RECORDING = msgspec.json.decode((Path(__file__).parent / "edge" / "alloy-2.33.1.json").read_bytes())
REQUESTS = RECORDING["requests"]
RECORDED_MS = int(datetime.fromisoformat(RECORDING["recorded"]).timestamp() * 1_000)


def _edge() -> Edge:
    demo = a_datastream(id=DatastreamId("demo"), org_id="DEMO@AdobeOrg", allowed_origins=("*",))
    return Edge(
        datastream=demo,
        clock_ms=lambda: RECORDED_MS,
        registrable_domain=lambda host: ".".join(host.split(".")[-2:]),
    )


@pytest.mark.parametrize("request_", REQUESTS, ids=[request["name"] for request in REQUESTS])
def test_a_recorded_request_is_answered_as_its_client_needs(request_: dict[str, Any]) -> None:
    edge = _edge()
    host = request_["headers"]["origin"].replace("https://www.", "edge.")
    third_party = "third-party" in request_["name"]

    answer = edge.client.post(
        f"{request_['path']}?{request_['query']}",
        content=request_["body"],
        headers=request_["headers"] | {"host": "edge.shop.test" if third_party else host},
    )

    expected = request_["answer"]
    assert answer.status_code == expected["status"], answer.text
    handles = [handle["type"] for handle in answer.json()["handle"]] if answer.content else None
    assert handles == expected["handles"]
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.split("=", 1)[0].rsplit("_", 1)[1] for cookie in cookies] == expected["cookies"]
    assert len(edge.events()) == request_["stored"]


@pytest.mark.parametrize("name", ["second event of the page", "event while unloading", "media event"])
def test_a_recorded_visitor_is_known_by_the_cookie_that_was_written_then(name: str) -> None:
    edge = _edge()
    request = next(request for request in REQUESTS if request["name"] == name)

    edge.client.post(f"{request['path']}?{request['query']}", content=request["body"], headers=request["headers"])

    [event] = edge.events()
    value = request["headers"]["cookie"].split("_identity=", 1)[1].split(";", 1)[0]
    cookie = decode_identity(value)
    assert cookie is not None
    assert event.xdm["identityMap"]["ECID"][0]["id"] == cookie.ecid
