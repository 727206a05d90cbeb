from pathlib import Path

import pytest

from server.store.users import Role
from tests.unit.property.factories import a_property, a_rule
from tests.unit.web.console import HTML, Console, a_console
from tests.unit.web.pages.published import save
from tests.unit.web.pages.test_publishing import PUBLISH, pointers, publish, words
from tests.unit.web.pages.workspace import get, post


def needs_approval(console: Console) -> None:
    """Asked by an administrator."""
    status, _ = post(console, f"{PUBLISH}/gates", {"environment": "staging", "gate": "approval"})
    assert status == 303


def ask(console: Console, *, version: int = 1, note: str = "Please") -> tuple[int, str]:
    return post(console, f"{PUBLISH}/review", {"environment": "staging", "version": str(version), "note": note})


def decide(console: Console, do: str, *, review: int = 1, comment: str = "") -> tuple[int, str]:
    return post(console, f"{PUBLISH}/decision", {"review": str(review), "do": do, "comment": comment})


def test_what_needs_approval_is_published_once_another_person_has_approved_it(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(name="root")
        save(console, a_property())
        needs_approval(console)
        refused, html = publish(console, "staging")
        ask(console)
        own = decide(console, "approve")[0]
        console.sign_in(Role.APPROVER, name="bob")
        asked = words(get(console, PUBLISH))
        home = words(get(console, "/"))

        assert decide(console, "approve", comment="Good")[0] == 303
        approved = words(get(console, PUBLISH))
        published, _ = publish(console, "staging")

        assert set(pointers(console)) == {"staging"}
    assert refused == 400
    assert "Approved: nobody was asked yet. Request a review" in words(html)
    assert own == 409
    assert "root asks for a review" in asked
    assert "root asks for a look at Shop before it goes to staging" in home
    assert "Approved by bob" in approved
    assert "Good" in approved
    assert published == 303


def test_an_approval_is_of_one_revision(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(name="root")
        save(console, a_property())
        needs_approval(console)
        ask(console)
        console.sign_in(Role.APPROVER, name="bob")
        decide(console, "approve")
        save(console, a_property(rules=[a_rule(enabled=False)]))

        status, html = publish(console, "staging", version=2)

        assert pointers(console) == {}
    assert status == 400
    assert "the draft has changed since it was approved" in words(html)


def test_declining_needs_a_comment_and_withdrawing_who_asked(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(name="root")
        save(console, a_property())
        ask(console)
        console.sign_in(Role.APPROVER, name="bob")

        assert decide(console, "decline")[0] == 400
        assert decide(console, "withdraw")[0] == 409
        assert decide(console, "decline", comment="Wrong price")[0] == 303
        assert decide(console, "approve")[0] == 409
        assert decide(console, "approve", review=7)[0] == 404
        assert decide(console, "nothing")[0] == 400
        assert "Wrong price" in words(get(console, PUBLISH))


@pytest.mark.parametrize(
    ("role", "asking", "deciding", "switching"),
    [(Role.VIEWER, 403, 403, 403), (Role.EDITOR, 303, 403, 403), (Role.APPROVER, 303, 404, 403)],
)
def test_who_may_ask_decide_and_switch(tmp_path: Path, role: Role, asking: int, deciding: int, switching: int) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(role)
        save(console, a_property())

        assert decide(console, "approve")[0] == deciding
        assert post(console, f"{PUBLISH}/gates", {"environment": "staging"})[0] == switching
        assert ask(console)[0] == asking


def test_asking_about_a_draft_that_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())

        assert ask(console, version=9)[0] == 409
        assert ask(console, note="x" * 1_001)[0] == 400
        assert post(console, f"{PUBLISH}/review", {"environment": "moon", "version": "1"})[0] == 400


def test_without_their_token_forms_change_nothing(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        save(console, a_property())

        for path in ("review", "decision", "gates"):
            answer = console.client.post(f"{PUBLISH}/{path}", data={"environment": "staging"}, headers=HTML)
            assert answer.status_code == 403
