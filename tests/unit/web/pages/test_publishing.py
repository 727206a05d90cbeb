import re
from pathlib import Path

import pytest

from server.store.properties import EnvironmentPointer, list_environments
from server.store.users import Role
from tests.unit.property.factories import a_mapping_rule, a_property, a_rule
from tests.unit.web.console import Console, a_console
from tests.unit.web.pages.published import save
from tests.unit.web.pages.workspace import get, post

PUBLISH = "/properties/shop/publish"


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def pointers(console: Console) -> dict[str, EnvironmentPointer]:
    found = console.services.database.read_sync(lambda connection: list_environments(connection, "shop"))
    return {each.name: each for each in found}


def publish(console: Console, environment: str, *, version: int = 1, reason: str = "Because") -> tuple[int, str]:
    return post(console, PUBLISH, {"environment": environment, "version": str(version), "reason": reason})


def test_publishing_says_what_changes_makes_a_build_and_keeps_the_reason(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())
        status, _ = publish(console, "staging")
        save(console, a_property(rules=[a_rule(enabled=False)]))

        text = words(get(console, PUBLISH))

        assert set(pointers(console)) == {"staging"}
    assert status == 303
    assert "Rule a-rule is switched off." in text
    assert "Everything is new here: 1 rule and 1 data element." in text
    assert "Because" in text


def test_going_back_points_to_the_earlier_build_and_leaves_the_draft(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())
        publish(console, "staging")
        first = pointers(console)["staging"].build_hash
        save(console, a_property(rules=[]))
        publish(console, "staging", version=2)

        status, _ = post(console, f"{PUBLISH}/return", {"environment": "staging", "build": first})

        assert pointers(console)["staging"].build_hash == first
        text = words(get(console, PUBLISH))
    assert status == 303
    assert f"Went back to build {first[:8]}" in text
    assert "Rule a-rule is gone." in text


def test_an_environment_cannot_be_pointed_to_a_build_of_another(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())
        publish(console, "staging")
        build = pointers(console)["staging"].build_hash

        assert post(console, f"{PUBLISH}/return", {"environment": "production", "build": build})[0] == 404


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reason": " "}, "Say why"),
        ({"reason": "x" * 501}, "at most 500"),
        ({"version": 7}, "changed while you looked at it"),
    ],
)
def test_nothing_is_published_without_a_reason_or_unseen(tmp_path: Path, fields: dict[str, object], told: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())

        status, html = publish(console, "staging", **fields)  # type: ignore[arg-type]

        assert pointers(console) == {}
    assert status == 400
    assert told in html


def test_what_has_faults_is_not_published(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property(rules=[a_mapping_rule({"_shop.x": "%nobody%"})]))

        status, html = publish(console, "staging")

        assert pointers(console) == {}
    assert status == 400
    assert "1 is missing" in html


@pytest.mark.parametrize(
    ("role", "staging", "production"),
    [(Role.VIEWER, 403, 403), (Role.EDITOR, 303, 403), (Role.APPROVER, 303, 303), (Role.ADMIN, 303, 303)],
)
def test_who_may_publish_where(tmp_path: Path, role: Role, staging: int, production: int) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(role)
        save(console, a_property())

        assert (publish(console, "staging")[0], publish(console, "production")[0]) == (staging, production)
