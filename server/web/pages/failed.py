"""Failed events: what they have in common, what is wrong with each, and a button that has them decided again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.model.dataset import DatasetId
from server.model.outcome import FailedEvent, FailureReason
from server.observe.failures import Failure, FailureReader
from server.observe.replays import Replayed, event_of, replay_of
from server.observe.tap import Line
from server.store.configuration import list_datasets
from server.web.access.roles import may_edit
from server.web.forms.signed_form import read_signed_form
from server.web.pages.failed_chosen import (
    PERIODS,
    Asked,
    asked_of,
    check_may_replay,
    chosen_failures,
    find_failure,
    list_address,
    offset_of,
    replay_and_list,
)
from server.web.pages.failed_named import NamedGroup, named_groups, rule_places
from server.web.pages.live import viewer_of
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.failed_groups import failure_overview
from server.web.views.failure_texts import reason_title
from server.web.views.live_facts import iso
from server.web.views.live_view import LiveDetail, LiveRow, ShownViolation, live_detail, live_row, shown_violations
from server.web.views.time_chart import TimeChart
from server.web.views.visible import visible

# What a person looks through before asking for more.
PAGE_FAILURES = 50


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
    tab: ClassVar[str] = "events"

    chart: TimeChart
    tick: str
    """How moments below the drawing are written: ``time`` or ``date``."""
    groups: Sequence[NamedGroup]
    """What they have in common, the most frequent first; none while one of them is looked at."""
    more_groups: int
    """How many are not listed."""
    chosen: NamedGroup | None
    """The group that is looked at; None for none, and for one of which nothing failed in this time."""
    ungrouped_href: str
    """The list, filtered as it is but for the group."""
    kept_days: int
    """How long failed events are kept."""
    rows: Sequence[FailedRow]
    """The newest first."""
    asked: Asked
    """What the list is filtered by."""
    is_narrowed: bool
    """It is filtered, but not by a group, which has buttons of its own."""
    reasons: Sequence[tuple[str, str]]
    """(value, words) of each reason there is."""
    datasets: Sequence[tuple[str, str]]
    """(id, name)."""
    periods: Sequence[tuple[str, str]]
    """(value, words)."""
    older_href: str
    """Where older ones are; empty when there are none."""
    newest_href: str
    """The first page of the same list."""
    is_first: bool
    """Nothing is newer than this page."""
    has_any: bool
    """Anything failed since the log begins, filtered or not."""
    replayed: int
    """How many were just sent to be decided again."""
    has_more: bool
    """Others that match were not sent, because they were too many."""
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
        services, query, now_ms = request.state["services"], request.query_params, request.state["services"].clock_ms()
        datasets = {each.id: each.name for each in await services.database.read(list_datasets)}
        asked = asked_of(query)
        if asked.dataset not in datasets:
            asked = asked._replace(dataset="")
        span = asked.span(now_ms, kept_days=services.failed_days)
        view = failure_overview(
            await services.tallies.failed(since_ms=span.start_ms, until_ms=span.end_ms),
            await services.tallies.failures(since_ms=span.start_ms, until_ms=span.end_ms),
            span,
            asked.looked,
        )
        rules = await services.database.read(rule_places)
        before = offset_of(query.get("before", ""))
        page = await FailureReader(services.failed).page(asked.wanted(span), limit=PAGE_FAILURES, before=before)
        replayed = await services.replays.find([each.offset for each in page.failures])
        context = FailedPage(
            chart=view.chart,
            tick=view.tick,
            groups=[] if asked.group else named_groups(request, view.groups, asked, rules),
            more_groups=view.more_groups,
            chosen=next(iter(named_groups(request, [view.chosen] if view.chosen else [], asked, rules)), None),
            ungrouped_href=list_address(request, asked._replace(group="")),
            kept_days=services.failed_days,
            rows=[_row(request, each, datasets, replayed.get(each.offset)) for each in page.failures],
            asked=asked,
            is_narrowed=any(asked) and not asked.group,
            reasons=[(each.value, reason_title(each)) for each in FailureReason],
            datasets=[(key, visible(name)) for key, name in sorted(datasets.items(), key=lambda pair: pair[1])],
            periods=[(value, words) for value, words, _ in PERIODS],
            older_href="" if page.before is None else list_address(request, asked, before=str(page.before)),
            newest_href=list_address(request, asked),
            is_first=before is None,
            has_any=await services.failed.end() >= 0,
            replayed=offset_of(query.get("replayed", "")) or 0,
            has_more=query.get("more") == "1",
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
            can_replay=may_edit(request) and event_of(failure.failed) is not None,
            replayed=replayed_view(replayed, is_masked=viewer.is_masked),
            is_masked=viewer.is_masked,
        )
        return templates.render(request, context)

    async def replay(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        check_may_replay(request)
        services, user = request.state["services"], request.state["signed_in"].user
        chosen = await chosen_failures(request, form)
        now_ms = services.clock_ms()
        made = [replay_of(each, replayed_ms=now_ms, replayed_by=user.name) for each in chosen.failures]
        replays = [each for each in made if each is not None]
        return await replay_and_list(request, replays, asked_of(form), is_all=chosen.is_all)

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
        can_be_replayed=event_of(failure.failed) is not None,
        replayed=replayed_view(replayed, is_masked=viewer.is_masked),
    )


def replayed_view(replayed: Replayed | None, *, is_masked: bool) -> ReplayedView | None:
    """None for what nobody had decided again."""
    if replayed is None:
        return None
    return ReplayedView(
        at=iso(replayed.replayed_ms),
        by=visible(replayed.replayed_by),
        is_waiting=replayed.is_waiting,
        edit="" if is_masked else replayed.edit,
    )
