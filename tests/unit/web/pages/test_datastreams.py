"""Datastreams in the console: made, changed, and how to send to each."""

from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.model.cookies import CookiePolicy
from server.store.configuration import load_configuration
from server.store.users import Role
from tests.builders import a_processed
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.connections import DATASET, a_connection

NEW = {"id": "web", "name": "Web shop", "enabled": "1", "dataset": DATASET, "keep_ip": "truncated"}
NEW |= {
    "consent_default": "in",
    "consent_gpc": "mark",
    "consent_dnt": "anonymous",
    "tcf_vendor": "0",
    "fpid_cookie": "FPID",
}


def sent(console: Console, address: str, **fields: Any) -> httpx2.Response:
    form = {"csrf": console.csrf_token()} | fields
    return console.client.post(address, data=form, headers=HTML, follow_redirects=False)


def page(console: Console, address: str) -> str:
    return unescape(console.client.get(address, headers=HTML).text)


def test_one_is_made_and_shows_how_to_send_to_it(tmp_path: Path) -> None:
    with a_console(tmp_path, base_url="https://c.example") as console:
        console.sign_in()
        a_connection(console)

        answer = sent(console, "/datastreams", **NEW, origins="https://shop.example/")
        text = page(console, answer.headers["location"])
        [made] = console.services.database.read_sync(load_configuration).datastreams.values()

    assert (answer.status_code, answer.headers["location"]) == (303, "/datastreams/web?saved=1")
    assert (made.id, made.allowed_origins, made.dataset_id) == ("web", ("https://shop.example",), DATASET)
    assert 'datastreamId: "web"' in text
    assert 'edgeDomain: "c.example"' in text
    assert "https://c.example/pixel/web.gif" in text
    assert "https://c.example/ee/v1/interact?configId=web" in text


def test_its_cookies_are_those_that_the_form_says(tmp_path: Path) -> None:
    fields = {"identity_days": "30", "consent_days": "7", "cookie_domain": "Eu.Shop.Example"}
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)

        refused = sent(console, "/datastreams", **NEW, **fields | {"cookie_domain": "co.uk", "identity_days": "400"})
        answer = sent(console, "/datastreams", **NEW, **fields)
        text = page(console, answer.headers["location"])
        [made] = console.services.database.read_sync(load_configuration).datastreams.values()

    assert refused.status_code == 400
    assert unescape(refused.text).count('<p class="fault"') == 2
    assert made.cookies == CookiePolicy(identity_days=30, consent_days=7, domain="eu.shop.example")
    assert "for 30 days, consent for 7 days, of <bdi>eu.shop.example</bdi>" in text


def test_a_change_keeps_the_id_whatever_the_form_says(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        sent(console, "/datastreams", **NEW)

        answer = sent(console, "/datastreams/web/edit", **(NEW | {"id": "other", "consent_default": "out"}))
        datastreams = console.services.database.read_sync(load_configuration).datastreams

    assert answer.status_code == 303
    assert [(each.id, each.consent.default) for each in datastreams.values()] == [("web", "out")]


def test_an_id_is_taken_once_and_all_faults_are_at_their_fields(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        sent(console, "/datastreams", **NEW)

        answer = sent(console, "/datastreams", **(NEW | {"name": "", "origins": "shop"}))
        datastreams = console.services.database.read_sync(load_configuration).datastreams

    assert answer.status_code == 400
    for field in ("id", "name", "origins"):
        assert f'id="{field}-fault"' in answer.text
    assert "Another datastream has this id" in answer.text
    assert len(datastreams) == 1


def test_the_list_tells_the_events_of_the_day(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        sent(console, "/datastreams", **(NEW | {"id": "test"}))
        console.happened(a_processed(), a_processed(duplicate=True))

        text = page(console, "/datastreams")
        one = page(console, "/datastreams/test")

    assert "2 events in 24 hours" in text
    assert "1 ingested, 1 came twice" in one


@pytest.mark.parametrize("address", ["/datastreams", "/datastreams/web/edit"])
def test_a_viewer_looks_and_changes_nothing(tmp_path: Path, address: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        a_connection(console)
        sent(console, "/datastreams", **NEW)
        console.sign_in(Role.VIEWER, name="vera")

        answer = sent(console, address, **NEW)
        text = page(console, "/datastreams/web")

    assert answer.status_code == 403
    assert "Change it" not in text


def test_a_datastream_that_there_is_not_is_not_found(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert console.client.get("/datastreams/none", headers=HTML).status_code == 404
        assert console.client.get("/datastreams/none/edit", headers=HTML).status_code == 404
