from pathlib import Path

import pytest

from server.store.users import Role
from tests.builders import ORG_ID
from tests.unit.web.api.callers import ROOT, an_api

LIST = f"{ROOT}/tenant/schemas"
NEW = {"title": "A", "allOf": [{"$ref": "https://ns.adobe.com/xdm/context/profile"}]}


@pytest.mark.parametrize("authorization", ["Bearer hga_wrong", "Bearer hgt_inlet", "Basic eDp5", "Bearer"])
def test_who_shows_nothing_that_is_known_is_told_how_to_get_it(tmp_path: Path, authorization: str) -> None:
    with an_api(tmp_path) as (client, _):
        answer = client.get(LIST, headers={"authorization": authorization})

    assert answer.status_code == 401
    assert "heliograph api-token create" in answer.json()["detail"]


def test_who_shows_nothing_is_not_let_in(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        del client.headers["authorization"]

        assert client.get(LIST).status_code == 401


def test_a_viewer_looks_and_changes_nothing(tmp_path: Path) -> None:
    with an_api(tmp_path, role=Role.VIEWER) as (client, _):
        looked, changed = client.get(LIST), client.post(LIST, json=NEW)

    assert (looked.status_code, changed.status_code) == (200, 403)
    assert changed.json()["detail"] == "the account 'robot' is viewer, and this needs editor"


def test_a_page_of_the_console_calls_with_its_session(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        del client.headers["authorization"]
        console.sign_in(Role.EDITOR)

        assert client.post(LIST, json=NEW, headers={"sec-fetch-site": "same-origin"}).status_code == 201


def test_a_page_of_another_site_cannot_use_the_session(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, console):
        del client.headers["authorization"]
        console.sign_in(Role.EDITOR)

        assert client.post(LIST, json=NEW, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_the_platform_s_headers_are_taken_and_have_to_be_right(tmp_path: Path) -> None:
    right = {"x-gw-ims-org-id": ORG_ID, "x-sandbox-name": "prod", "x-api-key": "anything"}
    with an_api(tmp_path) as (client, _):
        taken = client.get(LIST, headers=right)
        refused = [client.get(LIST, headers={**right, name: "other"}) for name in ("x-gw-ims-org-id", "x-sandbox-name")]

    assert taken.status_code == 200
    assert [answer.status_code for answer in refused] == [403, 403]
