"""Signing in by a one-time link, and signing out.

The link opens a page with a button: mail scanners and link previews follow links, but press no buttons.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.store.login_links import find_login_link, use_login_link
from server.web.access.auditing import record_refusal
from server.web.access.auth import SessionLimits, safe_next, sign_in, sign_out
from server.web.forms.signed_form import read_form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for

# Longer ones are none of ours; they are not even looked up.
_MAX_TOKEN_CHARACTERS = 200
_TOKEN_IN_LINK = re.compile(r"[?&]token=([^&#\s]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage:
    """Context of templates/login.html."""

    template: ClassVar[str] = "login.html"
    section: ClassVar[str] = ""

    token: str
    """Of a link that is good; empty when there is none."""
    user_name: str
    """Whom it signs in; empty when there is none."""
    next: str
    """Path to go to afterwards."""
    is_refused: bool
    """A link was given, and it is used, expired or unknown: which of them is not told."""


def routes(templates: Templates, limits: SessionLimits) -> Sequence[Route]:
    """``login`` (public, GET and POST) and ``logout`` (POST)."""

    async def show(request: Request[ConsoleState]) -> Response:
        return await _page(request, request.query_params.get("token", ""), request.query_params.get("next", "/"))

    async def enter(request: Request[ConsoleState]) -> Response:
        form = await read_form(request)
        token = _token_of(form.get("token", ""))
        services = request.state["services"]
        user = await services.database.write(partial(use_login_link, token=token, now_ms=services.clock_ms()))
        if user is None:
            await record_refusal(request, "login link")
            # Also for an empty field: asking for the page again with nothing in it would say nothing.
            return await _page(request, token or "-", form.get("next", "/"))
        response = RedirectResponse(safe_next(form.get("next", "/")), status_code=303)
        await sign_in(request, response, user, limits, way="login link")
        return response

    async def leave(request: Request[ConsoleState]) -> Response:
        await read_signed_form(request)
        response = RedirectResponse(path_for(request, "login"), status_code=303)
        await sign_out(request, response)
        return response

    async def _page(request: Request[ConsoleState], token: str, target: str) -> Response:
        services = request.state["services"]
        user = None
        if 0 < len(token) <= _MAX_TOKEN_CHARACTERS:
            user = await services.database.read(partial(find_login_link, token=token, now_ms=services.clock_ms()))
        page = LoginPage(
            token=token if user else "",
            user_name=user.name if user else "",
            next=safe_next(target),
            is_refused=bool(token) and user is None,
        )
        return templates.render(request, page, status=403 if page.is_refused else 200)

    return (
        Route("/login", show, methods=["GET"], name="login"),
        Route("/login", enter, methods=["POST"], name="login-enter"),
        Route("/logout", leave, methods=["POST"], name="logout"),
    )


def _token_of(pasted: str) -> str:
    """The token itself: people paste the whole link, or only the end of it."""
    text = pasted.strip()[: 2 * _MAX_TOKEN_CHARACTERS]
    in_link = _TOKEN_IN_LINK.search(text)
    return (in_link[1] if in_link else text)[:_MAX_TOKEN_CHARACTERS]
