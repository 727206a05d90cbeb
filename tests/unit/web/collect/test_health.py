"""What balancers are told."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.web.collect.health import health_routes


@pytest.mark.parametrize(
    ("ready", "cannot_store", "status", "said"),
    [
        (True, False, 200, "ready"),
        (False, False, 503, "draining"),
        (True, True, 503, "unavailable"),
        (False, True, 503, "draining"),
    ],
)
def test_beacons_are_wanted_only_where_they_can_be_stored(
    ready: bool, cannot_store: bool, status: int, said: str
) -> None:
    routes = health_routes(lambda: ready, cannot_store=lambda: cannot_store)
    client = TestClient(Starlette(routes=routes))

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (status, said)
    assert ("retry-after" in answer.headers) is (status == 503)
    assert client.get("/health/live").json() == {"status": "live"}
