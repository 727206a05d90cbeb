from html import unescape
from pathlib import Path

import pytest

from server.store.configuration import load_configuration
from server.store.users import Role
from tests.builders import a_processed
from tests.unit.property.factories import a_property
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.connections import a_connection
from tests.unit.web.pages.published import save
from tests.unit.web.pages.test_datastreams import NEW, page, sent


def made(console: Console, role: Role = Role.EDITOR) -> None:
    """With the datastream `web`, and somebody of this role signed in."""
    console.sign_in()
    a_connection(console)
    assert sent(console, "/datastreams", **NEW, origins="").status_code == 303
    if role is not Role.ADMIN:
        console.sign_in(role, name=role.value)


def ids(console: Console) -> list[str]:
    return list(console.services.database.read_sync(load_configuration).datastreams)


def test_one_that_nothing_sends_to_is_deleted_and_brought_back(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        made(console)
        console.happened(a_processed(datastream_id="web"))
        asked = page(console, "/datastreams/web/delete")

        answer = sent(console, "/datastreams/web/delete")
        deleted = ids(console)
        listed = page(console, answer.headers["location"])
        again = sent(console, "/datastreams", **NEW, origins="")
        back = sent(console, "/datastreams/web/restore")

        assert "1 event came by it in the last 24 hours." in asked
        assert "For 30 days it can be brought back" in asked
        assert (answer.status_code, answer.headers["location"], deleted) == (303, "/datastreams", [])
        assert "Bring it back" in listed
        assert again.status_code == 400
        assert "A deleted datastream has this id" in unescape(again.text)
        assert (back.headers["location"], ids(console)) == ("/datastreams/web", ["web"])
        assert "Deleted" not in page(console, "/datastreams")


def test_one_that_a_property_sends_to_is_kept_and_the_page_says_which(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        made(console)
        save(console, a_property(environments={"production": {"datastream": "web"}}))

        asked = page(console, "/datastreams/web/delete")
        answer = sent(console, "/datastreams/web/delete")

        assert "Delete the datastream" not in asked
        assert "in production" in asked
        assert answer.status_code == 409
        assert "It is in use." in answer.text
        assert ids(console) == ["web"]


@pytest.mark.parametrize("address", ["/datastreams/none/delete", "/datastreams/web/restore"])
def test_what_there_is_not_is_not_found(tmp_path: Path, address: str) -> None:
    with a_console(tmp_path) as console:
        made(console)

        assert sent(console, address).status_code == 404


def test_a_viewer_deletes_nothing_and_brings_nothing_back(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        made(console, Role.VIEWER)

        looked = console.client.get("/datastreams/web/delete", headers=HTML)
        answers = [sent(console, f"/datastreams/web/{what}") for what in ("delete", "restore")]

        assert [looked.status_code, *(each.status_code for each in answers)] == [403, 403, 403]
        assert ids(console) == ["web"]
