"""No change is answered as done without an entry in the audit log, and nobody is shown personal data without one."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient

from server.store.api_tokens import API_TOKEN_PREFIX, issue_api_token
from server.store.audit import ActorKind, AuditAction, AuditEntry, note
from server.store.audit_reading import AuditFilter, list_entries, verify_chain
from server.store.users import Role, User, create_user
from server.web.access.auditing import LOOKS, MAX_REFUSALS_AN_HOUR, SAFE_METHODS, SHOWS_PERSONS
from server.web.access.auth import Authenticate, SessionLimits
from server.web.api.access import admit_caller
from server.web.api.routes import api_routes
from server.web.routes import CONSOLE_REACH, console_routes
from server.web.services import ConsoleState
from server.web.templating import Templates
from tests.builders import NOON_MS, a_failed
from tests.unit.property.factories import retail
from tests.unit.web.console import HTML, ROOT, Console, a_console
from tests.unit.web.pages.profiles import ADA, keep
from tests.unit.web.pages.published import publish

TEMPLATES = Templates(ROOT / "templates")
LIMITS = SessionLimits()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with a_console(tmp_path) as made:
        yield made


def entries(console: Console) -> Sequence[AuditEntry]:
    """The oldest first."""
    work = partial(list_entries, wanted=AuditFilter(), limit=999)
    return console.services.database.read_sync(work)[::-1]


def last(console: Console) -> AuditEntry:
    return entries(console)[-1]


def told(entry: AuditEntry) -> tuple[str, str, str, str]:
    return entry.action, entry.target, entry.actor, entry.request


# ------------------------------------------------------------------ every route there is


def every_route() -> list[Route]:
    pages: list[BaseRoute] = console_routes(TEMPLATES, LIMITS, static=ROOT / "static", demo=())
    return [route for route in [*api_routes(LIMITS), *pages] if isinstance(route, Route)]


CHANGES = [
    (method, route)
    for route in every_route()
    for method in sorted(set(route.methods or ()) - SAFE_METHODS)
    if f"{method} {route.path}" not in LOOKS
]


def a_path(route: Route) -> str:
    return "/".join("1" if part.startswith("{") else part for part in route.path.split("/"))


def silent(route: Route) -> Route:
    """The same route, with an endpoint that says it is done and tells the log nothing."""
    status = 200 if route.path.startswith(("/data/", "/api/")) else 303

    async def done(request: Request[ConsoleState]) -> Response:
        return Response(status_code=status)

    return Route(route.path, done, methods=list(route.methods or ()), name=route.name)


def a_silent_app(console: Console) -> Starlette:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> Any:
        yield {"services": console.services}

    return Starlette(
        routes=[silent(route) for route in every_route()],
        middleware=[Middleware(Authenticate, reach=CONSOLE_REACH, templates=TEMPLATES, limits=LIMITS)],
        lifespan=lifespan,
    )


def test_no_changing_route_is_answered_as_done_without_an_entry(console: Console) -> None:
    console.sign_in()
    with TestClient(a_silent_app(console), base_url="http://127.0.0.1:8000", cookies=console.client.cookies) as client:
        for method, route in CHANGES:
            before = len(entries(console))
            client.request(method, a_path(route), follow_redirects=False)
            fresh = entries(console)[before:]

            assert [each.target for each in fresh] == [a_path(route)], f"{method} {route.path}"
    assert len(CHANGES) > 40


def test_what_shows_persons_and_what_only_looks_are_routes_that_there_are() -> None:
    names = {route.name for route in every_route()}
    addresses = {f"{method} {route.path}" for route in every_route() for method in route.methods or ()}

    assert {each for each in SHOWS_PERSONS if " " not in each} <= names
    assert addresses >= LOOKS
    assert {each for each in SHOWS_PERSONS if " " in each} <= addresses


# ------------------------------------------------------------------ what is told


def test_signing_in_and_out_are_told_with_the_address(console: Console) -> None:
    console.sign_in(name="ada")
    console.client.post("/logout", data={"csrf": console.csrf_token()}, headers=HTML)

    signed_in, signed_out = entries(console)
    assert told(signed_in) == (AuditAction.SIGNED_IN, "account ada", "ada", "login-enter")
    assert told(signed_out) == (AuditAction.SIGNED_OUT, "account ada", "ada", "logout")
    assert (signed_in.detail, signed_in.address, signed_in.actor_kind) == ("login link", "127.0.0.1", "person")


def test_a_refused_sign_in_is_told_but_strangers_cannot_fill_the_log(console: Console) -> None:
    for _ in range(MAX_REFUSALS_AN_HOUR + 5):
        console.client.post("/login", data={"token": "made up"}, headers=HTML)
    assert {told(each) for each in entries(console)} == {(AuditAction.SIGN_IN_REFUSED, "", "", "login-enter")}
    assert len(entries(console)) == MAX_REFUSALS_AN_HOUR

    console.clock.now_ms += 3_600_001
    console.client.post("/login", data={"token": "made up"}, headers=HTML)
    assert len(entries(console)) == MAX_REFUSALS_AN_HOUR + 1
    assert "made up" not in str(entries(console))


def test_an_edit_is_told_with_what_was_and_what_became(console: Console) -> None:
    console.sign_in()
    publish(console, retail(), "staging")
    form = {"csrf": console.csrf_token(), "do": "disable:purchase"}
    answer = console.client.post("/properties/retail-web/rules", data=form, headers=HTML, follow_redirects=False)

    entry = last(console)
    assert answer.status_code == 303
    assert told(entry) == (AuditAction.PROPERTY, "property retail-web", "ada", "rules-change")
    assert entry.before_hash != entry.after_hash != ""
    assert entry.actor_kind == ActorKind.PERSON


def test_a_refused_form_is_no_entry(console: Console) -> None:
    console.sign_in()
    before = entries(console)

    assert console.client.post("/datastreams", data={"csrf": console.csrf_token()}, headers=HTML).status_code == 400
    assert entries(console) == before


def test_a_replay_is_told(console: Console) -> None:
    console.sign_in()
    console.happened(a_failed())
    form = {"csrf": console.csrf_token(), "offset": "0"}
    console.client.post("/failed/replay", data=form, headers=HTML, follow_redirects=False)

    assert told(last(console))[0] == AuditAction.REPLAYED


def test_who_sees_personal_data_is_told_once_in_ten_minutes_and_nothing_of_the_person(
    console: Console, tmp_path: Path
) -> None:
    keep(tmp_path)
    console.sign_in()
    for _ in range(3):
        console.client.get(f"/profiles/{ADA}", headers=HTML)
    seen = [each for each in entries(console) if each.action == AuditAction.VIEWED]
    assert [told(each) for each in seen] == [(AuditAction.VIEWED, f"profile {ADA}", "ada", "profile")]

    console.clock.now_ms += 10 * 60 * 1000 + 1
    console.client.get(f"/profiles/{ADA}", headers=HTML)
    console.client.get("/profiles?value=ada@example.com", headers=HTML)
    assert len([each for each in entries(console) if each.target == f"profile {ADA}"]) == 2
    assert "example.com" not in str(entries(console))


def test_a_viewer_sees_no_personal_data_and_is_not_told_of(console: Console, tmp_path: Path) -> None:
    keep(tmp_path)
    console.sign_in(Role.VIEWER)
    console.client.get(f"/profiles/{ADA}", headers=HTML)

    assert [each.action for each in entries(console)] == [AuditAction.SIGNED_IN]


def test_a_program_is_told_by_its_account_and_the_chain_holds(console: Console) -> None:
    secret = API_TOKEN_PREFIX + "x" * 43

    def work(connection: Any) -> User:
        user = create_user(connection, name="robot", role=Role.ADMIN, now_ms=NOON_MS)
        issue_api_token(connection, user.id, token=secret, token_id="t-1", now_ms=NOON_MS, expires_ms=None)
        return user

    async def changing(request: Request[ConsoleState]) -> Response:
        await admit_caller(request, LIMITS, role=Role.ADMIN)
        await request.state["services"].database.write(
            partial(note, action=AuditAction.CONFIGURATION, target="dataset 1")
        )
        return Response(status_code=200)

    console.services.database.write_sync(work)
    address = "/data/foundation/catalog/dataSets"

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> Any:
        yield {"services": console.services}

    app = Starlette(
        routes=[Route(address, changing, methods=["POST"])],
        middleware=[Middleware(Authenticate, reach=CONSOLE_REACH, templates=TEMPLATES, limits=LIMITS)],
        lifespan=lifespan,
    )
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        client.post(address, headers={"authorization": f"Bearer {secret}"})

    entry = last(console)
    assert told(entry) == (AuditAction.CONFIGURATION, "dataset 1", "robot", f"POST {address}")
    assert entry.actor_kind == ActorKind.PROGRAM
    assert asyncio.run(console.services.database.read(verify_chain)).fault == ""
