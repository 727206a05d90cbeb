"""Failed events: what is wrong with each, and a button that has them decided again after a fix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.dataset import DatasetId
from server.model.outcome import FailedEvent, FailureReason, Offset
from server.model.replay import Replay
from server.observe.failures import Failure, FailureFilter, FailureReader
from server.observe.replays import Replayed, replay_of
from server.observe.tap import Line
from server.ports import LogUnavailable
from server.store.configuration import list_datasets
from server.web.access.roles import may_edit
from server.web.forms.signed_form import Form, read_signed_form
from server.web.pages.live import MAX_OFFSET, viewer_of
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.failure_texts import reason_title
from server.web.views.live_facts import iso
from server.web.views.live_view import LiveDetail, LiveRow, ShownViolation, live_detail, live_row, shown_violations
from server.web.views.visible import visible

# What a person looks through before asking for more.
PAGE_FAILURES = 50

# One form replays a page, or what somebody put together by hand; for everything there is a command.
MAX_REPLAYED = 1_000

# (value in an address, words, milliseconds)
PERIODS = (
    ("hour", "the last hour", 3_600_000),
    ("day", "the last 24 hours", 86_400_000),
    ("week", "the last 7 days", 604_800_000),
)
_PERIOD_MS: Mapping[str, int] = MappingProxyType({value: length_ms for value, _, length_ms in PERIODS})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedView:
    """The latest replay of a failed event."""

    at: str
    """ISO 8601."""
    by: str
    """Name of who asked for it."""
    is_waiting: bool
    """It has no outcome yet."""
    edit: str
    """What changed the event first; empty for nothing, and for who may not see personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRow:
    """One failed event in the list."""

    row: LiveRow
    href: str
    """Of its own page."""
    dataset: str
    """Name of its dataset, or the id where there is none of it; empty when it cannot be read."""
    problems: Sequence[ShownViolation]
    """The first few things that are wrong."""
    more_problems: int
    """How many there are beyond those."""
    can_be_replayed: bool
    """It could be read, so it can be decided again."""
    replayed: ReplayedView | None
    """None when nobody had it decided again."""

    @property
    def is_open(self) -> bool:
        """Nothing was tried yet: what fails again has a line of its own."""
        return self.can_be_replayed and self.replayed is None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPage:
    """Context of templates/failed/index.html."""

    template: ClassVar[str] = "failed/index.html"
    section: ClassVar[str] = "failed"

    rows: Sequence[FailedRow]
    """The newest first."""
    reason: str
    """The reason that the list is filtered by; empty for any."""
    dataset: str
    """The id of the dataset that it is filtered by; empty for any."""
    period: str
    """One of ``periods`` that it is filtered by; empty for any time."""
    reasons: Sequence[tuple[str, str]]
    """(value, words) of each reason there is."""
    datasets: Sequence[tuple[str, str]]
    """(id, name)."""
    periods: Sequence[tuple[str, str]]
    """(value, words)."""
    older_href: str
    """Where older ones are; empty when there are none."""
    is_first: bool
    """Nothing is newer than this page."""
    has_any: bool
    """Anything failed since the log begins, filtered or not."""
    replayed: int
    """How many were just sent to be decided again."""
    can_replay: bool
    """This person may replay."""
    is_masked: bool
    """Personal data is hidden from this viewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedEventPage:
    """Context of templates/failed/show.html."""

    template: ClassVar[str] = "failed/show.html"
    section: ClassVar[str] = "failed"

    detail: LiveDetail
    offset: int
    """Of its record in the topic ``failed``."""
    can_replay: bool
    """This person may replay, and the event can be."""
    replayed: ReplayedView | None
    """None when nobody had it decided again."""
    is_masked: bool
    """Personal data is hidden from this viewer."""


# In a list, three are enough to see what kind of fault it is.
_MAX_PROBLEMS = 3


def routes(templates: Templates) -> Sequence[Route]:
    """``failed``, ``failed-event``, ``failed-replay``. All need a session."""

    async def index(request: Request[ConsoleState]) -> Response:
        services, query = request.state["services"], request.query_params
        datasets = {each.id: each.name for each in await services.database.read(list_datasets)}
        reason, period = query.get("reason", ""), query.get("period", "")
        wanted = FailureFilter(
            reason=FailureReason(reason) if reason in list(FailureReason) else None,
            dataset_id=DatasetId(query["dataset"]) if query.get("dataset") in datasets else None,
            since_ms=services.clock_ms() - _PERIOD_MS[period] if period in _PERIOD_MS else None,
        )
        before = _offset(query.get("before", ""))
        page = await FailureReader(services.failed).page(wanted, limit=PAGE_FAILURES, before=before)
        replayed = await services.replays.find([each.offset for each in page.failures])
        asked = {"reason": wanted.reason or "", "dataset": wanted.dataset_id or "", "period": period}
        context = FailedPage(
            rows=[_row(request, each, datasets, replayed.get(each.offset)) for each in page.failures],
            reason=asked["reason"],
            dataset=asked["dataset"],
            period=period if period in _PERIOD_MS else "",
            reasons=[(each.value, reason_title(each)) for each in FailureReason],
            datasets=[(key, visible(name)) for key, name in sorted(datasets.items(), key=lambda pair: pair[1])],
            periods=[(value, words) for value, words, _ in PERIODS],
            older_href="" if page.before is None else list_address(request, asked | {"before": str(page.before)}),
            is_first=before is None,
            has_any=await services.failed.end() >= 0,
            replayed=_offset(query.get("replayed", "")) or 0,
            can_replay=may_edit(request),
            is_masked=viewer_of(request).is_masked,
        )
        return templates.render(request, context)

    async def show(request: Request[ConsoleState]) -> Response:
        failure = await find_failure(request, request.path_params["offset"])
        replayed = (await request.state["services"].replays.find([failure.offset])).get(failure.offset)
        viewer = viewer_of(request)
        context = FailedEventPage(
            detail=live_detail(viewer.shown(Line("failed", *failure)), viewer.line_url),
            offset=failure.offset,
            can_replay=may_edit(request) and failure.failed.event is not None,
            replayed=_replayed_view(replayed, is_masked=viewer.is_masked),
            is_masked=viewer.is_masked,
        )
        return templates.render(request, context)

    async def replay(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        check_may_replay(request)
        services, user = request.state["services"], request.state["signed_in"].user
        failures = [await find_failure(request, offset) for offset in selected_offsets(form)]
        made = [replay_of(each, replayed_ms=services.clock_ms(), replayed_by=user.name) for each in failures]
        return await replay_and_list(request, [each for each in made if each is not None], asked_filter(form))

    return (
        Route("/failed", index, name="failed"),
        Route("/failed/replay", replay, methods=["POST"], name="failed-replay"),
        Route("/failed/{offset:int}", show, name="failed-event"),
    )


def _row(
    request: Request[ConsoleState], failure: Failure, datasets: Mapping[DatasetId, str], replayed: Replayed | None
) -> FailedRow:
    viewer = viewer_of(request)
    line = viewer.shown(Line("failed", *failure))
    event = line.outcome.event
    violations = line.outcome.violations if isinstance(line.outcome, FailedEvent) else ()
    return FailedRow(
        row=live_row(line, viewer.line_url),
        href=path_for(request, "failed-event", offset=failure.offset),
        dataset="" if event is None else visible(datasets.get(event.dataset_id, event.dataset_id)),
        problems=shown_violations(violations[:_MAX_PROBLEMS]),
        more_problems=max(0, len(violations) - _MAX_PROBLEMS),
        can_be_replayed=event is not None,
        replayed=_replayed_view(replayed, is_masked=viewer.is_masked),
    )


def _replayed_view(replayed: Replayed | None, *, is_masked: bool) -> ReplayedView | None:
    if replayed is None:
        return None
    return ReplayedView(
        at=iso(replayed.replayed_ms),
        by=visible(replayed.replayed_by),
        is_waiting=replayed.is_waiting,
        edit="" if is_masked else replayed.edit,
    )


async def find_failure(request: Request[ConsoleState], offset: int) -> Failure:
    if 0 <= offset <= MAX_OFFSET:
        found = await FailureReader(request.state["services"].failed).find(Offset(offset))
        if found is not None:
            return found
    raise HTTPException(404, "This event is not in the event log: the address is wrong, or it was kept long enough.")


def check_may_replay(request: Request[ConsoleState]) -> None:
    """Raises HTTPException 403."""
    if not may_edit(request):
        raise HTTPException(403, "Replaying sends events on to every sink: it is for editors and administrators.")


async def replay_and_list(
    request: Request[ConsoleState], replays: Sequence[Replay], asked: Mapping[str, str]
) -> Response:
    """Back to the list, filtered as it was. Raises HTTPException."""
    try:
        await request.state["services"].replay(replays)
    except LogUnavailable as error:
        detail = f"Nothing was replayed, because it could not be stored: {error}."
        raise HTTPException(503, detail, headers={"Retry-After": "10"}) from error
    return RedirectResponse(list_address(request, {**asked, "replayed": str(len(replays))}), status_code=303)


def selected_offsets(form: Form) -> Sequence[int]:
    """Of the events to replay: those that are ticked, or all that were shown. Raises HTTPException."""
    texts = form.get("shown", "").split(",") if "all" in form else form.getlist("offset")
    found = [offset for text in texts if (offset := _offset(text)) is not None]
    if not found:
        raise HTTPException(400, "Nothing was selected. Go back and tick the events to replay.")
    if len(found) > MAX_REPLAYED:
        raise HTTPException(413, f"At most {MAX_REPLAYED:,} at once; `heliograph failed replay` takes any number.")
    return found


def _offset(text: str) -> Offset | None:
    """The number of a record, as it stands in an address or a form; None for anything else."""
    return Offset(int(text)) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def asked_filter(form: Form) -> dict[str, str]:
    """The filter that the list had."""
    return {name: form.get(name, "") for name in ("reason", "dataset", "period")}


def list_address(request: Request[ConsoleState], values: Mapping[str, str]) -> str:
    given = {name: value for name, value in values.items() if value}
    return path_for(request, "failed") + (f"?{urlencode(given)}" if given else "")
