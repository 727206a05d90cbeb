"""docs/reference/schema-registry.md says what the API does."""

import re
from pathlib import Path

import pytest
from starlette.routing import Route

from server.schema.importing import MAX_FILE_BYTES
from server.schema.listing import MAX_PAGE
from server.schema.representation import Form
from server.web.access.auth import SessionLimits
from server.web.api.call import ROOT
from server.web.api.routes import api_routes

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "schema-registry.md").read_text(encoding="utf-8")


def test_every_route_is_listed_and_no_other() -> None:
    every = [route for route in api_routes(SessionLimits()) if isinstance(route, Route)]
    routes = [route for route in every if route.path.startswith(ROOT)]
    there = {
        f"{method} {re.sub(r':path', '', route.path.removeprefix(ROOT))}"
        for route in routes
        for method in (route.methods or set()) - {"HEAD"}
    }

    assert set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`", TEXT)) == there


@pytest.mark.parametrize("form", Form)
def test_every_form_is_explained(form: Form) -> None:
    assert f"| `{form}` |" in TEXT


def test_limits_are_said() -> None:
    assert f"at most {MAX_PAGE} items" in TEXT
    assert f"more than {MAX_FILE_BYTES} bytes" in TEXT
