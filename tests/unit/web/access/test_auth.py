from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.store.users import Role
from server.web.access.auth import SessionLimits, safe_next
from server.web.services import ConsoleState
from tests.unit.web.console import HTML, PUBLIC_URL, a_console

LIMITS = SessionLimits()


async def change(request: Request[ConsoleState]) -> Response:
    """A route as it must not be: it changes something and looks at nothing. The layer in front has to protect it."""
    return PlainTextResponse("changed")


CHANGE = Route("/change", change, methods=["POST"])


def test_a_page_without_a_session_leads_to_the_login_and_back(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        answer = console.client.get("/properties?a=1&b=2", headers=HTML, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/properties%3Fa%3D1%26b%3D2"


def test_the_first_page_needs_no_way_back(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        answer = console.client.get("/", headers=HTML, follow_redirects=False)

    assert answer.headers["location"] == "/login"


def test_who_does_not_read_pages_gets_401_as_problem_details(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        stream = console.client.get("/live/events", headers={"accept": "text/event-stream"})
        api = console.client.get("/properties", headers={"accept": "application/json"})

    assert stream.status_code == api.status_code == 401
    assert stream.headers["content-type"] == "application/problem+json"
    assert stream.json() == {"title": "Sign in first", "status": 401, "detail": ""}


def test_even_what_does_not_exist_needs_a_session(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        assert console.client.get("/nowhere", headers=HTML, follow_redirects=False).status_code == 303

        console.sign_in()
        assert console.client.get("/nowhere", headers=HTML).status_code == 404


@pytest.mark.parametrize("path", ["/login", "/static/css/app.css"])
def test_public_paths_need_none(tmp_path: Path, path: str) -> None:
    with a_console(tmp_path) as console:
        assert console.client.get(path, headers=HTML).status_code == 200


@pytest.mark.parametrize("path", ["/static/../properties", "//properties", "/login/", "/login/x", "/LOGIN"])
def test_what_only_looks_public_needs_a_session(tmp_path: Path, path: str) -> None:
    with a_console(tmp_path) as console:
        answer = console.client.get(f"http://127.0.0.1:8000{path}", headers=HTML, follow_redirects=False)

    assert "Retail" not in answer.text
    assert answer.status_code in (303, 404)


def test_what_is_not_the_consoles_is_let_through(tmp_path: Path) -> None:
    async def collect(request: Request[ConsoleState]) -> Response:
        return PlainTextResponse("collected")

    route = Route("/ee/v1/collect", collect, methods=["POST"])
    headers = {"origin": "https://shop.example", "sec-fetch-site": "cross-site"}

    with a_console(tmp_path, extra_routes=(route,), outside=("/ee/",)) as console:
        answer = console.client.post("/ee/v1/collect", headers=headers)

    assert answer.text == "collected"


def test_a_session_that_nobody_uses_ends(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        console.clock.now_ms += LIMITS.idle_ms - 1
        assert console.client.get("/properties", headers=HTML, follow_redirects=False).status_code == 200
        console.clock.now_ms += LIMITS.idle_ms
        assert console.client.get("/properties", headers=HTML, follow_redirects=False).status_code == 303


def test_a_session_ends_after_its_longest_time_although_it_is_used(tmp_path: Path) -> None:
    uses = LIMITS.longest_ms // (LIMITS.idle_ms // 2)

    with a_console(tmp_path) as console:
        console.sign_in()
        for _ in range(uses - 1):
            console.clock.now_ms += LIMITS.idle_ms // 2
            assert console.client.get("/properties", headers=HTML, follow_redirects=False).status_code == 200

        console.clock.now_ms += LIMITS.idle_ms // 2
        assert console.client.get("/properties", headers=HTML, follow_redirects=False).status_code == 303


def test_a_cookie_that_the_browser_chose_is_no_session(tmp_path: Path) -> None:
    chosen = HTML | {"cookie": "heliograph_session=chosen"}

    with a_console(tmp_path) as console:
        form = {"token": console.issue_link()}
        answer = console.client.post("/login", data=form, headers=chosen, follow_redirects=False)
        console.client.cookies.clear()

        assert "chosen" not in answer.headers["set-cookie"]
        assert console.client.get("/properties", headers=chosen, follow_redirects=False).status_code == 303


def test_signing_in_again_ends_the_former_session(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(name="ada")
        former = console.client.cookies["heliograph_session"]
        console.sign_in(name="bob")

        assert console.client.cookies["heliograph_session"] != former
        console.client.cookies.clear()
        console.client.cookies.set("heliograph_session", former)
        assert console.client.get("/properties", headers=HTML, follow_redirects=False).status_code == 303


def test_the_cookie_is_closed_to_scripts_and_other_sites(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        token = console.issue_link()
        answer = console.client.post("/login", data={"token": token}, headers=HTML, follow_redirects=False)

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("heliograph_session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "Secure" not in cookie


def test_by_https_the_cookie_is_bound_to_host_and_tls(tmp_path: Path) -> None:
    with a_console(tmp_path, base_url=PUBLIC_URL) as console:
        token = console.issue_link()
        answer = console.client.post("/login", data={"token": token}, headers=HTML, follow_redirects=False)

        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-heliograph_session=")
        assert "Secure" in cookie.split("; ")
        assert console.client.get("/properties", headers=HTML, follow_redirects=False).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8000.evil.example"},
        {"origin": "http://127.0.0.1:9999"},
    ],
)
def test_a_change_that_another_page_asks_for_is_refused(tmp_path: Path, headers: dict[str, str]) -> None:
    with a_console(tmp_path, extra_routes=(CHANGE,)) as console:
        console.sign_in()

        assert console.client.post("/change", headers=HTML | headers).status_code == 403


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://127.0.0.1:8000"}])
def test_a_change_that_our_own_page_asks_for_is_made(tmp_path: Path, headers: dict[str, str]) -> None:
    with a_console(tmp_path, extra_routes=(CHANGE,)) as console:
        console.sign_in()

        assert console.client.post("/change", headers=HTML | headers).text == "changed"


def test_signing_in_is_a_change_too(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        token = console.issue_link()
        headers = HTML | {"sec-fetch-site": "cross-site"}

        assert console.client.post("/login", data={"token": token}, headers=headers).status_code == 403
        assert "set-cookie" not in console.client.post("/login", data={"token": token}, headers=headers).headers


def test_a_change_without_a_session_is_not_made(tmp_path: Path) -> None:
    with a_console(tmp_path, extra_routes=(CHANGE,)) as console:
        answer = console.client.post("/change", headers=HTML, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_look(tmp_path: Path, role: Role) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(role)

        assert console.client.get("/", headers=HTML).status_code == 200


@pytest.mark.parametrize("target", ["/properties", "/live/failed/3?x=1", "/"])
def test_the_way_back_is_a_path_of_ours(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil",
        "/\t/evil.example",
        "/\r\nset-cookie: a=b",
        "/a\\b",
        "\\/evil.example",
        " /x",
        "/\u202e",
    ],
)
def test_any_other_way_back_is_the_first_page(target: str) -> None:
    assert safe_next(target) == "/"
