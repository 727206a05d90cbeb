from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.web.services import ConsoleState
from tests.unit.web.console import HTML, a_console

FROM_AFAR = "203.0.113.9"


def test_plain_http_from_another_machine_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with a_console(tmp_path, base_url="http://console.example", address=FROM_AFAR) as console:
        answer = console.client.get("/login", headers=HTML)

    assert answer.status_code == 403
    assert "The console needs HTTPS" in answer.text
    assert "HELIOGRAPH_CONSOLE_ALLOW_HTTP=on" in answer.text


def test_not_even_a_good_login_is_taken_that_way(tmp_path: Path) -> None:
    with a_console(tmp_path, base_url="http://console.example", address=FROM_AFAR) as console:
        form = {"token": console.issue_link()}
        answer = console.client.post("/login", data=form, headers=HTML, follow_redirects=False)

        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_programs_are_refused_as_problem_details(tmp_path: Path) -> None:
    with a_console(tmp_path, base_url="http://console.example", address=FROM_AFAR) as console:
        answer = console.client.get("/live/events")

    assert answer.status_code == 403
    assert answer.json()["title"] == "The console needs HTTPS"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_use_http(tmp_path: Path, address: str) -> None:
    with a_console(tmp_path, address=address) as console:
        assert console.client.get("/login", headers=HTML).status_code == 200


@pytest.mark.parametrize("address", [FROM_AFAR, "192.168.1.2", "::ffff:192.168.1.2", "fe80::1", "localhost", "junk"])
def test_others_may_not(tmp_path: Path, address: str) -> None:
    with a_console(tmp_path, address=address) as console:
        assert console.client.get("/login", headers=HTML).status_code == 403


def test_https_is_for_everybody(tmp_path: Path) -> None:
    with a_console(tmp_path, base_url="https://console.example", address=FROM_AFAR) as console:
        assert console.client.get("/login", headers=HTML).status_code == 200


def test_a_setting_allows_http(tmp_path: Path) -> None:
    with a_console(tmp_path, base_url="http://console.example", address=FROM_AFAR, allow_http=True) as console:
        assert console.client.get("/login", headers=HTML).status_code == 200


def test_the_refusal_has_its_style_sheet_and_other_parts_are_not_concerned(tmp_path: Path) -> None:
    async def collect(request: Request[ConsoleState]) -> Response:
        return PlainTextResponse("collected")

    with a_console(
        tmp_path,
        base_url="http://console.example",
        address=FROM_AFAR,
        extra_routes=(Route("/ee/collect", collect),),
        outside=("/ee/",),
    ) as console:
        assert console.client.get("/static/css/app.css").status_code == 200
        assert console.client.get("/ee/collect").text == "collected"
