"""Refusals and faults, in the look of all pages; as problem details (RFC 9457) for whoever does not read pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

from server.web.access.security import harden
from server.web.templating import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """Context of templates/error.html."""

    template: ClassVar[str] = "error.html"
    section: ClassVar[str] = ""

    status: int
    """HTTP's number for it."""
    title: str
    """What is the matter, in a few words."""
    detail: str
    """One or two sentences more; may be empty."""
    cures: Sequence[str]
    """What the reader can do, one a line."""


_TEXTS: Mapping[int, tuple[str, str, tuple[str, ...]]] = {
    400: ("This request makes no sense", "", ()),
    403: ("This is not open to you", "", ("Ask an administrator for the role that it needs.",)),
    404: ("There is nothing here", "The address is wrong, or what was here is gone.", ()),
    405: ("That cannot be done here", "", ()),
    413: ("That is too much at once", "", ()),
    500: (
        "Something of ours broke",
        "Nothing that was collected is lost by it. The server's log says what happened.",
        ("Try again. If it stays like this, tell whoever runs this server.",),
    ),
}


# Addresses that people do not open.
_PROGRAMS = ("/api/v1/", "/api/openapi.json")


def wants_page(request: Request[Any]) -> bool:
    """Whether whoever asks reads HTML: a browser that navigates says so first of all."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_PROGRAMS)


def error_response(
    request: Request[Any],
    templates: Templates,
    *,
    status: int,
    title: str = "",
    detail: str = "",
    cures: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One shape for everything that is not answered. What is not given has a text for its status."""
    usual = _TEXTS.get(status, (HTTPStatus(status).phrase, "", ()))
    page = ErrorPage(status=status, title=title or usual[0], detail=detail or usual[1], cures=cures or usual[2])
    if wants_page(request):
        return templates.render(request, page, status=status, headers=headers)
    problem = {"title": page.title, "status": status, "detail": " ".join([page.detail, *page.cures]).strip()}
    return JSONResponse(problem, status_code=status, headers=headers, media_type="application/problem+json")


def error_handlers(templates: Templates) -> Mapping[Any, ExceptionHandler]:
    """What Starlette calls for an exception, for its ``exception_handlers``."""

    async def on_http_exception(request: Request[Any], error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  (narrows: registered for nothing else)
        detail = "" if error.detail == HTTPStatus(error.status_code).phrase else error.detail
        return error_response(request, templates, status=error.status_code, detail=detail, headers=error.headers)

    async def on_fault(request: Request[Any], error: Exception) -> Response:
        # Starlette raises it again once this is sent: the server logs it. Nothing of it is told to the client.
        response = error_response(request, templates, status=500)
        # This is sent from outside of all middleware.
        harden(response.headers, is_asset=False)
        return response

    return {HTTPException: on_http_exception, Exception: on_fault}
