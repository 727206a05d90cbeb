import gzip
import re
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.web.stylesheet import joined, stylesheet_route
from tests.unit.web.console import HTML, ROOT, a_console

CSS = ROOT / "static" / "css"

# Made of a value by a template: `row-{{ row.outcome }}`.
_MADE_OF_VALUES = (
    "api-method-",
    "change-",
    "depth-",
    "findings-",
    "live-in-",
    "outcome-",
    "row-",
    "spark-",
    "tone-",
    "value-",
)


def _site(directory: Path, **files: str) -> Path:
    for name, text in files.items():
        (directory / f"{name}.css").write_text(text, encoding="utf-8")
    return directory / "app.css"


def test_imports_are_replaced_by_what_they_name_in_their_order(tmp_path: Path) -> None:
    path = _site(tmp_path, app='/* Look */\n@import "b.css";\n@import "a.css";\n', a="a {}\n", b="b {}\n")

    assert joined(path) == "\nb {}\na {}\n"


def test_the_address_changes_with_the_text_and_with_nothing_else(tmp_path: Path) -> None:
    path = _site(tmp_path, app='@import "a.css";\n', a="a {}\n")
    before = stylesheet_route(path).path

    assert stylesheet_route(path).path == before
    _site(tmp_path, a="b {}\n")
    assert stylesheet_route(path).path != before


def test_a_browser_asks_for_it_once_and_gets_it_packed(tmp_path: Path) -> None:
    route = stylesheet_route(_site(tmp_path, app="a {}\n"))
    client = TestClient(Starlette(routes=[route]))

    plain = client.get(route.path, headers={"accept-encoding": "identity"})
    packed = client.get(route.path, headers={"accept-encoding": "gzip"})

    assert plain.text == packed.text == "a {}\n"
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["cache-control"] == packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["vary"] == "accept-encoding"
    assert plain.headers["content-type"] == "text/css; charset=utf-8"


def test_the_page_of_somebody_who_is_not_signed_in_has_it_too(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        page = console.client.get("/login", headers=HTML).text
        (address,) = re.findall(r'rel="stylesheet" href="([^"]+)"', page)

        answer = console.client.get(address)

    assert answer.text == joined(CSS / "app.css")
    assert answer.headers["cache-control"].endswith("immutable")


def test_every_component_is_imported_once_and_none_is_left_to_the_browser() -> None:
    imported = re.findall(r'@import "([^"]+)"', (CSS / "app.css").read_text(encoding="utf-8"))

    assert sorted(imported) == sorted(path.name for path in CSS.glob("*.css") if path.name != "app.css")
    assert "@import" not in joined(CSS / "app.css")


def test_every_rule_is_for_something_that_a_page_has() -> None:
    rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "", joined(CSS / "app.css"), flags=re.DOTALL)
    classes = {name for name in re.findall(r"\.([a-z][\w-]*)", rules) if not name.startswith(_MADE_OF_VALUES)}
    places = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static/admin").rglob("*.js")]
    pages = "".join(path.read_text(encoding="utf-8") for path in places)

    assert {name for name in classes if not re.search(rf"(?<![\w-]){name}(?![\w-])", pages)} == set()


def test_it_does_not_grow_unseen() -> None:
    # Asked for once a version, and kept for a year. Ten packets of 1.4 kB come before anything is heard back, the
    # eleventh a round trip later.
    assert len(gzip.compress(joined(CSS / "app.css").encode())) < 15_500
