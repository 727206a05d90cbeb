import re
from functools import partial
from pathlib import Path

import pytest

from server.store.shares import MAX_SHARES, Share, SharesRefused, share_event
from server.store.users import Role
from tests.builders import NOON_MS, a_processed, an_xdm
from tests.unit.web.console import HTML, Console, a_console

ADA = "ada@example.com"
EVENT = "/live/processed/0"


def an_event(console: Console, role: Role = Role.EDITOR) -> None:
    console.sign_in(role)
    console.happened(a_processed(xdm=an_xdm(identityMap={"Email": [{"id": ADA}]}, eventType="web.promotionView")))


def post(console: Console, verb: str, **fields: str) -> tuple[int, str]:
    form = {"csrf": console.csrf_token(), **fields}
    answer = console.client.post(f"{EVENT}/{verb}", data=form, headers=HTML)
    return answer.status_code, answer.text


def a_link(console: Console, hours: int = 24) -> str:
    """Its path."""
    status, text = post(console, "share", hours=str(hours))
    assert status == 200, text
    found = re.search(r"(https?://[^<\s]+)(/shared/[\w-]+)", text)
    assert found is not None
    assert found[1] == console.services.base_url
    return found[2]


def seen(console: Console, path: str) -> tuple[int, str]:
    """By somebody who has no session."""
    console.client.cookies.clear()
    answer = console.client.get(path, headers=HTML, follow_redirects=False)
    return answer.status_code, answer.text


def test_whoever_has_the_link_sees_the_event_without_what_says_who_somebody_is(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        an_event(console)
        link = a_link(console)

        status, text = seen(console, link)
        elsewhere, _ = seen(console, EVENT)

    assert status == 200
    assert "web.promotionView" in text
    assert ADA not in text
    assert 'href="/live' not in text
    assert "/login" not in text
    assert elsewhere == 303


def test_it_is_good_for_as_long_as_was_chosen(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        an_event(console)
        link = a_link(console, hours=1)

        console.clock.now_ms += 3_599_999
        before, _ = seen(console, link)
        console.clock.now_ms += 1
        after, text = seen(console, link)

    assert (before, after) == (200, 404)
    assert "expired" in text


def test_ending_the_links_of_an_event_ends_all_of_them(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        an_event(console)
        links = [a_link(console), a_link(console)]
        shown = console.client.get(EVENT, headers=HTML).text
        post(console, "unshare")
        after = console.client.get(EVENT, headers=HTML).text

        statuses = [seen(console, link)[0] for link in links]

    assert "2 links are good now" in shown
    assert "End all links" not in after
    assert statuses == [404, 404]


@pytest.mark.parametrize("token", ["none", "..%2f..", "%00"])
def test_a_link_that_never_was_shows_nothing(tmp_path: Path, token: str) -> None:
    with a_console(tmp_path) as console:
        assert seen(console, f"/shared/{token}")[0] == 404


def test_a_link_is_made_for_one_of_the_times_offered(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        an_event(console)

        assert post(console, "share", hours="999999")[0] == 400


def test_viewers_make_and_end_none(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        an_event(console, Role.VIEWER)

        assert "Make a link" not in console.client.get(EVENT, headers=HTML).text
        assert post(console, "share", hours="1")[0] == post(console, "unshare")[0] == 403


def test_there_are_so_many_links_and_no_more_until_some_expire(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        write = console.services.database.write_sync
        share = Share("processed", 0, NOON_MS + 1)
        for number in range(MAX_SHARES):
            write(partial(share_event, share=share, token=f"t{number}", by="ada", now_ms=NOON_MS))

        with pytest.raises(SharesRefused, match="end some"):
            write(partial(share_event, share=share, token="one more", by="ada", now_ms=NOON_MS))

        write(partial(share_event, share=share, token="later", by="ada", now_ms=NOON_MS + 1))
