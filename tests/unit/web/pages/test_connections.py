from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.store.configuration import add_schema, load_configuration
from server.store.users import Role
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.connections import DATASET, EVENTS_SCHEMA, a_connection

NEW = {"name": "refunds", "target": "new", "dataset_name": "refunds", "schema": EVENTS_SCHEMA}


def page(console: Console, path: str) -> str:
    return unescape(console.client.get(path, headers=HTML).text)


def send(console: Console, path: str, **fields: Any) -> httpx2.Response:
    form = {"csrf": console.csrf_token()} | fields
    return console.client.post(path, data=form, headers=HTML, follow_redirects=False)


def test_one_form_makes_dataset_connection_and_dataflow(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)

        answer = send(console, "/connections", **NEW, profile="1", identity="1", token="1")
        text = page(console, answer.headers["location"])
        configuration = console.services.database.read_sync(load_configuration)

    [inlet] = [each for each in configuration.inlets.values() if each.name == "refunds"]
    dataset = configuration.datasets[inlet.flows[0].dataset_id]
    assert (answer.status_code, inlet.requires_token, dataset.name) == (303, True, "refunds")
    assert (dataset.profile_enabled, dataset.identity_enabled) == (True, True)
    assert f"/collection/{inlet.id}" in text
    assert "Authorization: Bearer TOKEN" in text


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Give it a name"),
        ({"name": "orders"}, "name", "Another streaming connection has this name"),
        ({"dataset_name": "purchases"}, "dataset_name", "Another dataset has this name"),
        ({"schema": "https://ns.example.com/none"}, "schema", "Choose the schema"),
        ({"target": "existing", "dataset": "none"}, "dataset", "Choose a dataset"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(
    tmp_path: Path, changes: dict[str, str], field: str, words: str
) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)

        answer = send(console, "/connections", **(NEW | changes))
        configuration = console.services.database.read_sync(load_configuration)

    assert answer.status_code == 400
    assert f'id="{field}-fault"' in answer.text
    assert words in answer.text
    assert (len(configuration.inlets), len(configuration.datasets)) == (1, 1)


def test_a_dataset_without_primary_identity_is_not_enabled_and_the_reason_is_beside_the_box(tmp_path: Path) -> None:
    schema = {
        "$id": "https://ns.example.com/plain",
        "title": "Plain",
        "meta:class": "https://ns.adobe.com/xdm/context/profile",
        "allOf": [{"$ref": "https://ns.adobe.com/xdm/context/profile"}],
    }
    with a_console(tmp_path) as console:
        console.sign_in()
        console.services.database.write_sync(lambda connection: add_schema(connection, schema, now_ms=0))

        answer = send(console, "/connections", **(NEW | {"schema": schema["$id"]}), profile="1")

    assert answer.status_code == 400
    assert 'id="profile-fault"' in answer.text
    assert "the schema has no primary identity" in answer.text
    assert 'name="profile" value="1" checked' in answer.text


def test_an_existing_dataset_can_be_chosen_and_enabled(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)

        send(console, "/connections", name="more", target="existing", dataset=DATASET, profile="1")
        configuration = console.services.database.read_sync(load_configuration)

    [dataset] = configuration.datasets.values()
    assert (dataset.profile_enabled, dataset.identity_enabled, len(configuration.inlets)) == (True, False, 2)


@pytest.mark.parametrize(
    "path", ["/connections", "/connections/c-1/test", "/connections/c-1/switch", "/connections/c-1/delete"]
)
def test_a_viewer_looks_and_changes_nothing(tmp_path: Path, path: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        a_connection(console)

        answer = send(console, path, **NEW)
        text = page(console, "/connections/c-1")

    assert answer.status_code == 403
    assert "curl -X POST" in text
    assert "Send a test event</span>" not in text


def test_a_connection_that_there_is_not_is_not_found(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert console.client.get("/connections/none", headers=HTML).status_code == 404


def test_one_is_switched_off_and_on_again(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        states = []
        for _ in range(2):
            answer = send(console, "/connections/c-1/switch")
            [inlet] = console.services.database.read_sync(load_configuration).inlets.values()
            states.append((answer.headers["location"], inlet.enabled))

    assert states == [("/connections/c-1", False), ("/connections/c-1", True)]


def test_a_deleted_one_leaves_its_dataset_which_can_then_be_deleted(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)

        answer = send(console, "/connections/c-1/delete")
        gone = send(console, "/connections/c-1/delete")
        dataset = send(console, f"/datasets/{DATASET}/delete")
        configuration = console.services.database.read_sync(load_configuration)

    assert (answer.headers["location"], gone.status_code, dataset.status_code) == ("/connections", 404, 303)
    assert (len(configuration.inlets), len(configuration.datasets)) == (0, 1)
