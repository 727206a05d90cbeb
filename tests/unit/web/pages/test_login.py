from pathlib import Path

import pytest

from tests.unit.web.console import HTML, LINK_TTL_MS, a_console

REFUSED = "That link does not sign anybody in."


def test_without_a_link_the_page_says_how_to_get_one(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        answer = console.client.get("/login", headers=HTML)

    assert answer.status_code == 200
    assert "heliograph user login-link" in answer.text
    assert REFUSED not in answer.text


def test_a_link_opens_a_page_with_a_button_and_is_not_used_up_by_that(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        token = console.issue_link(name="ada")

        for _ in range(2):
            answer = console.client.get(f"/login?token={token}", headers=HTML)
            assert "Welcome, ada" in answer.text
            assert "set-cookie" not in answer.headers

        pressed = console.client.post("/login", data={"token": token}, headers=HTML, follow_redirects=False)
        assert (pressed.status_code, pressed.headers["location"]) == (303, "/")


def test_the_button_leads_back_to_where_one_wanted_to_go(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        token = console.issue_link()
        form = {"token": token, "next": "/properties?x=1"}

        answer = console.client.post("/login", data=form, headers=HTML, follow_redirects=False)

    assert answer.headers["location"] == "/properties?x=1"


def test_the_way_back_survives_the_page(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        token = console.issue_link()

        assert 'name="next" value="/properties"' in console.client.get(f"/login?token={token}&next=/properties").text
        assert 'name="next" value="/"' in console.client.get("/login?next=//evil.example").text


def test_used_expired_and_unknown_links_get_the_same_page(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        used, expired = console.issue_link(name="ada"), console.issue_link(name="bob")
        console.client.post("/login", data={"token": used}, headers=HTML, follow_redirects=False)
        console.client.cookies.clear()
        console.clock.now_ms += LINK_TTL_MS
        tokens = (used, expired, "unknown", "x" * 5000)

        opened = [console.client.get(f"/login?token={token}", headers=HTML) for token in tokens]
        pressed = [console.client.post("/login", data={"token": token}, headers=HTML) for token in (*tokens, "")]

    assert {answer.status_code for answer in opened + pressed} == {403}
    assert len({answer.text for answer in opened + pressed}) == 1
    assert REFUSED in opened[0].text
    assert "set-cookie" not in {name for answer in opened + pressed for name in answer.headers}


@pytest.mark.parametrize(
    "template", ["{}", "  {}\n", "http://127.0.0.1:8000/login?token={}", "see /login?a=b&token={}#x"]
)
def test_a_pasted_link_signs_in_like_an_opened_one(tmp_path: Path, template: str) -> None:
    with a_console(tmp_path) as console:
        pasted = template.format(console.issue_link())

        answer = console.client.post("/login", data={"token": pasted}, headers=HTML, follow_redirects=False)

    assert answer.status_code == 303


def test_a_name_is_shown_as_text(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        token = console.issue_link(name="<img src=x>")

        text = console.client.get(f"/login?token={token}", headers=HTML).text

    assert "<img src=x>" not in text
    assert "&lt;img src=x&gt;" in text


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"token=x", "text/plain", 415),
        (b"token=%ff", "application/x-www-form-urlencoded", 400),
        (b"\xff=\xfe", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(300)), "application/x-www-form-urlencoded", 400),
        (b"token=" + b"x" * 1_100_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_no_form_is_refused(tmp_path: Path, body: bytes, content_type: str, status: int) -> None:
    with a_console(tmp_path) as console:
        answer = console.client.post("/login", content=body, headers=HTML | {"content-type": content_type})

    assert answer.status_code == status


def test_signing_out_ends_the_session_on_the_server(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        cookie = console.client.cookies["heliograph_session"]
        form = {"csrf": console.csrf_token()}

        answer = console.client.post("/logout", data=form, headers=HTML, follow_redirects=False)

        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert "heliograph_session" not in console.client.cookies
        console.client.cookies.set("heliograph_session", cookie)
        assert console.client.get("/properties", headers=HTML, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "wrong"}, {"csrf": "ü"}])
def test_signing_out_needs_the_sessions_own_form(tmp_path: Path, form: dict[str, str]) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert console.client.post("/logout", data=form, headers=HTML).status_code in (403, 415)
        assert console.client.get("/properties", headers=HTML, follow_redirects=False).status_code == 200


def test_signing_out_is_no_link(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert console.client.get("/logout", headers=HTML).status_code == 405
