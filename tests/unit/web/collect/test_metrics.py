"""Who may read `/metrics`."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.web.collect.metrics import metrics_routes


async def render() -> str:
    return "heliograph_connections 3\n"


def client(*, token: str = "", peer: str = "127.0.0.1", host: str = "127.0.0.1:8000") -> TestClient:
    app = Starlette(routes=metrics_routes(render, token=token))
    return TestClient(app, base_url=f"http://{host}", client=(peer, 4711))


@pytest.mark.parametrize(
    ("peer", "host"), [("127.0.0.1", "127.0.0.1:8000"), ("::1", "[::1]:8000"), ("127.0.0.1", "localhost:8000")]
)
def test_the_machine_itself_may_ask(peer: str, host: str) -> None:
    answer = client(peer=peer, host=host).get("/metrics")

    assert (answer.status_code, answer.text) == (200, "heliograph_connections 3\n")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.1", "2001:db8::1"])
def test_others_may_not(peer: str) -> None:
    answer = client(peer=peer).get("/metrics")

    assert answer.status_code == 403
    assert "HELIOGRAPH_METRICS_TOKEN" in answer.text
    assert "heliograph_connections" not in answer.text


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_nobody_may_through_a_proxy_on_this_machine(header: str) -> None:
    assert client().get("/metrics", headers={header: "203.0.113.9"}).status_code == 403


def test_no_page_may_under_a_name_that_leads_here() -> None:
    assert client(host="rebound.example").get("/metrics").status_code == 403


def test_with_a_token_it_is_the_token_that_counts() -> None:
    stranger, here = client(token="s3cret", peer="203.0.113.9"), client(token="s3cret")

    assert stranger.get("/metrics", headers={"authorization": "Bearer s3cret"}).status_code == 200
    for given in ("", "Bearer", "Bearer other", "Basic s3cret", "Bearer \xe9"):
        refused = here.get("/metrics", headers={b"authorization": given.encode("latin-1")})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
