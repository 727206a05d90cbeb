"""Who is asking? Deny by default: everything of the console needs a session, but what `Reach` lists as public."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from server.store.audit import AuditAction, note
from server.store.sessions import (
    TOUCH_EVERY_MS,
    Session,
    end_session,
    find_session,
    open_session,
    touch_session,
)
from server.store.users import User
from server.web.access.auditing import SAFE_METHODS, serve_audited
from server.web.access.reach import Reach
from server.web.forms.signed_form import comes_from_here
from server.web.pages.errors import error_response, wants_page
from server.web.services import ConsoleServices, ConsoleState
from server.web.templating import Templates, path_for

_HOUR_MS = 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """When a session ends by itself (reliability-security A4)."""

    idle_ms: int = _HOUR_MS // 2
    """Time without use."""
    longest_ms: int = 12 * _HOUR_MS
    """Time since signing in, used or not."""


class Authenticate:
    """Lets in who is signed in and puts the session into ``state["signed_in"]``; sends others to the login page.

    Changes are taken from our own pages only, with or without a session (reliability-security A5).
    """

    def __init__(self, app: ASGIApp, *, reach: Reach, templates: Templates, limits: SessionLimits) -> None:
        self._app = app
        self._reach = reach
        self._templates = templates
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._reach.is_outside(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        refusal = await self._refusal(Request(scope))
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await serve_audited(self._app, scope, receive, send)

    async def _refusal(self, request: Request[ConsoleState]) -> Response | None:
        is_safe = request.method in SAFE_METHODS
        if not is_safe and not comes_from_here(request.headers):
            detail = "The request was made by a page of another site. If it was you, open the console and do it there."
            return error_response(request, self._templates, status=403, detail=detail)
        if self._reach.is_public(request.scope["path"]):
            return None
        session = await current_session(request, self._limits)
        if session is not None:
            await _touch(request, session)
            request.scope["state"]["signed_in"] = session
            return None
        if not wants_page(request):
            return error_response(request, self._templates, status=401, title="Sign in first")
        return RedirectResponse(self._login_url(request, is_safe=is_safe), status_code=303)

    def _login_url(self, request: Request[ConsoleState], *, is_safe: bool) -> str:
        login = path_for(request, "login")
        query = request.url.query
        back = request.scope["path"] + (f"?{query}" if query else "")
        # What was sent with a form is lost by now: its page, not its answer, is where to go on.
        return f"{login}?next={quote(back, safe='/')}" if is_safe and back != "/" else login


async def current_session(request: Request[ConsoleState], limits: SessionLimits) -> Session | None:
    """The session that the request's cookie stands for; None when there is none. Looking it up does not use it."""
    services = request.state["services"]
    token = request.cookies.get(cookie_name(services))
    if not token:
        return None
    find = partial(find_session, token=token, now_ms=services.clock_ms(), idle_ms=limits.idle_ms)
    return await services.database.read(find)


async def _touch(request: Request[ConsoleState], session: Session) -> None:
    services = request.state["services"]
    now_ms = services.clock_ms()
    if now_ms - session.seen_ms >= TOUCH_EVERY_MS:
        await services.database.write(partial(touch_session, session=session, now_ms=now_ms))


async def sign_in(
    request: Request[ConsoleState], response: Response, user: User, limits: SessionLimits, *, way: str
) -> None:
    """Open a session with a new id; whatever id the browser brought along ends (no fixation).

    ``way``: how the person proved who they are, for the audit log.
    """
    services = request.state["services"]
    token, csrf_token, now_ms = services.new_token(), services.new_token(), services.clock_ms()
    address = request.client.host if request.client is not None else ""
    agent = request.headers.get("user-agent", "")
    former = request.cookies.get(cookie_name(services), "")

    def work(connection: Connection) -> None:
        end_session(connection, former)
        open_session(
            connection,
            user,
            token=token,
            csrf_token=csrf_token,
            now_ms=now_ms,
            longest_ms=limits.longest_ms,
            address=address,
            agent=agent,
        )
        note(connection, AuditAction.SIGNED_IN, f"account {user.name}", detail=way)

    # Whose sign-in it is, for the log.
    request.scope["state"]["caller"] = user
    await services.database.write(work)
    response.set_cookie(
        cookie_name(services), token, path="/", secure=services.secure_cookies, httponly=True, samesite="lax"
    )


async def sign_out(request: Request[ConsoleState], response: Response) -> None:
    """End the session here and on the server."""
    services = request.state["services"]
    token = request.cookies.get(cookie_name(services), "")

    def work(connection: Connection) -> None:
        end_session(connection, token)
        note(connection, AuditAction.SIGNED_OUT, f"account {request.state['signed_in'].user.name}")

    await services.database.write(work)
    response.delete_cookie(
        cookie_name(services), path="/", secure=services.secure_cookies, httponly=True, samesite="lax"
    )


def cookie_name(services: ConsoleServices) -> str:
    """``__Host-`` binds a cookie to this very host; browsers take it over https only (RFC 6265bis, 4.1.3.2)."""
    return "__Host-heliograph_session" if services.secure_cookies else "heliograph_session"


def safe_next(target: str) -> str:
    """Where to go after signing in: a path of ours, else the first page (reliability-security A12)."""
    is_path = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_path and target.isprintable() and "\\" not in target else "/"
