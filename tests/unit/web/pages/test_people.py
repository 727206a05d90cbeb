"""People: for administrators, who invite, give roles, and end sessions; and what each role may, route by route."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from server.arguments import ROLES
from server.store.audit import AuditAction
from server.store.audit_reading import AuditFilter, list_entries
from server.store.login_links import issue_login_link
from server.store.people import change_property_role
from server.store.users import Role, User, find_user_by_name, list_users
from server.web.access.auditing import SAFE_METHODS
from server.web.access.auth import SessionLimits
from server.web.routes import console_routes
from server.web.templating import Templates
from tests.unit.property.factories import a_property, retail
from tests.unit.web.console import HTML, ROOT, Console, a_console
from tests.unit.web.pages.published import publish, save


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with a_console(tmp_path) as made:
        made.sign_in(name="ada")
        yield made


def user(console: Console, name: str) -> User:
    found = console.services.database.read_sync(lambda connection: find_user_by_name(connection, name))
    assert found is not None
    return found


def change(console: Console, name: str, **fields: str) -> tuple[int, str]:
    form = {"csrf": console.csrf_token()} | fields
    answer = console.client.post(f"/people/{user(console, name).id}", data=form, headers=HTML)
    return answer.status_code, answer.text


def links_in(text: str) -> list[str]:
    return re.findall(r"token=([\w-]+)", text)


def test_who_is_invited_signs_in_with_the_link_that_is_shown_once(console: Console) -> None:
    form = {"csrf": console.csrf_token(), "name": "bob", "role": "approver"}
    invited = console.client.post("/people", data=form, headers=HTML).text
    [token] = set(links_in(invited))

    assert not links_in(console.client.get("/people", headers=HTML).text)
    console.client.cookies.clear()
    answer = console.client.post("/login", data={"token": token}, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    assert user(console, "bob").role == Role.APPROVER
    assert ">bob<" in console.client.get("/", headers=HTML).text


def test_a_name_that_is_taken_is_told_beside_the_field(console: Console) -> None:
    form = {"csrf": console.csrf_token(), "name": "ada", "role": "editor"}
    answer = console.client.post("/people", data=form, headers=HTML)

    assert answer.status_code == 400
    assert "already somebody named" in answer.text
    assert 'value="ada"' in answer.text


@pytest.mark.parametrize("fields", [{"do": "role", "role": "viewer"}, {"do": "disable"}])
def test_the_last_administrator_stays_one(console: Console, fields: dict[str, str]) -> None:
    status, text = change(console, "ada", **fields)

    assert status == 409
    assert "last administrator" in text
    assert user(console, "ada").role == Role.ADMIN
    assert console.client.get("/people", headers=HTML).status_code == 200


def test_another_role_ends_the_sessions_of_the_account(console: Console) -> None:
    console.issue_link(Role.ADMIN, name="eve")
    assert "Sign in" in change(console, "ada", do="role", role="editor")[1]
    assert console.client.get("/people", headers=HTML, follow_redirects=False).headers["location"].startswith("/login")


def test_disabling_and_enabling_and_ending_sessions(console: Console) -> None:
    console.issue_link(Role.EDITOR, name="bob")

    assert "cannot sign in any more" in change(console, "bob", do="disable")[1]
    assert not user(console, "bob").enabled
    assert "enable it first" in change(console, "bob", do="link")[1]
    assert "can sign in again" in change(console, "bob", do="enable")[1]
    assert "All sessions" in change(console, "bob", do="sign-out")[1]
    link = change(console, "bob", do="link")[1]
    assert len(set(links_in(link))) == 1


@pytest.mark.parametrize("fields", [{}, {"do": "role", "role": "king"}, {"do": "explode"}])
def test_what_is_no_change_is_refused(console: Console, fields: dict[str, str]) -> None:
    assert change(console, "ada", **fields)[0] == 400


def test_an_account_or_property_that_is_not_there_is_a_404(console: Console) -> None:
    assert console.client.get("/people/99", headers=HTML).status_code == 404
    assert change(console, "ada", do="property-role", property="none", role="viewer")[0] == 404


def test_each_change_is_in_the_audit_log(console: Console) -> None:
    console.issue_link(Role.EDITOR, name="bob")
    for fields in ({"do": "role", "role": "viewer"}, {"do": "link"}, {"do": "sign-out"}, {"do": "disable"}):
        change(console, "bob", **fields)

    found = console.services.database.read_sync(
        lambda connection: list_entries(connection, AuditFilter(target="account bob"), limit=9)
    )
    assert [each.action for each in found][::-1] == [
        AuditAction.ACCOUNT,
        AuditAction.ACCOUNT,
        AuditAction.SIGNED_OUT,
        AuditAction.ACCOUNT,
    ]


def test_the_commands_know_the_roles_that_there_are() -> None:
    assert [each.value for each in Role] == list(ROLES)


# ------------------------------------------------------------------ role x route x property


def every_change() -> list[Route]:
    routes = console_routes(Templates(ROOT / "templates"), SessionLimits(), static=ROOT / "static", demo=())
    changes = [each for each in routes if isinstance(each, Route) and set(each.methods or ()) - SAFE_METHODS]
    return [each for each in changes if each.name not in OPEN_TO_ALL]


# What anybody who is signed in may do, and signing in itself.
OPEN_TO_ALL = {"login-enter", "logout", "failed-edit-look", "mapping-preview", "data-mapping-preview"}

# Their least role; everything else is for editors.
LEAST = {"person-invite": Role.ADMIN, "person-change": Role.ADMIN, "profile-forget": Role.ADMIN}


def a_path(route: Route, property_id: str = "shop") -> str:
    values = {"property_id": property_id, "user_id:int": "1", "profile_id": "x", "number:int": "1"}
    return re.sub(r"\{([\w:]+)\}", lambda match: values.get(match[1], "1"), route.path)


def test_no_changing_route_lets_in_who_has_too_low_a_role(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        save(console, a_property(property={"id": "shop", "name": "Shop"}))
        let_in = []
        for role in (Role.VIEWER, Role.EDITOR):
            console.client.cookies.clear()
            console.sign_in(role, name=role.value)
            csrf = console.csrf_token()
            for route in every_change():
                if role.includes(LEAST.get(str(route.name), Role.EDITOR)):
                    continue
                form = {"csrf": csrf, "environment": "production", "reason": "x"}
                answer = console.client.post(a_path(route), data=form, headers=HTML, follow_redirects=False)
                if answer.status_code != 403:
                    let_in.append((role.value, route.name, answer.status_code))

    assert let_in == []


PUBLISHES = {
    ("development", Role.VIEWER): False,
    ("development", Role.EDITOR): True,
    ("development", Role.DEVELOPER): True,
    ("development", Role.APPROVER): True,
    ("production", Role.VIEWER): False,
    ("production", Role.EDITOR): False,
    ("production", Role.DEVELOPER): False,
    ("production", Role.APPROVER): True,
    ("production", Role.ADMIN): True,
}


@pytest.mark.parametrize(("environment", "role"), PUBLISHES)
def test_publishing_needs_the_role_that_the_environment_asks_for(tmp_path: Path, environment: str, role: Role) -> None:
    with a_console(tmp_path) as console:
        publish(console, retail(), "staging")
        console.sign_in(role)
        form = {"csrf": console.csrf_token(), "environment": environment, "reason": "x", "version": "1"}
        answer = console.client.post("/properties/retail-web/publish", data=form, headers=HTML, follow_redirects=False)

    assert (answer.status_code != 403) == PUBLISHES[environment, role]


@pytest.mark.parametrize(
    ("everywhere", "there", "may_change_it", "may_change_others"),
    [
        (Role.VIEWER, Role.EDITOR, True, False),
        (Role.EDITOR, Role.VIEWER, False, True),
        (Role.ADMIN, Role.VIEWER, True, True),
    ],
)
def test_a_role_at_one_property_is_checked_for_that_property(
    tmp_path: Path, everywhere: Role, there: Role, may_change_it: bool, may_change_others: bool
) -> None:
    with a_console(tmp_path) as console:
        save(console, a_property(property={"id": "shop", "name": "Shop"}))
        save(console, a_property(property={"id": "blog", "name": "Blog"}))
        console.sign_in(everywhere)
        [who] = console.services.database.read_sync(list_users)
        console.services.database.write_sync(lambda connection: change_property_role(connection, who, "shop", there))
        # The change of role has ended the session.
        sign_in_again(console, who)

        def changed(property_id: str) -> bool:
            form = {"csrf": console.csrf_token(), "number": "99"}
            path = f"/properties/{property_id}/history"
            return console.client.post(path, data=form, headers=HTML, follow_redirects=False).status_code != 403

        assert (changed("shop"), changed("blog")) == (may_change_it, may_change_others)


def sign_in_again(console: Console, who: User) -> None:
    token = console.services.new_token()
    console.services.database.write_sync(
        lambda connection: issue_login_link(connection, who.id, now_ms=console.clock(), token=token, ttl_ms=60_000)
    )
    console.client.post("/login", data={"token": token}, headers=HTML)


@pytest.mark.parametrize(("role", "status"), [(Role.EDITOR, 403), (Role.APPROVER, 403), (Role.DEVELOPER, 303)])
def test_custom_code_is_for_developers(tmp_path: Path, role: Role, status: int) -> None:
    with a_console(tmp_path) as console:
        save(console, a_property(property={"id": "shop", "name": "Shop", "settings": {"customCode": "reviewed"}}))
        save(console, a_property(property={"id": "shop", "name": "Shop"}))
        console.sign_in(role)
        form = {"csrf": console.csrf_token(), "number": "1"}
        answer = console.client.post("/properties/shop/history", data=form, headers=HTML, follow_redirects=False)

    assert answer.status_code == status
