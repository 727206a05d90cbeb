import json
from pathlib import Path

from tests.unit.property.factories import a_property
from tests.unit.web.console import HTML, a_console
from tests.unit.web.pages.published import publish as point_to_another
from tests.unit.web.pages.published import save
from tests.unit.web.pages.test_publishing import pointers, publish


def test_people_who_are_signed_in_get_the_source_map_of_a_build(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())
        publish(console, "staging")
        path = f"/properties/shop/builds/{pointers(console)['staging'].build_hash}.js.map"

        answer = console.client.get(path)
        console.client.cookies.clear()
        refused = console.client.get(path, headers=HTML, follow_redirects=False)

    assert json.loads(answer.content)["version"] == 3
    assert "heliograph:///engine/rules.js" in answer.text
    assert refused.status_code == 303


def test_a_build_of_other_fragments_has_no_map_that_would_be_right(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        made = point_to_another(console, a_property(), "staging")

        assert console.client.get(f"/properties/shop/builds/{made.hash}.js.map").status_code == 404
        assert console.client.get("/properties/shop/builds/nothing.js.map").status_code == 404
