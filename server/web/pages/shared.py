"""Sharing an event: a link for a colleague without an account, who sees it with personal data hidden, for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.outcome import Offset
from server.observe.tap import Line, OutcomeTopic, Tap
from server.store.shares import Share, SharesRefused, end_shares, find_share, share_event
from server.web.access.roles import may_edit
from server.web.forms.signed_form import read_signed_form
from server.web.pages.live import find_line
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_facts import iso
from server.web.views.live_view import LiveDetail, live_detail
from server.web.views.masking import masked

_HOUR_MS = 3_600_000

PERIODS: Sequence[tuple[int, str]] = ((1, "an hour"), (24, "a day"), (168, "a week"))
"""(hours, words) that a link may be good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPage:
    """Context of templates/live/shared.html."""

    template: ClassVar[str] = "live/shared.html"
    section: ClassVar[str] = ""

    detail: LiveDetail
    expires_at: str
    """Until when the link is good, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """Context of templates/live/link.html."""

    template: ClassVar[str] = "live/link.html"
    section: ClassVar[str] = "live"

    detail: LiveDetail
    link: str
    """The link itself: it is shown once, and kept as a hash."""
    expires_at: str
    """Until when it is good, ISO 8601."""


def routes(templates: Templates) -> Sequence[Route]:
    """``live-share``, ``live-unshare``: for editors; ``shared``: for whoever has the link, without a session."""

    async def share(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        _require_editor(request)
        hours = next((each for each, _ in PERIODS if form.get("hours") == str(each)), None)
        if hours is None:
            raise HTTPException(400, "A link is good for an hour, a day or a week: choose one of them.")
        services, line = request.state["services"], await find_line(request)
        token, now_ms = services.new_token(), services.clock_ms()
        made = Share(line.topic, line.offset, now_ms + hours * _HOUR_MS)
        work = partial(share_event, share=made, token=token, by=request.state["signed_in"].user.name, now_ms=now_ms)
        try:
            await services.database.write(work)
        except SharesRefused as refused:
            raise HTTPException(409, str(refused)) from refused
        page = LinkPage(
            detail=_detail(line),
            link=services.base_url + path_for(request, "shared", token=token),
            expires_at=iso(made.expires_ms),
        )
        return templates.render(request, page)

    async def unshare(request: Request[ConsoleState]) -> Response:
        await read_signed_form(request)
        _require_editor(request)
        line = await find_line(request)
        await request.state["services"].database.write(partial(end_shares, topic=line.topic, offset=line.offset))
        return RedirectResponse(path_for(request, "live-line", topic=line.topic, offset=line.offset), 303)

    async def shared(request: Request[ConsoleState]) -> Response:
        services = request.state["services"]
        find = partial(find_share, token=request.path_params["token"], now_ms=services.clock_ms())
        found = await services.database.read(find)
        line = None
        if found is not None:
            topic: OutcomeTopic = "processed" if found.topic == "processed" else "failed"
            line = await Tap(processed=services.processed, failed=services.failed).find(topic, Offset(found.offset))
        if found is None or line is None:
            raise HTTPException(404, "This link is not good any more: it has expired, or somebody ended it.")
        page = SharedPage(detail=_detail(line), expires_at=iso(found.expires_ms))
        return templates.render(request, page, headers={"X-Robots-Tag": "noindex"})

    return (
        Route("/live/{topic}/{offset:int}/share", share, methods=["POST"], name="live-share"),
        Route("/live/{topic}/{offset:int}/unshare", unshare, methods=["POST"], name="live-unshare"),
        Route("/shared/{token}", shared, methods=["GET"], name="shared"),
    )


def _detail(line: Line) -> LiveDetail:
    """Whoever has a link may see no more than a viewer, and leads nowhere into the console."""
    return live_detail(line._replace(outcome=masked(line.outcome)), lambda _topic, _offset: "")


def _require_editor(request: Request[ConsoleState]) -> None:
    if not may_edit(request):
        raise HTTPException(403, "Sharing an event is for editors, approvers and administrators.")
