"""People: who may use the console and as what; inviting, changing and ending that. For administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.store.audit import AuditAction, note
from server.store.people import (
    PersonRefused,
    change_property_role,
    change_role,
    disable,
    enable,
    invite,
    new_link,
)
from server.store.properties import list_properties
from server.store.sessions import Session, end_sessions_of, last_seen, list_sessions
from server.store.users import NameRefused, Role, User, find_user, list_users
from server.web.access.auth import SessionLimits
from server.web.access.roles import require_admin
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.browsers import browser_words
from server.web.views.live_facts import iso

# What each role is for, in the words of whoever gives it.
ROLE_WORDS: Sequence[tuple[str, str, str]] = (
    (Role.VIEWER, "Viewer", "looks at everything, with personal data hidden"),
    (Role.EDITOR, "Editor", "sees personal data, changes rules, publishes to development and staging"),
    (Role.DEVELOPER, "Developer", "the same, and writes custom code"),
    (Role.APPROVER, "Approver", "what an editor may, and publishes to production; writes no code"),
    (Role.ADMIN, "Administrator", "everything, people and settings included"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One account in the list."""

    user: User
    role: str
    """In words."""
    seen_at: str
    """When it was last used, as far as its sessions are kept; ISO 8601, empty for not lately."""
    is_me: bool
    """Who looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """Context of templates/people/index.html."""

    template: ClassVar[str] = "people/index.html"
    section: ClassVar[str] = "people"

    people: Sequence[PersonRow]
    roles: Sequence[tuple[str, str, str]]
    """(value, name, what it may) of each."""
    name: str
    """As typed for an invitation."""
    role: str
    """As chosen for one."""
    fault: str
    """Why nobody was invited; empty when nobody was to be, or somebody was."""
    link: str
    """Of who was just invited, shown this once; empty for nobody."""
    link_name: str
    """Whom it signs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """One sign-in that is open."""

    id: str
    """By which it is named; it opens nothing."""
    browser: str
    """What it says it is."""
    address: str
    """Where it was opened from; empty for this machine's own."""
    since: str
    """ISO 8601."""
    seen: str
    """When it was last used, the same."""
    is_this: bool
    """The one that looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """Context of templates/people/show.html."""

    template: ClassVar[str] = "people/show.html"
    section: ClassVar[str] = "people"

    user: User
    since: str
    """When it was made, ISO 8601."""
    role: str
    """In words."""
    roles: Sequence[tuple[str, str, str]]
    """(value, name, what it may) of each."""
    property_roles: Sequence[tuple[str, str, str]]
    """(id, name, role in words) of each property where it has another one."""
    properties: Sequence[tuple[str, str]]
    """(id, name) of all."""
    sessions: Sequence[SessionView]
    is_me: bool
    """Who looks."""
    done: str
    """What has just been done; empty when nothing was."""
    fault: str
    """Why something was not; empty when nothing was to be, or it was."""
    link: str
    """A new way in, shown this once; empty for none."""


_DONE: Mapping[str, str] = {
    "role": "The role is changed, and whoever was signed in with the former one is signed out.",
    "property-role": "The role at the property is changed, and open sessions have ended.",
    "enable": "The account can sign in again.",
    "disable": "The account cannot sign in any more, and its sessions have ended.",
    "sign-out": "All sessions of the account have ended.",
    "second-step": "The second step is off: the account can set it up anew.",
}


def routes(templates: Templates, limits: SessionLimits) -> Sequence[Route]:
    """``people``, ``person-invite``, ``person``, ``person-change``. For administrators."""

    async def index(request: Request[ConsoleState]) -> Response:
        require_admin(request, "The list of people")
        return templates.render(request, await _people(request))

    async def invite_person(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        require_admin(request, "Inviting people")
        services, token = request.state["services"], request.state["services"].new_token()
        name, role = form.get("name", ""), _role(form.get("role", ""))

        def work(connection: Connection) -> User:
            return invite(connection, name=name, role=role, token=token, now_ms=services.clock_ms())

        try:
            user = await services.database.write(work)
        except NameRefused as refused:
            page = await _people(request, name=name, role=role.value, fault=_sentence(refused))
            return templates.render(request, page, status=400)
        # No redirect: the link is kept nowhere, and shown by this answer alone.
        return templates.render(request, await _people(request, link=login_url(request, token), link_name=user.name))

    async def show(request: Request[ConsoleState]) -> Response:
        require_admin(request, "An account")
        done = _DONE.get(request.query_params.get("done", ""), "")
        return templates.render(request, await _person(request, done=done))

    async def change(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        require_admin(request, "Changing an account")
        services, verb = request.state["services"], form.get("do", "")
        token = services.new_token()

        def work(connection: Connection) -> None:
            _change(connection, _found(connection, request), verb, form, token=token, now_ms=services.clock_ms())

        try:
            await services.database.write(work)
        except PersonRefused as refused:
            return templates.render(request, await _person(request, fault=_sentence(refused)), status=409)
        if verb == "link":
            return templates.render(request, await _person(request, link=login_url(request, token)))
        here = path_for(request, "person", user_id=request.path_params["user_id"])
        return RedirectResponse(f"{here}?done={verb}", status_code=303)

    async def _people(
        request: Request[ConsoleState],
        *,
        name: str = "",
        role: str = Role.EDITOR.value,
        fault: str = "",
        link: str = "",
        link_name: str = "",
    ) -> PeoplePage:
        me = request.state["signed_in"].user

        def work(connection: Connection) -> Sequence[PersonRow]:
            seen = last_seen(connection)
            return [
                PersonRow(
                    user=each,
                    role=_words(each.role),
                    seen_at=iso(seen[each.id]) if each.id in seen else "",
                    is_me=each.id == me.id,
                )
                for each in list_users(connection)
            ]

        people = await request.state["services"].database.read(work)
        return PeoplePage(
            people=people, roles=ROLE_WORDS, name=name, role=role, fault=fault, link=link, link_name=link_name
        )

    async def _person(request: Request[ConsoleState], *, done: str = "", fault: str = "", link: str = "") -> PersonPage:
        services, mine = request.state["services"], request.state["signed_in"]

        def work(connection: Connection) -> PersonPage:
            user = _found(connection, request)
            properties = [(each.id, each.name) for each in list_properties(connection)]
            now_ms = services.clock_ms()
            return PersonPage(
                user=user,
                since=iso(user.created_ms),
                role=_words(user.role),
                roles=ROLE_WORDS,
                property_roles=[
                    (id_, name, _words(user.property_roles[id_]))
                    for id_, name in properties
                    if id_ in user.property_roles
                ],
                properties=properties,
                sessions=session_views(
                    list_sessions(connection, user, now_ms=now_ms, idle_ms=limits.idle_ms), mine.token_hash
                ),
                is_me=user.id == mine.user.id,
                done=done,
                fault=fault,
                link=link,
            )

        return await services.database.read(work)

    return (
        Route("/people", index, name="people"),
        Route("/people", invite_person, methods=["POST"], name="person-invite"),
        Route("/people/{user_id:int}", show, name="person"),
        Route("/people/{user_id:int}", change, methods=["POST"], name="person-change"),
    )


def session_views(sessions: Sequence[Session], this: str) -> Sequence[SessionView]:
    """``this``: hash of the token of the session that looks."""
    return [
        SessionView(
            id=each.id,
            browser=browser_words(each.agent),
            address=each.address,
            since=iso(each.created_ms),
            seen=iso(each.seen_ms),
            is_this=each.token_hash == this,
        )
        for each in sessions
    ]


def login_url(request: Request[ConsoleState], token: str) -> str:
    """What somebody opens to sign in once."""
    return f"{request.state['services'].base_url}{path_for(request, 'login')}?token={token}"


def _change(connection: Connection, user: User, verb: str, form: Form, *, token: str, now_ms: int) -> None:
    """What a button of the person's page stands for. Raises PersonRefused, HTTPException."""
    match verb:
        case "role":
            change_role(connection, user, _role(form.get("role", "")))
        case "property-role":
            _change_property_role(connection, user, form)
        case "enable":
            enable(connection, user)
        case "disable":
            disable(connection, user)
        case "sign-out":
            ended = end_sessions_of(connection, user.id)
            note(connection, AuditAction.SIGNED_OUT, f"account {user.name}", detail=f"everywhere: {ended} sessions")
        case "link":
            new_link(connection, user, token=token, now_ms=now_ms)
            note(connection, AuditAction.ACCOUNT, f"account {user.name}", detail="sign-in link made")
        case _:
            raise HTTPException(400, "This form holds nothing that can be done.")


def _change_property_role(connection: Connection, user: User, form: Form) -> None:
    property_id, role = form.get("property", ""), form.get("role", "")
    if property_id not in {each.id for each in list_properties(connection)}:
        raise HTTPException(404, "There is no property with this id.")
    change_property_role(connection, user, property_id, _role(role) if role else None)


def _found(connection: Connection, request: Request[ConsoleState]) -> User:
    user = find_user(connection, request.path_params["user_id"])
    if user is None:
        raise HTTPException(404, "There is no account with this number.")
    return user


def _role(text: str) -> Role:
    """Raises HTTPException 400 for what is none."""
    if text not in {each.value for each in Role}:
        raise HTTPException(400, "There is no such role.")
    return Role(text)


def _words(role: Role) -> str:
    return next(name for value, name, _ in ROLE_WORDS if value == role)


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
