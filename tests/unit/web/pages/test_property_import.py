import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.store.properties import find_property
from server.store.users import Role
from tests.unit.property.factories import a_property
from tests.unit.property.importing.exports import a_container, a_tag, an_event_trigger
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.published import save
from tests.unit.web.pages.test_publishing import words

EXPORT = json.dumps(
    a_container(tags=[a_tag("Page view", event="purchase")], triggers=[an_event_trigger("1", "purchase")])
)


def upload(console: Console, content: str = EXPORT, **fields: str) -> Any:
    return console.client.post(
        "/import-property",
        data={"csrf": console.csrf_token(), "source": "gtm"} | fields,
        files={"file": ("export.json", content)},
        headers=HTML,
    )


def test_an_export_becomes_a_draft_with_its_report(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        answer = upload(console, id="other", datastream="web")

        stored = console.services.database.read_sync(partial(find_property, property_id="other"))
    assert answer.status_code == 200
    assert "Imported from Google Tag Manager" in words(answer.text)
    assert "Page view" in words(answer.text)
    assert stored is not None
    assert stored.document["environments"]["production"] == {"datastream": "web"}
    assert [rule["id"] for rule in stored.document["rules"]] == ["page-view"]


@pytest.mark.parametrize(
    ("content", "fields", "told"),
    [
        ("{}", {}, "no container export"),
        ("nonsense", {}, "no JSON"),
        ("", {}, "Choose the file"),
        (EXPORT, {"source": "moon"}, "Choose where"),
        (EXPORT, {"id": "A b"}, "small letters"),
        (EXPORT, {"id": "shop"}, "There is a property"),
    ],
)
def test_what_cannot_be_imported_is_told_and_keeps_nothing(
    tmp_path: Path, content: str, fields: dict[str, str], told: str
) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())

        answer = upload(console, content, **fields)

        assert console.services.database.read_sync(partial(find_property, property_id="my-shop")) is None
    assert answer.status_code == 400
    assert told in words(answer.text)


def test_viewers_import_nothing_and_what_was_not_imported_has_no_report(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        save(console, a_property())

        assert upload(console).status_code == 403
        assert console.client.get("/import-property", headers=HTML).status_code == 403
        assert console.client.get("/properties/shop/imported", headers=HTML).status_code == 404
