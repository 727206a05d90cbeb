from pathlib import Path

from server.store.users import Role
from tests.unit.property.factories import a_property, retail
from tests.unit.web.console import a_console
from tests.unit.web.pages.published import save
from tests.unit.web.pages.test_property_settings import document, told
from tests.unit.web.pages.workspace import RETAIL, changed, editor_form, get, post

BASE = f"{RETAIL}/every-event"


def test_a_form_that_is_sent_as_it_came_changes_nothing(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())

        status, _ = post(console, BASE, editor_form(get(console, BASE)))

        assert (status, document(console)) == (303, retail())


def test_a_field_of_the_tree_becomes_a_row_that_is_saved_with_what_it_reads(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property(property={"id": "retail-web", "name": "Retail"}))
        form = editor_form(get(console, BASE))

        _, html = post(console, BASE, changed(form, do="map:web.webPageDetails.name"))
        grown = changed(editor_form(html), base__0__source__kind="element", base__0__source__name="pageName")
        status, _ = post(console, BASE, grown)
        page = get(console, f"{BASE}?done=2")

        assert document(console)["xdm"] == {"base": {"web.webPageDetails.name": "%pageName%"}}
    assert status == 303
    assert "XDM of every event: <code>web.webPageDetails.name</code>" in page


def test_what_is_wrong_stands_beside_its_row_and_nothing_is_saved(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, BASE))

        status, html = post(console, BASE, changed(form, base__0__path="", base__0__source__kind="fixed"))

        assert (status, document(console)) == (400, retail())
    assert list(told(html)) == ["base-0-told"]


def test_the_last_row_takes_the_section_with_it_but_not_what_else_is_in_it(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        whole = a_property(
            property={"id": "retail-web", "name": "Retail"},
            xdm={"base": {"web.webPageDetails.name": "%pageName%"}, "context": ["web"]},
        )
        save(console, whole)

        _, html = post(console, BASE, changed(editor_form(get(console, BASE)), do="remove:base/0"))
        post(console, BASE, editor_form(html))

        assert document(console)["xdm"] == {"context": ["web"]}


def test_a_viewer_can_not_change_it(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        save(console, retail())

        assert post(console, BASE, editor_form(get(console, BASE)))[0] == 403
