import asyncio
import re
from html import unescape
from pathlib import Path

import httpx2
import pytest

from server.model.outcome import Offset
from server.store.users import Role
from server.web.pages import dead_letters
from server.web.pages.dead_letters import PAGE_LETTERS
from tests.builders import ECID_A, a_letter
from tests.unit.web.console import HTML, Console, a_console


def page(console: Console, path: str = "/failed/refused") -> str:
    answer = console.client.get(path, headers=HTML)
    assert answer.status_code == 200
    return unescape(answer.text)


def shown(text: str) -> list[int]:
    return [int(offset) for offset in re.findall(r'class="failure-link" href="/failed/refused/(\d+)"', text)]


def retry(console: Console, **fields: str | list[str]) -> httpx2.Response:
    form = {"csrf": console.csrf_token()} | fields
    return console.client.post("/failed/refused/retry", data=form, headers=HTML, follow_redirects=False)


def retried(console: Console) -> set[int]:
    return {int(each) for each in asyncio.run(console.services.replays.find_letters([Offset(n) for n in range(9)]))}


def test_without_a_dead_letter_it_says_so(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        assert "Nothing was refused" in page(console)
        assert 'href="/failed/refused"' in page(console, "/failed")


def test_each_says_which_sink_refused_it_why_and_what_to_do(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.refused(a_letter(), a_letter(sink="profile", cure=""))

        text, alone, of_lake = (
            page(console),
            page(console, "/failed/refused/0"),
            page(console, "/failed/refused?sink=lake"),
        )

    assert shown(text) == [1, 0]
    assert shown(of_lake) == [0]
    for each in (text, alone):
        assert "price is text in the table and a number in the schema" in each
        assert "Undo the change of the schema, then retry." in each
    assert "Refused by Profiles" in text
    assert "Refused by Data lake" in alone


def test_older_ones_are_on_the_next_page(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        console.refused(*(a_letter() for _ in range(PAGE_LETTERS + 1)))

        (older,) = re.findall(r'href="(/failed/refused\?[^"]*before=[^"]*)"', page(console))
        assert shown(page(console, older)) == [0]


def test_ticked_ones_are_retried_and_the_list_says_so(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.EDITOR)
        console.refused(a_letter(), a_letter(), a_letter())

        answer = retry(console, offset=["0", "2"])

        assert answer.headers["location"] == "/failed/refused?retried=2"
        assert retried(console) == {0, 2}
        text = page(console, answer.headers["location"])
        assert "2 events sent to be offered again." in text
        assert "waiting to be retried" in text
        assert "waiting to be retried" in page(console, "/failed/refused/0")


def test_all_of_a_sink_are_retried_but_those_that_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters, "MAX_REPLAYED_TOGETHER", 2)
    with a_console(tmp_path) as console:
        console.sign_in(Role.EDITOR)
        console.refused(a_letter(), a_letter(sink="profile"), a_letter(), a_letter())

        first = retry(console, whole="1", sink="lake").headers["location"]
        second = retry(console, whole="1", sink="lake").headers["location"]

        assert first == "/failed/refused?sink=lake&retried=2&more=1"
        assert second == "/failed/refused?sink=lake&retried=1"
        assert retried(console) == {0, 2, 3}
        assert retry(console, whole="1", sink="lake").status_code == 400


def test_a_viewer_sees_why_but_not_of_whom_and_retries_nothing(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.VIEWER)
        console.refused(a_letter(reason="cannot keep 'ada@example.com'"))

        for text in (page(console), page(console, "/failed/refused/0")):
            assert "ada@example.com" not in text
            assert ECID_A not in text
            assert "Retry</span>" not in text
        assert retry(console, offset="0").status_code == 403
        assert retried(console) == set()


def test_one_that_is_gone_is_not_found(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()

        for path in ("/failed/refused/0", f"/failed/refused/{2**64}"):
            assert console.client.get(path, headers=HTML).status_code == 404
        assert retry(console, offset="3").status_code == 404
        assert retry(console).status_code == 400
