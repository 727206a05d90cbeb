"""docs/reference/flow-service-api.md and catalog-api.md list every route, and no other."""

import re
from pathlib import Path

import pytest
from starlette.routing import Route

from server.web.access.auth import SessionLimits
from server.web.api import catalog, conversion, flow_listing, flowservice
from server.web.api.flow_resource import DATA_LAKE, HTTP_API, MAPPED_FLOW, PLAIN_FLOW
from server.web.api.routes import api_routes

_CALLS = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /(?:\{kind\}|flows|mappingSets|languages|dataSets|v2)[^`]*)`")

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize(
    ("page", "roots"),
    [
        ("flow-service-api.md", (flowservice.ROOT, conversion.ROOTS[0])),
        ("catalog-api.md", (catalog.ROOT,)),
    ],
)
def test_every_route_is_listed_and_no_other(page: str, roots: tuple[str, ...]) -> None:
    text = (REFERENCE / page).read_text(encoding="utf-8")

    there = {
        f"{method} {route.path.removeprefix(root)}"
        for route in api_routes(SessionLimits())
        for root in roots
        if isinstance(route, Route) and route.path.startswith(f"{root}/")
        # monitoring-api.md has those.
        if not route.path.startswith((f"{root}/runs", f"{root}/batches"))
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert (
        set(_CALLS.findall(text))
        - {
            "POST /connections",
            "POST /sourceConnections",
            "POST /targetConnections",
            "POST /flows",
        }
        == there
    )


def test_the_platform_s_ids_and_our_limits_are_said() -> None:
    text = (REFERENCE / "flow-service-api.md").read_text(encoding="utf-8")

    for identifier in (HTTP_API, DATA_LAKE, PLAIN_FLOW, MAPPED_FLOW):
        assert identifier in text
    assert f"({flow_listing.MAX_PAGE} at most)" in text
    assert f"({conversion.MAX_PAGE} at most)" in text
    assert f"({catalog.MAX_PAGE} at most" in (REFERENCE / "catalog-api.md").read_text(encoding="utf-8")
