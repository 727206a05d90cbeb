from pathlib import Path
from urllib.parse import quote

import pytest

from server.store.users import Role
from tests.unit.property.factories import retail
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.connections import a_connection
from tests.unit.web.pages.markup import parse
from tests.unit.web.pages.published import save


def found(console: Console, query: str) -> dict[str, str]:
    """What is shown, with its address, by what a reader sees of it."""
    answer = console.client.get(f"/find?q={quote(query)}", headers=HTML)
    assert answer.status_code == 200
    [results] = parse(answer.text).all("section", id="find-results")
    return {" ".join(each.text.split()): each.attributes["href"] for each in results.all("a")}


@pytest.mark.parametrize(
    ("query", "text", "href"),
    [
        ("purchase", "Purchase rule · Retail web", "/properties/retail-web/rules/purchase"),
        ("pageName", "pageName data element · Retail web", "/properties/retail-web/elements/pageName"),
        ("retail", "Retail web property · retail-web", "/properties/retail-web"),
        ("monit", "Monitoring page · Watch", "/monitoring"),
        ("new prop", "New property page", "/new-property"),
        ("dataset purch", "purchases dataset", "/datasets/"),
        ("commerce details", "Commerce details field group · built in", "/schemas/"),
    ],
)
def test_whatever_has_a_name_is_found(tmp_path: Path, query: str, text: str, href: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        a_connection(console)

        shown = found(console, query)

    assert [key for key in shown if key.startswith(text) and shown[key].startswith(href)], shown


def test_what_is_not_found_can_be_looked_for_among_events_and_persons(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        shown = found(console, "ada@example.com&x")

    assert list(shown.values()) == ["/live?q=ada%40example.com%26x", "/profiles?value=ada%40example.com%26x"]


def test_viewers_are_not_led_to_what_they_may_not_begin(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)

        assert not [text for text in found(console, "new") if text.startswith("New connection")]


def test_what_is_looked_for_is_text_and_no_markup(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        text = console.client.get("/find?q=%3Cimg%20src%3Dx%3E%E2%80%AE", headers=HTML).text

    assert "<img src=x>" not in text
    assert "⟨U+202E⟩" in text
