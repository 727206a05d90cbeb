"""The live page: events as they come, and one of them with all that is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.model.outcome import Offset
from server.observe.status import PipelineStatus
from server.observe.tap import Cursor, Line, OutcomeTopic, Tap
from server.store.shares import count_shares
from server.store.users import Role
from server.web.access.auth import SessionLimits, current_session
from server.web.access.roles import may_edit
from server.web.forms.signed_form import comes_from_here
from server.web.services import ConsoleServices, ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.embeds import Embed, published_embeds
from server.web.views.event_names import event_name
from server.web.views.live_filter import LiveFilter
from server.web.views.live_stream import (
    MAX_LINES_READ,
    MAX_STREAMS,
    EventStream,
    Seats,
    Surroundings,
    Viewer,
    frames,
)
from server.web.views.live_view import LiveDetail, LiveRow, live_detail, shown_event_type
from server.web.views.rate_chart import RateChart, rate_chart
from server.web.views.sink_freshness import deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePage:
    """Context of templates/live/index.html."""

    template: ClassVar[str] = "live/index.html"
    section: ClassVar[str] = "live"

    rows: Sequence[LiveRow]
    """The newest first."""
    filter: LiveFilter
    event_types: Sequence[tuple[str, str]]
    """(type, name) of those seen lately and the one filtered for, by name."""
    after: str
    """Cursor behind these rows, where the stream goes on."""
    max_rows: int
    """How many rows the page keeps."""
    status: PipelineStatus
    chart: RateChart
    is_masked: bool
    """Personal data is hidden from this viewer."""
    embeds: Sequence[Embed]
    """How to get a first event; only looked up when there is no event."""
    demo_url: str
    """Empty when there is no demo shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePage:
    """Context of templates/live/line.html."""

    template: ClassVar[str] = "live/line.html"
    section: ClassVar[str] = "live"

    detail: LiveDetail
    is_masked: bool
    """Personal data is hidden from this viewer."""
    can_share: bool
    """This person may make links to it."""
    shares: int
    """Links to it that are good."""


# A browser keeps this many rows; older ones go, so that a page left open does not grow for ever.
_MAX_ROWS_KEPT = 500

# A page that invents types without end must not make a list without end.
_MAX_EVENT_TYPES = 100

# Of the log's format: a longer number is none of ours.
MAX_OFFSET = 2**63 - 1


def routes(templates: Templates, limits: SessionLimits, *, max_streams: int = MAX_STREAMS) -> Sequence[Route]:
    """``live``, ``live-events`` (the stream), ``live-line``, ``live-line-json``. All need a session."""
    seats = Seats(max_streams)

    async def index(request: Request[ConsoleState]) -> Response:
        services = request.state["services"]
        viewer = viewer_of(request)
        batch = await _tap(services).recent(limit=MAX_LINES_READ)
        embeds: Sequence[Embed] = ()
        if not batch.lines:
            embeds = await services.database.read(partial(published_embeds, base_url=services.base_url))
        page = LivePage(
            rows=viewer.latest(batch.lines)[0][::-1],
            filter=viewer.filter,
            event_types=_event_types(batch.lines, viewer.filter),
            after=str(batch.cursor),
            max_rows=_MAX_ROWS_KEPT,
            status=await services.status(),
            chart=rate_chart(batch.lines, now_ms=services.clock_ms()),
            is_masked=viewer.is_masked,
            embeds=embeds,
            demo_url=services.demo_url,
        )
        return templates.render(request, page)

    async def events(request: Request[ConsoleState]) -> Response:
        if not comes_from_here(request.headers):
            raise HTTPException(403, "The live stream is for the console's own pages.")
        after = Cursor.parse(request.headers.get("last-event-id") or request.query_params.get("after", ""))
        if seats.are_taken:
            detail = "As many live pages are open as this server allows. Close one, or reload to see what came."
            raise HTTPException(503, detail, headers={"Retry-After": "30"})
        if request.method == "HEAD":
            # A script whose stream was cut or refused asks why; browsers do not tell it. A stream as the answer would
            # never end, and the browser's next request on the same connection would wait for it.
            return Response(status_code=204)
        services = request.state["services"]

        async def is_signed_in() -> bool:
            return await current_session(request, limits) is not None

        around = Surroundings(
            clock_ms=services.clock_ms,
            status=services.status,
            is_signed_in=is_signed_in,
            is_stopping=services.is_stopping,
        )
        return EventStream(frames(_tap(services), viewer_of(request), around, after=after), seats)

    async def line(request: Request[ConsoleState]) -> Response:
        services, viewer = request.state["services"], viewer_of(request)
        detail = await _detail(request, viewer)
        row = detail.row
        count = partial(count_shares, topic=row.topic, offset=row.offset, now_ms=services.clock_ms())
        page = LinePage(
            detail=detail,
            is_masked=viewer.is_masked,
            can_share=may_edit(request),
            shares=await services.database.read(count),
        )
        return templates.render(request, page)

    async def line_json(request: Request[ConsoleState]) -> Response:
        detail = await _detail(request, viewer_of(request))
        return Response(msgspec.json.encode(detail), media_type="application/json")

    return (
        Route("/live", index, name="live"),
        Route("/live/events", events, name="live-events"),
        Route("/live/{topic}/{offset:int}", line, name="live-line"),
        Route("/live/{topic}/{offset:int}.json", line_json, name="live-line-json"),
    )


def _tap(services: ConsoleServices) -> Tap:
    return Tap(processed=services.processed, failed=services.failed)


def viewer_of(request: Request[ConsoleState]) -> Viewer:
    """What whoever asks may see, and wants to."""

    def line_url(topic: OutcomeTopic, offset: Offset) -> str:
        return path_for(request, "live-line", topic=topic, offset=offset)

    return Viewer(
        filter=LiveFilter.from_query(request.query_params),
        is_masked=request.state["signed_in"].user.role == Role.VIEWER,
        line_url=line_url,
    )


async def _detail(request: Request[ConsoleState], viewer: Viewer) -> LiveDetail:
    services, line = request.state["services"], await _line(request, viewer)
    delivered = await deliveries(services.processed, (await services.status()).sinks, line)
    return live_detail(line, viewer.line_url, deliveries=delivered)


async def _line(request: Request[ConsoleState], viewer: Viewer) -> Line:
    return viewer.shown(await find_line(request))


async def find_line(request: Request[ConsoleState]) -> Line:
    """The line of the request's address, with all that is in it. Raises HTTPException 404."""
    topic, offset = request.path_params["topic"], request.path_params["offset"]
    if topic in ("processed", "failed") and offset <= MAX_OFFSET:
        found = await _tap(request.state["services"]).find(topic, Offset(offset))
        if found is not None:
            return found
    raise HTTPException(404, "This event is not in the event log: the address is wrong, or it was kept long enough.")


def _event_types(lines: Sequence[Line], filter_: LiveFilter) -> Sequence[tuple[str, str]]:
    types = {shown_event_type(line) for line in lines} | {filter_.event_type}
    return sorted(((each, event_name(each)) for each in types if each), key=lambda pair: (pair[1], pair[0]))[
        :_MAX_EVENT_TYPES
    ]
