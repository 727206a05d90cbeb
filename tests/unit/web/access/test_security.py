from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.web.services import ConsoleState
from tests.unit.web.console import HTML, PUBLIC_URL, Console, a_console


async def boom(request: Request[ConsoleState]) -> Response:
    raise ValueError("a secret detail")


async def outside(request: Request[ConsoleState]) -> Response:
    return PlainTextResponse("not the console's", headers={"cache-control": "public"})


ROUTES = (Route("/boom", boom), Route("/tags/x.js", outside))


def directives(answer: Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def every_answer(console: Console) -> list[tuple[str, Response]]:
    console.sign_in()
    paths = ("/", "/login", "/properties", "/nowhere", "/boom", "/static/css/app.css", "/static/none")
    return [(path, console.client.get(path, headers=HTML)) for path in paths]  # type: ignore[misc]  # as like as needed


def test_every_answer_of_the_console_is_closed_up(tmp_path: Path) -> None:
    with a_console(tmp_path, extra_routes=ROUTES, raise_faults=False) as console:
        answers = every_answer(console)

    for path, answer in answers:
        policy = directives(answer)
        assert policy["default-src"] == "'none'", path
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'", path
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'", path
        assert policy["require-trusted-types-for"] == "'script'", path
        assert "unsafe" not in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["x-frame-options"] == "DENY", path
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", path
        assert answer.headers["cross-origin-resource-policy"] == "same-origin", path
        assert answer.headers["referrer-policy"] == "same-origin", path
        assert "access-control-allow-origin" not in answer.headers, path


def test_pages_are_kept_nowhere_and_assets_are_asked_for_again(tmp_path: Path) -> None:
    with a_console(tmp_path, extra_routes=ROUTES, raise_faults=False) as console:
        kept = {path: answer.headers["cache-control"] for path, answer in every_answer(console)}

    assert kept.pop("/static/css/app.css") == kept.pop("/static/none") == "no-cache"
    assert set(kept.values()) == {"no-store"}


@pytest.mark.parametrize(("base_url", "is_said"), [(PUBLIC_URL, True), ("http://127.0.0.1:8000", False)])
def test_by_https_browsers_are_told_to_stay_there(tmp_path: Path, base_url: str, is_said: bool) -> None:
    with a_console(tmp_path, base_url=base_url) as console:
        answer = console.client.get("/login", headers=HTML)

    assert ("strict-transport-security" in answer.headers) is is_said


def test_what_is_not_the_consoles_keeps_its_own_headers(tmp_path: Path) -> None:
    with a_console(tmp_path, extra_routes=ROUTES, outside=("/tags/",)) as console:
        answer = console.client.get("/tags/x.js")

    assert answer.headers["cache-control"] == "public"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in answer.headers
    assert "cross-origin-resource-policy" not in answer.headers


def test_a_fault_says_nothing_of_its_cause(tmp_path: Path) -> None:
    with a_console(tmp_path, extra_routes=ROUTES, raise_faults=False) as console:
        console.sign_in()
        page, problem = console.client.get("/boom", headers=HTML), console.client.get("/boom")

    assert page.status_code == problem.status_code == 500
    assert "Something of ours broke" in page.text
    assert problem.json()["status"] == 500
    assert "secret" not in page.text + problem.text
    assert "Traceback" not in page.text + problem.text
