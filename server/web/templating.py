"""Pages from templates. A page's context is one frozen dataclass: its template gets that, the layout, and no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Protocol

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from server.store.sessions import Session
from server.web.navigation import NavigationGroup, navigation
from server.web.views.visible import visible


class Page(Protocol):
    """What a page's context says of itself; its fields are what the template shows, as ``page``."""

    template: ClassVar[str]
    """Its file under templates/."""
    section: ClassVar[str]
    """The entry of the navigation that it belongs to; empty for none."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is around every page, as ``layout``."""

    navigation: Sequence[NavigationGroup]
    """Empty when nobody is signed in."""
    user_name: str
    """Who is signed in; empty when nobody is."""
    role: str
    csrf_token: str
    """For the forms of this session."""


class Templates:
    """Renders pages. Everything is escaped, whatever a file is called, and an undefined name is an error."""

    def __init__(self, directory: Path) -> None:
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(directory),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["visible"] = visible
        self.environment.filters["grouped"] = _grouped
        self.environment.globals["url_for"] = _url_for

    def render(
        self, request: Request[Any], page: Page, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> HTMLResponse:
        """``page`` as an answer to ``request``."""
        template = self.environment.get_template(page.template)
        text = template.render(request=request, page=page, layout=_layout(request, page.section))
        return HTMLResponse(text, status_code=status, headers=headers)


def path_for(request: Request[Any], name: str, /, **params: Any) -> str:
    """The path of a route, without a host: the one that a client names is no fact (reliability-security I11)."""
    root: str = request.scope.get("app_root_path", request.scope.get("root_path", ""))
    return root + str(request.app.url_path_for(name, **params))


@jinja2.pass_context
def _url_for(context: jinja2.runtime.Context, name: str, /, **params: Any) -> str:
    return path_for(context["request"], name, **params)


def _grouped(number: int) -> str:
    """12345 as 12,345."""
    return f"{number:,}"


def _layout(request: Request[Any], section: str) -> Layout:
    session: Session | None = request.scope.get("state", {}).get("signed_in")
    if session is None:
        return Layout(navigation=(), user_name="", role="", csrf_token="")
    return Layout(
        navigation=navigation(section, partial(path_for, request), role=session.user.role),
        user_name=session.user.name,
        role=session.user.role.value,
        csrf_token=session.csrf_token,
    )
