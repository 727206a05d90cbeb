"""Dead letters: processed events that a sink refused for good, why, what to do, and offering them to it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.dataset import DatasetId
from server.model.outcome import Offset
from server.observe.letters import Letter, LetterReader, retry_of
from server.observe.replays import Replayed
from server.observe.tap import Line
from server.ports import LogUnavailable
from server.store.configuration import list_datasets
from server.web.access.roles import may_edit
from server.web.forms.signed_form import Form, read_signed_form
from server.web.pages.failed import ReplayedView, replayed_view
from server.web.pages.failed_chosen import (
    MAX_REPLAYED_TOGETHER,
    check_may_replay,
    offset_of,
    selected_offsets,
)
from server.web.pages.live import MAX_OFFSET, viewer_of
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_facts import iso
from server.web.views.live_view import LiveDetail, LiveRow, live_detail, live_row
from server.web.views.masking import masked_xdm
from server.web.views.sink_freshness import sink_title
from server.web.views.visible import visible

# What a person looks through before asking for more.
PAGE_LETTERS = 50

# All of a sink are looked for in so many pages of the reader: 200,000 records.
_MAX_PAGES_READ = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """One dead letter, everything safe to show."""

    row: LiveRow
    offset: int
    """Of its record in the topic ``dead-letters``."""
    href: str
    """Of its own page."""
    sink: str
    """What the sink is called."""
    dataset: str
    """Name of its dataset, or the id where there is none of it."""
    reason: str
    """Why the sink refused it."""
    cure: str
    """What to do; empty where nobody said."""
    refused_at: str
    """ISO 8601; empty when not known."""
    retried: ReplayedView | None
    """None when nobody had it offered again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLettersPage:
    """Context of templates/failed/letters.html."""

    template: ClassVar[str] = "failed/letters.html"
    section: ClassVar[str] = "failed"
    tab: ClassVar[str] = "letters"

    letters: Sequence[LetterView]
    """The newest first."""
    sink: str
    """Name of the sink that the list is filtered by; empty for any."""
    sinks: Sequence[tuple[str, str]]
    """(name, what it is called)."""
    open_offsets: Sequence[int]
    """Of those on the page that nobody had offered again."""
    older_href: str
    """Where older ones are; empty when there are none."""
    is_first: bool
    """Nothing is newer than this page."""
    retried: int
    """How many were just sent to be offered again."""
    has_more: bool
    """Others were not sent, because they were too many."""
    kept_days: int
    """How long they are kept."""
    can_replay: bool
    """This person may have them offered again."""
    is_masked: bool
    """Personal data is hidden from this viewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterPage:
    """Context of templates/failed/letter.html."""

    template: ClassVar[str] = "failed/letter.html"
    section: ClassVar[str] = "failed"

    letter: LetterView
    detail: LiveDetail
    can_replay: bool
    """This person may have it offered again."""
    is_masked: bool
    """Personal data is hidden from this viewer."""


def routes(templates: Templates) -> Sequence[Route]:
    """``dead-letters``, ``dead-letter``, ``dead-letters-retry``. All need a session."""

    async def index(request: Request[ConsoleState]) -> Response:
        services, query = request.state["services"], request.query_params
        sinks = [(sink.name, sink_title(sink.name)) for sink in (await services.status()).sinks]
        sink = query.get("sink", "") if query.get("sink") in dict(sinks) else ""
        before = offset_of(query.get("before", ""))
        page = await LetterReader(services.dead_letters).page(sink=sink, limit=PAGE_LETTERS, before=before)
        retried = await services.replays.find_letters([each.offset for each in page.letters])
        datasets = await _datasets(request)
        context = DeadLettersPage(
            letters=[_view(request, each, datasets, retried.get(each.offset)) for each in page.letters],
            sink=sink,
            sinks=sinks,
            open_offsets=[each.offset for each in page.letters if each.offset not in retried],
            older_href="" if page.before is None else _address(request, sink=sink, before=str(page.before)),
            is_first=before is None,
            retried=offset_of(query.get("retried", "")) or 0,
            has_more=query.get("more") == "1",
            kept_days=services.failed_days,
            can_replay=may_edit(request),
            is_masked=viewer_of(request).is_masked,
        )
        return templates.render(request, context)

    async def show(request: Request[ConsoleState]) -> Response:
        letter = await _find(request, request.path_params["offset"])
        retried = (await request.state["services"].replays.find_letters([letter.offset])).get(letter.offset)
        viewer = viewer_of(request)
        context = DeadLetterPage(
            letter=_view(request, letter, await _datasets(request), retried),
            detail=live_detail(viewer.shown(_line(letter)), viewer.line_url),
            can_replay=may_edit(request),
            is_masked=viewer.is_masked,
        )
        return templates.render(request, context)

    async def retry(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        check_may_replay(request)
        services, user = request.state["services"], request.state["signed_in"].user
        letters, is_all = await _chosen(request, form)
        now_ms = services.clock_ms()
        try:
            await services.replay([retry_of(each, replayed_ms=now_ms, replayed_by=user.name) for each in letters])
        except LogUnavailable as error:
            detail = f"Nothing was retried, because it could not be stored: {error}."
            raise HTTPException(503, detail, headers={"Retry-After": "10"}) from error
        told = {"sink": form.get("sink", ""), "retried": str(len(letters)), "more": "" if is_all else "1"}
        return RedirectResponse(_address(request, **told), status_code=303)

    return (
        Route("/failed/refused", index, name="dead-letters"),
        Route("/failed/refused/retry", retry, methods=["POST"], name="dead-letters-retry"),
        Route("/failed/refused/{offset:int}", show, name="dead-letter"),
    )


async def _chosen(request: Request[ConsoleState], form: Form) -> tuple[Sequence[Letter], bool]:
    """What a form is about, and whether that is all of it. Raises HTTPException."""
    if "whole" not in form:
        return [await _find(request, offset) for offset in dict.fromkeys(selected_offsets(form))], True
    services, found, before = request.state["services"], list[Letter](), None
    for _ in range(_MAX_PAGES_READ):
        page = await LetterReader(services.dead_letters).page(
            sink=form.get("sink", ""), limit=MAX_REPLAYED_TOGETHER + 1, before=before
        )
        retried = await services.replays.find_letters([each.offset for each in page.letters])
        found += [each for each in page.letters if each.offset not in retried]
        before = page.before
        if before is None or len(found) > MAX_REPLAYED_TOGETHER:
            break
    if not found:
        raise HTTPException(400, "None of these is left to retry: all were.")
    return found[:MAX_REPLAYED_TOGETHER], before is None and len(found) <= MAX_REPLAYED_TOGETHER


async def _find(request: Request[ConsoleState], offset: int) -> Letter:
    if 0 <= offset <= MAX_OFFSET:
        found = await LetterReader(request.state["services"].dead_letters).find(Offset(offset))
        if found is not None:
            return found
    raise HTTPException(404, "This event is not in the event log: the address is wrong, or it was kept long enough.")


async def _datasets(request: Request[ConsoleState]) -> Mapping[DatasetId, str]:
    return {each.id: each.name for each in await request.state["services"].database.read(list_datasets)}


def _line(letter: Letter) -> Line:
    return Line("processed", Offset(letter.letter.offset), letter.letter.processed)


def _view(
    request: Request[ConsoleState], letter: Letter, datasets: Mapping[DatasetId, str], retried: Replayed | None
) -> LetterView:
    viewer, told = viewer_of(request), letter.letter
    dataset_id = told.processed.event.dataset_id
    # A sink may quote what it could not keep.
    reason = str(masked_xdm({"reason": told.reason})["reason"]) if viewer.is_masked else told.reason
    return LetterView(
        row=live_row(viewer.shown(_line(letter)), viewer.line_url),
        offset=letter.offset,
        href=path_for(request, "dead-letter", offset=letter.offset),
        sink=sink_title(told.sink),
        dataset=visible(datasets.get(dataset_id, dataset_id)),
        reason=visible(reason),
        cure=visible(told.cure),
        refused_at=iso(told.refused_ms) if told.refused_ms else "",
        retried=replayed_view(retried, is_masked=viewer.is_masked),
    )


def _address(request: Request[ConsoleState], **values: str) -> str:
    given = {name: value for name, value in values.items() if value}
    return path_for(request, "dead-letters") + (f"?{urlencode(given)}" if given else "")
