"""Failed events, edited as they are replayed: lines are written, looked at with some events, and then applied."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.model.outcome import FailedEvent
from server.observe.failures import Failure
from server.observe.rehearsal import Rehearsal, Sample, rehearse
from server.observe.repair import edit_failures, suggestions
from server.observe.replays import replay_of
from server.pipeline.edit import editable
from server.prep.patch import MAX_CHARACTERS, PatchFault
from server.store.configuration import load_configuration
from server.web.forms.mapping_preview import function_help
from server.web.forms.signed_form import Form, read_signed_form
from server.web.pages.failed_chosen import (
    MAX_REPLAYED,
    MAX_REPLAYED_TOGETHER,
    Asked,
    Chosen,
    asked_of,
    check_may_replay,
    chosen_failures,
    list_address,
    replay_and_list,
)
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_view import ShownViolation, shown_violations
from server.web.views.publish_view import DiffLine, json_lines
from server.web.views.visible import visible

# The first ones are mended first; all faults of one sample are on its own page.
_MAX_VIOLATIONS = 5
_MAX_KINDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleView:
    """One event before and after."""

    offset: int
    """Its place in the log of failed events."""
    href: str
    """Of its own page."""
    lines: Sequence[DiffLine]
    """What the edit changed in it; empty for nothing."""
    passes: bool
    """It would be valid."""
    violations: Sequence[ShownViolation]
    """The first things that would still be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalView:
    """What would become of the events."""

    passing: int
    """How many would be valid."""
    failing: int
    """How many would fail again."""
    unreadable: int
    """How many cannot be decided again."""
    faults: Sequence[tuple[str, str, int]]
    """(where, what, how many) of what would still be wrong, the most frequent first."""
    idle: Sequence[tuple[str, str, int]]
    """(line, why, how many) of lines that changed nothing."""
    samples: Sequence[SampleView]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedEditPage:
    """Context of templates/failed/edit.html."""

    template: ClassVar[str] = "failed/edit.html"
    section: ClassVar[str] = "failed"

    text: str
    """The edit, as it was written."""
    offsets: Sequence[int]
    """Of the events that it is for; none where it is for all that match."""
    is_whole: bool
    """It is for all that match the filter of the list that it came from."""
    count: int
    """How many events were looked at: all that it is for, but for ``is_cut``."""
    is_cut: bool
    """More match than were looked at."""
    most: int
    """How many one replay takes of all that match."""
    asked: Asked
    """The filter of the list that it came from."""
    list_href: str
    """That list."""
    suggestions: Sequence[str]
    """Lines that may mend these events."""
    functions: Sequence[tuple[str, str]]
    """(how it is called, what it gives)."""
    faults: Sequence[tuple[int, str, str]]
    """(number of the line, the line, what is wrong with it)."""
    seen: RehearsalView | None
    """None when nobody looked yet, and for an edit that cannot be."""
    max_characters: int
    """How long an edit may be."""


def routes(templates: Templates) -> Sequence[Route]:
    """``failed-edit``, ``failed-edit-look``, ``failed-edit-replay``. For those with a session who may replay."""

    async def begin(request: Request[ConsoleState]) -> Response:
        check_may_replay(request)
        form = request.query_params
        return templates.render(request, await _page(request, form, await _looked_at(request, form)))

    async def edit(request: Request[ConsoleState]) -> Response:
        """The form as it is, or with the suggested lines, or with what the lines bring. Nothing is done by it."""
        form = await read_signed_form(request)
        check_may_replay(request)
        chosen = await _looked_at(request, form)
        if form.get("action") == "suggest":
            text = "\n".join([*_text(form).splitlines(), *_suggested(chosen.failures)])
            return templates.render(request, await _page(request, form, chosen, text=text))
        if form.get("action") != "preview":
            return templates.render(request, await _page(request, form, chosen))
        services = request.state["services"]
        configuration = await services.database.read(load_configuration)
        try:
            found = await rehearse(chosen.failures, _text(form), trials=services.trials, configuration=configuration)
        except PatchFault as fault:
            return templates.render(request, await _page(request, form, chosen, fault=fault))
        return templates.render(request, await _page(request, form, chosen, seen=_view(request, found)))

    async def replay(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        check_may_replay(request)
        services, user, text = request.state["services"], request.state["signed_in"].user, _text(form)
        chosen = await chosen_failures(request, form)
        configuration = await services.database.read(load_configuration)
        try:
            edited = await asyncio.to_thread(
                edit_failures,
                chosen.failures,
                text,
                lambda dataset_id: services.trials.schema(dataset_id, configuration),
            )
        except PatchFault as fault:
            return templates.render(request, await _page(request, form, chosen, fault=fault), status=400)
        now_ms = services.clock_ms()
        made = [
            replay_of(each.failure, replayed_ms=now_ms, replayed_by=user.name, event=each.after, edit=text)
            for each in edited
        ]
        replays = [each for each in made if each is not None]
        return await replay_and_list(request, replays, asked_of(form), is_all=chosen.is_all)

    return (
        Route("/failed/edit", begin, methods=["GET"], name="failed-edit"),
        Route("/failed/edit", edit, methods=["POST"], name="failed-edit-look"),
        Route("/failed/edit/replay", replay, methods=["POST"], name="failed-edit-replay"),
    )


async def _looked_at(request: Request[ConsoleState], form: Form) -> Chosen:
    """What the form is about: of all that match, as many as are decided while somebody waits. Raises HTTPException."""
    return await chosen_failures(request, form, most=MAX_REPLAYED)


async def _page(
    request: Request[ConsoleState],
    form: Form,
    chosen: Chosen,
    *,
    text: str | None = None,
    fault: PatchFault | None = None,
    seen: RehearsalView | None = None,
) -> FailedEditPage:
    text = _text(form) if text is None else text
    lines, faults = text.splitlines(), () if fault is None else fault.faults
    is_whole, asked = "whole" in form, asked_of(form)
    return FailedEditPage(
        text=text,
        offsets=() if is_whole else [each.offset for each in chosen.failures],
        is_whole=is_whole,
        count=len(chosen.failures),
        is_cut=not chosen.is_all,
        most=MAX_REPLAYED_TOGETHER,
        asked=asked,
        list_href=list_address(request, asked),
        suggestions=[line for line in _suggested(chosen.failures) if line not in lines],
        functions=function_help(),
        faults=[(number, visible("".join(lines[number - 1 : number])), visible(told)) for number, told in faults],
        seen=seen,
        max_characters=MAX_CHARACTERS,
    )


def _text(form: Form) -> str:
    """The edit; forms end lines in a way of their own."""
    return form.get("edit", "").replace("\r\n", "\n")


def _suggested(failures: Sequence[Failure]) -> Sequence[str]:
    # Field names come from pages: one that cannot be seen as it is, is nothing to take over with a click.
    return [line for line in suggestions(failures) if visible(line) == line]


def _view(request: Request[ConsoleState], found: Rehearsal) -> RehearsalView:
    return RehearsalView(
        passing=found.passing,
        failing=found.failing,
        unreadable=found.unreadable,
        faults=[(visible(at), visible(told), number) for (at, told), number in found.faults.most_common(_MAX_KINDS)],
        idle=[(line, visible(why), number) for (line, why), number in found.idle.most_common(_MAX_KINDS)],
        samples=[_sample(request, each) for each in found.samples],
    )


def _sample(request: Request[ConsoleState], sample: Sample) -> SampleView:
    edited, outcome = sample
    violations = outcome.violations if isinstance(outcome, FailedEvent) else ()
    return SampleView(
        offset=edited.failure.offset,
        href=path_for(request, "failed-event", offset=edited.failure.offset),
        lines=json_lines(editable(edited.before), editable(edited.after)),
        passes=not isinstance(outcome, FailedEvent),
        violations=shown_violations(violations[:_MAX_VIOLATIONS]),
    )
