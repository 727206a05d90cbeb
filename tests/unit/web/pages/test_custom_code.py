from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.property.custom_code import approval_hash
from server.store.properties import find_property
from server.store.users import Role
from tests.unit.property.factories import a_property
from tests.unit.web.console import Console, a_console
from tests.unit.web.pages.published import save
from tests.unit.web.pages.test_publishing import words
from tests.unit.web.pages.workspace import get, post

CODE = "/properties/shop/code"
POINTS = {"name": "points", "code": "export default () => 1;\r\n", "timeout": "1s", "description": "Loyalty"}


def module(console: Console) -> Any:
    stored = console.services.database.read_sync(partial(find_property, property_id="shop"))
    assert stored is not None
    return stored.document.get("modules", {}).get("points")


def write(console: Console, *, version: int = 1, **fields: str) -> tuple[int, str]:
    return post(console, CODE, {**POINTS, "version": str(version), **fields})


def approve(console: Console, hash_: str) -> tuple[int, str]:
    return post(console, f"{CODE}/approval", {"name": "points", "hash": hash_})


def test_a_developer_writes_and_another_person_approves_what_they_saw(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.DEVELOPER, name="dev")
        save(console, a_property())
        assert write(console, capability="storage")[0] == 303
        written = module(console)
        assert approve(console, approval_hash(written))[0] == 403
        console.sign_in(Role.APPROVER, name="bob")
        page = words(get(console, CODE))

        stale, told = approve(console, "0" * 32)
        right, _ = approve(console, approval_hash(written))

        assert module(console)["approval"] == {"by": "bob", "hash": approval_hash(written)}
        assert "approved" in words(get(console, CODE))
    assert written["code"] == "export default () => 1;\n"
    assert (written["author"], written["capabilities"]) == ("dev", ["storage"])
    assert "nobody has approved it" in page
    assert (stale, right) == (409, 303)
    assert "changed while you looked at it" in told


def test_who_changes_the_code_is_its_author_and_the_approved_one_stays_known(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(name="root")
        save(console, a_property())
        write(console)
        console.sign_in(name="bob")
        approve(console, approval_hash(module(console)))

        assert write(console, version=3, code="export default () => 2;")[0] == 303

        assert module(console)["author"] == "bob"
        text = words(get(console, CODE))
        assert approve(console, approval_hash(module(console)))[0] == 409
    assert "changed since it was approved" in text
    assert "-export default () =&gt; 1;" in text
    assert "+export default () =&gt; 2;" in text


def test_code_that_touches_what_it_does_not_say_is_told_beside_what_was_typed(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())

        status, html = write(console, code="export default () => localStorage.x;")

        assert module(console) is None
    assert status == 400
    assert "touches the browser" in words(html)
    assert "localStorage.x" in html


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER])
def test_only_developers_and_administrators_write(tmp_path: Path, role: Role) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(role)
        save(console, a_property())

        assert write(console)[0] == 403
        assert post(console, f"{CODE}/deletion", {"name": "points", "version": "1"})[0] == 403


def test_a_module_that_no_rule_runs_can_be_deleted(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())
        write(console)

        assert post(console, f"{CODE}/deletion", {"name": "points", "version": "2"})[0] == 303

        assert module(console) is None
        assert approve(console, "x")[0] == 404
