from html import unescape
from pathlib import Path

import pytest

from server.model.json import JsonObject
from server.property.edits import find_rule
from server.store.properties import find_property
from server.store.users import Role
from tests.unit.property.factories import a_mapping_rule, a_property, a_rule, retail
from tests.unit.web.console import Console, a_console
from tests.unit.web.pages.markup import parse
from tests.unit.web.pages.published import save
from tests.unit.web.pages.workspace import RETAIL, changed, editor_form, get, post


def document(console: Console, property_id: str = "retail-web") -> JsonObject:
    stored = console.services.database.read_sync(lambda connection: find_property(connection, property_id))
    assert stored is not None
    return stored.document


@pytest.mark.parametrize("rule", [each["id"] for each in retail()["rules"]])
def test_a_form_that_is_sent_as_it_came_changes_nothing(tmp_path: Path, rule: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/rules/{rule}"))

        status, _ = post(console, f"{RETAIL}/rules/{rule}", form)

        assert (status, document(console)) == (303, retail())


def test_a_saved_change_is_a_revision_with_who_and_what(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(name="grace")
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/rules/add-to-cart"))

        status, _ = post(console, f"{RETAIL}/rules/add-to-cart", changed(form, name="Into the cart"))
        history = get(console, f"{RETAIL}/history")

        rule = find_rule(document(console), "add-to-cart")
    assert status == 303
    assert rule is not None
    assert rule["name"] == "Into the cart"
    assert "Changed the rule Into the cart" in history
    assert "by grace" in history


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/rules/add-to-cart"))
        wrong = changed(form, id="Not an id", events__0__target__0__css="[data-")

        status, html = post(console, f"{RETAIL}/rules/add-to-cart", wrong)

        assert document(console) == retail()
    places = parse(html).all("div", class_="told")
    told = {each.attributes["id"]: each.text for each in places if each.text.strip()}
    assert status == 400
    assert "small letters" in told["id-told"]


def test_two_people_can_change_two_rules_at_once(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        first = editor_form(get(console, f"{RETAIL}/rules/add-to-cart"))
        second = editor_form(get(console, f"{RETAIL}/rules/purchase"))

        statuses = [
            post(console, f"{RETAIL}/rules/add-to-cart", changed(first, name="One"))[0],
            post(console, f"{RETAIL}/rules/purchase", changed(second, name="Two"))[0],
        ]

        names = [rule.get("name") for rule in document(console)["rules"]]
    assert statuses == [303, 303]
    assert {"One", "Two"} <= set(names)


def test_who_saves_a_rule_that_somebody_else_has_changed_is_told_and_decides(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/rules/add-to-cart"))
        post(console, f"{RETAIL}/rules", {"do": "disable:add-to-cart"})

        status, html = post(console, f"{RETAIL}/rules/add-to-cart", changed(form, name="Mine"))
        theirs = find_rule(document(console), "add-to-cart")
        again, _ = post(console, f"{RETAIL}/rules/add-to-cart", editor_form(html))
        mine = find_rule(document(console), "add-to-cart")

    assert (status, again) == (409, 303)
    assert "switched off" in html
    assert theirs is not None
    assert mine is not None
    assert (theirs["enabled"], mine["name"], mine.get("enabled", True)) == (False, "Mine", True)


def test_a_data_layer_path_becomes_a_data_element_once(tmp_path: Path) -> None:
    rule = a_mapping_rule({"_shop.a": "x", "_shop.b": "y"}, name="R")
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property(rules=[rule]))
        path = "/properties/shop/rules/a-rule"
        form = editor_form(get(console, path))
        layer = {f"actions__0__xdm__{row}__source__kind": "layer" for row in (0, 1)}
        paths = {f"actions__0__xdm__{row}__source__path": "cart.total" for row in (0, 1)}

        status, html = post(console, path, changed(form, **layer, **paths))

        made = document(console, "shop")
    assert status == 303, html
    assert made["dataElements"]["cartTotal"] == {"from": "dataLayer", "path": "cart.total"}
    assert made["rules"][0]["actions"][0]["xdm"] == {"_shop.a": "%cartTotal%", "_shop.b": "%cartTotal%"}


def test_a_button_changes_the_form_and_saves_nothing(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/rules/add-to-cart"))

        status, html = post(console, f"{RETAIL}/rules/add-to-cart", changed(form, name="Typed", do="add:actions/0/xdm"))

        assert document(console) == retail()
    again = dict(editor_form(html))
    rows = {name for name, _ in editor_form(html) if name.startswith("actions/0/xdm/") and name.count("/") == 4}
    assert (status, again["name"]) == (200, "Typed")
    assert "actions/0/xdm/2/path" in rows
    assert parse(html).all("div", id="editor")[0].attributes["data-focus"] == "actions/0/xdm/2"


def test_a_new_rule_gets_an_id_of_its_name(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property(rules=[a_rule(id="page-view")]))
        form = editor_form(get(console, "/properties/shop/new-rule?like=page-view"))

        status, _ = post(console, "/properties/shop/new-rule", form)

        assert [rule["id"] for rule in document(console, "shop")["rules"]] == ["page-view", "page-view-2"]
    assert status == 303


@pytest.mark.parametrize(
    ("action", "ids"),
    [
        ("delete:page-view", "abc"),
        ("copy:a", ["page-view", "a", "a-2", "b", "c"]),
        ("up:b", ["page-view", "b", "a", "c"]),
        ("down:c", ["page-view", "a", "b", "c"]),
    ],
)
def test_what_is_done_to_rules_can_be_undone(tmp_path: Path, action: str, ids: list[str]) -> None:
    before = a_property(rules=[a_rule(id="page-view"), a_rule(id="a"), a_rule(id="b"), a_rule(id="c")])
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, before)

        post(console, "/properties/shop/rules", {"do": action})
        after = [rule["id"] for rule in document(console, "shop")["rules"]]
        post(console, "/properties/shop/history", {"number": "1"})

        assert document(console, "shop") == before
    assert after == list(ids)


def test_rules_are_found_by_their_words(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())

        html = get(console, f"{RETAIL}/rules?q=commerce.purchases")

    assert "rules/purchase" in html
    assert "rules/add-to-cart" not in html


def test_a_viewer_sees_a_rule_and_can_not_change_it(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        save(console, retail())

        html = get(console, f"{RETAIL}/rules/add-to-cart")
        statuses = [
            post(console, f"{RETAIL}/{path}", {"do": "save"})[0]
            for path in ("rules/add-to-cart", "new-rule", "rules", "elements", "elements/pageName", "history")
        ]

        assert document(console) == retail()
    assert "disabled" in parse(html).all("fieldset", class_="clauses")[0].attributes
    assert 'value="save"' not in html.partition('class="save-bar"')[2]
    assert set(statuses) == {403}


def test_markup_that_is_typed_is_text(tmp_path: Path) -> None:
    hostile = '"><script>alert(1)</script>'
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/rules/add-to-cart"))

        _, html = post(console, f"{RETAIL}/rules/add-to-cart", changed(form, name=hostile, find=hostile, do="check"))

    assert hostile not in html
    assert hostile in unescape(html)
