from pathlib import Path

import pytest

from server.store.configuration import load_configuration
from server.store.properties import find_property, list_environments
from server.store.users import Role
from server.web.pages.property_new import read_sites
from tests.unit.web.console import a_console
from tests.unit.web.pages.workspace import get, post

FORM = {"name": "Our shop", "sites": "https://shop.example\n*.shop.example", "consent": "ask", "dataset": "new"}


def test_a_property_begins_with_a_page_view_published_for_development(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        status, _ = post(console, "/new-property", FORM)
        html = get(console, "/properties/our-shop?made=1")

        database = console.services.database
        stored = database.read_sync(lambda connection: find_property(connection, "our-shop"))
        published = database.read_sync(lambda connection: list_environments(connection, "our-shop"))
        found = database.read_sync(load_configuration)
    assert status == 303
    assert stored is not None
    assert [rule["id"] for rule in stored.document["rules"]] == ["page-view"]
    assert stored.document["consent"]["default"] == "pending"
    assert [each.name for each in published] == ["development"]
    [datastream] = found.datastreams.values()
    assert (datastream.id, datastream.allowed_origins) == (
        "our-shop",
        ("https://shop.example", "https://*.shop.example"),
    )
    assert found.datasets[datastream.dataset_id].name == "our-shop-events"
    assert "/tags/our-shop/development.js" in html


def test_a_second_property_can_send_where_the_first_does(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        post(console, "/new-property", FORM)

        second = FORM | {"name": "Blog", "datastream": "existing", "datastream_id": "our-shop"}
        status, _ = post(console, "/new-property", second)

        stored = console.services.database.read_sync(lambda connection: find_property(connection, "blog"))
    assert status == 303
    assert stored is not None
    assert stored.document["environments"]["production"] == {"datastream": "our-shop"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "日本"}, "No id can be made"),
        ({"sites": "shop.example/path"}, "is no site"),
        ({"sites": ""}, "at least one site"),
        ({"consent": ""}, "which of the two"),
        ({"dataset": "nothing"}, "Choose one"),
        ({"id": "Not an id"}, "small letters"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(tmp_path: Path, change: dict[str, str], told: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        status, html = post(console, "/new-property", FORM | change)

        found = console.services.database.read_sync(load_configuration)
    assert status == 400
    assert told in html
    assert (found.datasets, found.datastreams) == ({}, {})


def test_a_viewer_makes_none(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)

        assert post(console, "/new-property", FORM)[0] == 403


def test_sites_are_origins() -> None:
    assert read_sites("Shop.example\nhttp://localhost:8080/\n\nhttps://*.shop.example\nftp://x\na b") == (
        ["https://shop.example", "http://localhost:8080", "https://*.shop.example"],
        ["ftp://x", "a b"],
    )
