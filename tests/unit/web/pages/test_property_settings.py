from pathlib import Path

import pytest

from server.model.json import JsonObject
from server.store.properties import find_property
from server.store.users import Role
from server.web.editor.sections.topics import TOPICS
from tests.unit.property.factories import a_rule, retail
from tests.unit.web.console import Console, a_console
from tests.unit.web.pages.markup import parse
from tests.unit.web.pages.published import save
from tests.unit.web.pages.workspace import RETAIL, changed, editor_form, get, post

TOPIC_NAMES = [topic.name for topic in TOPICS]


def document(console: Console) -> JsonObject:
    stored = console.services.database.read_sync(lambda connection: find_property(connection, "retail-web"))
    assert stored is not None
    return stored.document


def told(html: str) -> dict[str, str]:
    places = parse(html).all("div", class_="told")
    return {each.attributes["id"]: each.text for each in places if each.text.strip()}


@pytest.mark.parametrize("topic", TOPIC_NAMES)
def test_a_form_that_is_sent_as_it_came_changes_nothing(tmp_path: Path, topic: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/{topic}"))

        status, _ = post(console, f"{RETAIL}/{topic}", form)

        assert (status, document(console)) == (303, retail())


def test_saving_makes_a_revision_that_says_what_changed_and_can_be_undone(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(name="grace")
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/privacy"))

        post(console, f"{RETAIL}/privacy", changed(form, consent__default="denied", privacy__neverRead=".a\n.b"))
        page = get(console, f"{RETAIL}/privacy?done=2")
        saved = document(console)
        status, _ = post(console, f"{RETAIL}/history", {"number": "1", "back": "property-privacy"})

        assert document(console) == retail()
    assert (saved["consent"]["default"], saved["privacy"]["neverRead"]) == ("denied", [".a", ".b"])
    assert "Changed consent and privacy" in page
    assert "Consent: <code>default</code> is now" in page
    assert status == 303


def test_checking_says_what_saving_would_change_and_saves_nothing(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/data-layer"))

        status, html = post(console, f"{RETAIL}/data-layer", changed(form, do="check", dataLayer__name="layer"))

        assert (status, document(console)) == (200, retail())
    assert "What saving changes" in html
    assert "Data layer: <code>name</code> is now" in html


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/privacy"))
        wrong = changed(form, consent__whilePending__ttl="soon", privacy__mask="[data-")

        status, html = post(console, f"{RETAIL}/privacy", wrong)

        assert document(console) == retail()
    assert status == 400
    assert set(told(html)) == {"consent-whilePending-ttl-told", "privacy-mask-told"}


def test_a_purpose_that_rules_need_cannot_be_taken_away_unseen(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = editor_form(get(console, f"{RETAIL}/privacy"))

        status, html = post(console, f"{RETAIL}/privacy", changed(form, consent__purposes="other"))

        assert document(console) == retail()
    assert status == 400
    assert "/rules/0/consent" in html


def test_two_people_can_change_two_topics_at_once_but_not_one(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        privacy = editor_form(get(console, f"{RETAIL}/privacy"))
        layer = editor_form(get(console, f"{RETAIL}/data-layer"))

        statuses = [
            post(console, f"{RETAIL}/privacy", changed(privacy, privacy__mask=".one"))[0],
            post(console, f"{RETAIL}/data-layer", changed(layer, dataLayer__name="layer"))[0],
        ]
        late, html = post(console, f"{RETAIL}/privacy", changed(privacy, privacy__mask=".two"))
        again, _ = post(console, f"{RETAIL}/privacy", changed(editor_form(html), do="save"))

        assert document(console)["privacy"]["mask"] == [".two"]
    assert (statuses, late, again) == ([303, 303], 409, 303)
    assert "changed these settings while you did" in html


def test_clicks_on_links_have_conditions_of_their_own(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail())
        form = changed(editor_form(get(console, f"{RETAIL}/links")), linkClicks__on="1")

        _, html = post(console, f"{RETAIL}/links", changed(form, do="add:linkClicks/exceptions/members"))
        grown = editor_form(html)
        line = {
            "linkClicks/exceptions/members/0/source/kind": "event",
            "linkClicks/exceptions/members/0/source/path": "url",
            "linkClicks/exceptions/members/0/test": "op:contains",
            "linkClicks/exceptions/members/0/than": "/intern/",
        }
        kept = [(name, line.pop(name, value)) for name, value in grown if name != "linkClicks/exceptions/members/0/new"]
        status, html = post(console, f"{RETAIL}/links", [*kept, *line.items()])

        saved = document(console)
    assert (status, saved.get("linkClicks")) == (
        303,
        {"exceptions": {"all": [{"value": "%event.url%", "op": "contains", "than": "/intern/"}]}},
    )


def test_the_data_layers_page_tells_what_is_read_of_it_and_by_whom(tmp_path: Path) -> None:
    waiting = a_rule(id="order", name="An order", events=[{"type": "data-layer", "event": "orderPlaced"}])
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, retail() | {"rules": [*retail()["rules"], waiting]})

        html = get(console, f"{RETAIL}/data-layer")

    read, waited = ([row.text for row in table.all("tr")[1:]] for table in parse(html).all("table"))
    assert any(row.split()[:1] == ["page.name%pageName%"] and "every event" in row for row in read)
    assert any(row.startswith("orderPlaced") and "An order" in row for row in waited)


def test_a_viewer_sees_settings_and_can_not_change_them(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        save(console, retail())

        form = editor_form(get(console, f"{RETAIL}/privacy"))
        status, _ = post(console, f"{RETAIL}/privacy", form)

        assert (status, document(console)) == (403, retail())
