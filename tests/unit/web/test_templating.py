from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import jinja2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from server.web.templating import Templates, path_for


@dataclass(frozen=True)
class APage:
    template: ClassVar[str] = "page.txt"
    section: ClassVar[str] = ""

    text: str = ""


def rendered(directory: Path, source: str, *, text: str = "", root_path: str = "") -> str:
    """What a page with this template is, its file not even called .html."""
    (directory / "page.txt").write_text(source, encoding="utf-8")
    templates = Templates(directory)

    async def show(request: Request[Any]) -> Response:
        return templates.render(request, APage(text=text))

    app = Starlette(routes=[Route("/here/{name}", show, name="here")])
    with TestClient(app, root_path=root_path, base_url="http://attacker.example") as client:
        return client.get(f"{root_path}/here/x").text


def test_data_is_escaped_whatever_the_file_is_called(tmp_path: Path) -> None:
    text = rendered(tmp_path, "<b title='{{ page.text }}'>{{ page.text }}</b>", text="<script>'\"&")

    assert text == "<b title='&lt;script&gt;&#39;&#34;&amp;'>&lt;script&gt;&#39;&#34;&amp;</b>"


def test_an_undefined_name_is_an_error(tmp_path: Path) -> None:
    for source in ("{{ nothing }}", "{{ page.nothing }}", "{% if page.nothing %}{% endif %}"):
        with pytest.raises(jinja2.UndefinedError):
            rendered(tmp_path, source)


def test_links_are_paths_without_the_host_that_a_client_names(tmp_path: Path) -> None:
    assert rendered(tmp_path, "{{ url_for('here', name='a b') }}") == "/here/a b"


def test_links_keep_the_prefix_that_the_console_is_served_under(tmp_path: Path) -> None:
    assert rendered(tmp_path, "{{ url_for('here', name='x') }}", root_path="/console") == "/console/here/x"


def test_links_keep_the_prefix_below_a_mount(tmp_path: Path) -> None:
    async def show(request: Request[Any]) -> Response:
        return Response(path_for(request, "inner:here"))

    inner = Mount("/inner", routes=[Route("/here", show, name="here")], name="inner")
    with TestClient(Starlette(routes=[inner]), root_path="/console") as client:
        assert client.get("/console/inner/here").text == "/console/inner/here"


def test_numbers_are_grouped_and_unseen_characters_shown(tmp_path: Path) -> None:
    assert rendered(tmp_path, "{{ 1234567 | grouped }} {{ page.text | visible }}", text="a\u202eb") == (
        "1,234,567 a⟨U+202E⟩b"
    )
