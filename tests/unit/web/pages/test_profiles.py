from functools import partial
from html import unescape
from pathlib import Path

import pytest

from server.model.erasure import ErasedRows, ErasureReport
from server.store.erasures import due_erasures, end_erasure
from server.store.users import Role
from server.web.pages.profiles import PAGE_EVENTS
from tests.builders import NOON_MS
from tests.unit.profile.builders import a_step
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.profiles import ADA, FULL, keep

SECRETS = ("ada@example.com", "38205271846094731265508917263340198754", "A-1001")


def page(console: Console, path: str) -> str:
    return unescape(console.client.get(path, headers=HTML).text)


def test_without_any_profile_the_page_says_how_one_begins(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert "Nobody yet" in page(console, "/profiles")


def test_the_last_heard_of_are_listed_with_what_tells_most_of_them(tmp_path: Path) -> None:
    keep(tmp_path)
    with a_console(tmp_path) as console:
        console.sign_in()
        text = page(console, "/profiles")

    assert f'href="/profiles/{ADA}"' in text
    assert text.index("CustomerId B-7") < text.index("CustomerId A-1001")
    assert "2 profiles and 2 events in all" in text


@pytest.mark.parametrize("query", ["namespace=Email&value=ada@example.com", "value=ada@example.com", "value=+A-1001+"])
def test_an_identity_leads_to_its_profile(tmp_path: Path, query: str) -> None:
    keep(tmp_path)
    with a_console(tmp_path) as console:
        console.sign_in()
        answer = console.client.get(f"/profiles?{query}", headers=HTML, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/profiles/{ADA}")


@pytest.mark.parametrize("query", ["namespace=ECID&value=ada@example.com", "value=nobody"])
def test_who_is_not_there_is_said_with_what_to_look_for(tmp_path: Path, query: str) -> None:
    keep(tmp_path)
    with a_console(tmp_path) as console:
        console.sign_in()

        assert "Nobody has this identity" in page(console, f"/profiles?{query}")


def test_a_value_that_several_have_leads_to_each(tmp_path: Path) -> None:
    keep(tmp_path, [a_step(0, "ECID:7"), a_step(1, "CustomerId:7")])
    with a_console(tmp_path) as console:
        console.sign_in()
        text = page(console, "/profiles?value=7")

    assert "2 profiles have this identity" in text


def test_a_profile_is_shown_with_where_everything_is_from(tmp_path: Path) -> None:
    keep(tmp_path)
    with a_console(tmp_path) as console:
        console.sign_in()
        text = page(console, f"/profiles/{ADA}")

    for secret in SECRETS:
        assert secret in text
    assert "person.name.firstName" in text
    assert "Yes" in text
    assert "Page view" in text
    assert "together with" in text


def test_events_are_shown_a_page_at_a_time(tmp_path: Path) -> None:
    keep(tmp_path, [a_step(number, "ECID:1") for number in range(PAGE_EVENTS + 1)])
    with a_console(tmp_path) as console:
        console.sign_in()
        newest = page(console, f"/profiles/{ADA}")
        address = newest.partition(f'href="/profiles/{ADA}?before=')[2].partition("#")[0]
        older = page(console, f"/profiles/{ADA}?before={address}")
        beyond = page(console, f"/profiles/{ADA}?before=0.0")

    assert (newest.count("<b>Page view</b>"), older.count("<b>Page view</b>")) == (PAGE_EVENTS, 1)
    assert ">Newest<" in older
    assert "Nothing is older" in beyond


def test_viewers_see_what_is_known_and_not_of_whom_and_cannot_search(tmp_path: Path) -> None:
    keep(tmp_path)
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        listed, shown = page(console, "/profiles"), page(console, f"/profiles/{ADA}")
        searched = page(console, "/profiles?value=ada@example.com")

    for text in (listed, shown, searched):
        assert [secret for secret in SECRETS if secret in text] == []
    assert "•••" in shown
    assert "Ada" not in shown
    assert "person.name.firstName" in shown
    assert "Nobody has this identity" not in searched
    assert 'role="search"' not in listed


def test_a_profile_that_there_is_not_is_not_found(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        before = console.client.get("/profiles/none", headers=HTML).status_code
        keep(tmp_path, FULL[:1])

        assert (before, console.client.get("/profiles/none", headers=HTML).status_code) == (404, 404)


def test_a_store_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "profiles.db").write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    with a_console(tmp_path) as console:
        console.sign_in()
        listed = console.client.get("/profiles", headers=HTML)
        shown = console.client.get(f"/profiles/{ADA}", headers=HTML)

    assert (listed.status_code, shown.status_code) == (503, 503)
    assert "Profiles cannot be read now" in listed.text


def test_an_administrator_has_a_person_forgotten_and_sees_when_it_is_done(tmp_path: Path) -> None:
    keep(tmp_path)
    with a_console(tmp_path) as console:
        console.sign_in()
        form = {"csrf": console.csrf_token()}
        asked = console.client.post(f"/profiles/{ADA}/forget", data=form, headers=HTML, follow_redirects=False)
        waiting = page(console, asked.headers["location"])
        [erasure] = console.services.database.read_sync(due_erasures)
        rows = ErasedRows(dataset_id="d", dataset="orders", rows=2, files=1)
        end = partial(end_erasure, erasure=erasure, report=ErasureReport(events=1, rows=(rows,)), now_ms=NOON_MS)
        console.services.database.write_sync(end)
        done = page(console, asked.headers["location"])

    assert asked.status_code == 303
    assert (erasure.namespace, erasure.identity, erasure.requested_by) == ("CustomerId", "A-1001", "ada")
    assert "The person is being forgotten" in waiting
    assert "1 event of the profile and 2 rows of the lake were erased" in done


def test_only_administrators_may_have_a_person_forgotten(tmp_path: Path) -> None:
    keep(tmp_path)
    with a_console(tmp_path) as console:
        console.sign_in(Role.EDITOR)
        shown = page(console, f"/profiles/{ADA}")
        form = {"csrf": console.csrf_token()}
        answer = console.client.post(f"/profiles/{ADA}/forget", data=form, headers=HTML)

    assert "Erase for good" not in shown
    assert answer.status_code == 403


def test_an_erasure_that_there_is_not_is_not_told(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert "forgotten" not in page(console, "/profiles?forgetting=none")
