"""The mapping editor: how raw data becomes XDM, line by line, with what an example comes to.

Of the dataflow of a streaming connection, and of what pages send to a datastream as `data`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import msgspec
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.model.schema import Violation
from server.prep.suggest import suggestions
from server.schema.builtins import builtin_documents
from server.schema.compile import compile_schema
from server.schema.outline import Outline, outline
from server.store.mapping_versions import list_versions
from server.web.access.roles import may_edit
from server.web.forms.edited_mapping import (
    EditedMapping,
    Find,
    find_datastream_mapping,
    find_flow_mapping,
    save_edited,
)
from server.web.forms.mapping_form import EMPTY, MAX_FIELDS, Row, lines_of, read_sample, rows_in, rows_of
from server.web.forms.mapping_preview import Preview, function_help, preview, row_faults, target_options, targets
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_facts import iso
from server.web.views.visible import visible

# Rows to write into, after those that there are.
_SPARE_ROWS = 3

KINDS = (("ATTRIBUTE", "Field"), ("STATIC", "Fixed text"), ("EXPRESSION", "Expression"))


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """What a mapping set was before, or is now."""

    version: int
    """Number of it; the newest has the highest."""
    saved_at: str
    """ISO 8601."""
    saved_by: str
    """Name of who saved it; empty for the installation itself."""
    lines: Sequence[Row]
    is_current: bool
    """It is what is used now."""
    address: str
    """Where the form is sent that goes back to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingView:
    """An editor of one mapping set."""

    edited: EditedMapping
    back: str
    """Address of what it belongs to."""
    address: str
    """Where the form is sent; below it, `/preview` looks and saves nothing."""
    sample: str
    """An example of the raw data, as somebody pasted it; empty for none, and for who may not see personal data."""
    rows: Sequence[Row]
    seen: Preview
    """What the example comes to."""
    kinds: Sequence[tuple[str, str]]
    """(source type, words)."""
    fields: Sequence[tuple[str, str]]
    """(path, what it is) of every field of the schema."""
    tree: Sequence[Outline]
    """The same, with what each is in."""
    functions: Sequence[tuple[str, str]]
    """(how it is called, what it gives)."""
    fault: str
    """Why nothing was saved; empty for nothing."""
    versions: Sequence[VersionView]
    """As far back as they are kept, the newest first."""
    suggested: int | None
    """How many lines were just suggested; None when nobody asked."""
    can_edit: bool
    """This person may change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingPage:
    """Context of templates/connections/mapping.html, for a streaming connection."""

    template: ClassVar[str] = "connections/mapping.html"
    section: ClassVar[str] = "connections"

    view: MappingView


@dataclass(frozen=True, slots=True, kw_only=True)
class DataMappingPage:
    """The same, for a datastream."""

    template: ClassVar[str] = "connections/mapping.html"
    section: ClassVar[str] = "datastreams"

    view: MappingView


def routes(templates: Templates) -> Sequence[Route]:
    """``mapping``, ``data-mapping``; of each also ``…-save``, ``…-preview`` and ``…-back``."""
    builtins = cache(builtin_documents)
    return (
        *_routes(
            templates,
            "/connections/{connection_id}/flows/{flow_id}/mapping",
            name="mapping",
            find=find_flow_mapping(builtins),
            back="connection",
        ),
        *_routes(
            templates,
            "/datastreams/{datastream_id}/mapping",
            name="data-mapping",
            find=find_datastream_mapping(builtins),
            back="datastream",
        ),
    )


def _routes(templates: Templates, address: str, *, name: str, find: Find, back: str) -> Sequence[Route]:
    """``back``: the route of what it belongs to."""
    page_class = MappingPage if back == "connection" else DataMappingPage

    def back_of(request: Request[ConsoleState]) -> str:
        params = {key: value for key, value in request.path_params.items() if key not in ("flow_id", "version")}
        return path_for(request, back, **params)

    async def looked_at(
        request: Request[ConsoleState], edited: EditedMapping, rows: Sequence[Row], sample: str
    ) -> Preview:
        def violations(xdm: JsonObject) -> Sequence[Violation]:
            return compile_schema(edited.schema).violations(xdm)

        return await run_in_threadpool(
            preview,
            rows,
            sample,
            schema=edited.schema,
            result_of=edited.result,
            violations=violations,
            now_ms=request.state["services"].clock_ms(),
        )

    async def page(
        request: Request[ConsoleState],
        edited: EditedMapping,
        rows: Sequence[Row],
        sample: str,
        *,
        fault: str = "",
        suggested: int | None = None,
    ) -> Response:
        # Of the page, whatever address below it was asked.
        params = {key: value for key, value in request.path_params.items() if key != "version"}
        versions = await request.state["services"].database.read(
            lambda connection: list_versions(connection, edited.mapping_set.id)
        )
        view = MappingView(
            edited=edited,
            back=back_of(request),
            address=path_for(request, name, **params),
            versions=[
                VersionView(
                    version=each.version,
                    saved_at=iso(each.saved_ms),
                    saved_by=visible(each.saved_by),
                    lines=rows_of(each.lines),
                    is_current=each.version == edited.mapping_set.version,
                    address=path_for(request, f"{name}-back", **params, version=each.version),
                )
                for each in versions
            ],
            sample=sample,
            rows=rows,
            seen=await looked_at(request, edited, rows, sample),
            kinds=KINDS,
            fields=target_options(edited.schema),
            tree=outline(edited.schema, {}),
            functions=function_help(),
            fault=fault,
            suggested=suggested,
            can_edit=may_edit(request),
        )
        return templates.render(request, page_class(view=view), status=400 if fault else 200)

    async def found(request: Request[ConsoleState]) -> EditedMapping:
        return await request.state["services"].database.read(lambda connection: find(request, connection))

    async def edit(request: Request[ConsoleState]) -> Response:
        edited = await found(request)
        rows = [*rows_of(edited.mapping_set.lines), *([EMPTY] * _SPARE_ROWS)]
        # An example is somebody's real data, as a rule.
        return await page(request, edited, rows, edited.sample if may_edit(request) else "")

    async def look(request: Request[ConsoleState]) -> Response:
        """The form's rows and example, looked at and not saved; as JSON for the page's script."""
        form = await _read(request)
        edited = await found(request)
        rows, sample, action = list(rows_in(form)), form.get("sample", ""), form.get("action", "")
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse(msgspec.to_builtins(await looked_at(request, edited, rows, sample)))
        suggested = None
        if action == "suggest":
            drafted = _drafted(edited, rows, sample)
            rows, suggested = [*(row for row in rows if row.line is not None), *drafted], len(drafted)
        spare = sum(row.line is None for row in rows) if action != "more" else 0
        rows += [EMPTY] * max(0, _SPARE_ROWS - spare)
        return await page(request, edited, rows, sample, suggested=suggested)

    async def save(request: Request[ConsoleState]) -> Response:
        form = await _read(request)
        services, user = request.state["services"], request.state["signed_in"].user
        rows, sample = rows_in(form), form.get("sample", "")

        def work(connection: Connection) -> str:
            edited = find(request, connection)
            fault = _fault(edited, rows, form)
            if not fault:
                save_edited(connection, edited, lines_of(rows), sample, now_ms=services.clock_ms(), by=user.name)
            return fault

        fault = await services.database.write(work)
        if fault:
            return await page(request, await found(request), rows, sample, fault=fault)
        return RedirectResponse(f"{back_of(request)}?mapped=1", status_code=303)

    async def go_back(request: Request[ConsoleState]) -> Response:
        """An earlier version's lines become the newest version, if they can be used as the schema is now."""
        form = await _read(request)
        services, user = request.state["services"], request.state["signed_in"].user

        def work(connection: Connection) -> tuple[Sequence[Row], str]:
            edited = find(request, connection)
            there = list_versions(connection, edited.mapping_set.id)
            wanted = next((each for each in there if each.version == request.path_params["version"]), None)
            if wanted is None:
                raise HTTPException(404, "There is no such version of this mapping any more.")
            rows = rows_of(wanted.lines)
            fault = _fault(edited, rows, form)
            if not fault:
                save_edited(connection, edited, wanted.lines, edited.sample, now_ms=services.clock_ms(), by=user.name)
            return rows, fault

        rows, fault = await services.database.write(work)
        if fault:
            edited = await found(request)
            return await page(request, edited, rows, edited.sample, fault=fault)
        return RedirectResponse(f"{back_of(request)}?mapped=1", status_code=303)

    return (
        Route(address, edit, name=name),
        Route(address, save, methods=["POST"], name=f"{name}-save"),
        Route(f"{address}/preview", look, methods=["POST"], name=f"{name}-preview"),
        Route(f"{address}/versions/{{version:int}}", go_back, methods=["POST"], name=f"{name}-back"),
    )


async def _read(request: Request[ConsoleState]) -> Form:
    form = await read_signed_form(request, max_fields=MAX_FIELDS)
    if not may_edit(request):
        raise HTTPException(403, "Changing a mapping is for editors and administrators.")
    return form


def _drafted(edited: EditedMapping, rows: Sequence[Row], sample: str) -> Sequence[Row]:
    raw, _fault = read_sample(sample)
    taken = {row.destination for row in rows if row.destination} | edited.given
    return [] if raw is None else rows_of(suggestions(raw, targets(edited.schema), taken=taken))


def _fault(edited: EditedMapping, rows: Sequence[Row], form: Form) -> str:
    """Why they cannot be saved; empty when they can."""
    lines = lines_of(rows)
    if not lines and not (edited.may_be_empty and edited.mapping_set.lines):
        return "There is no line yet: say at least where one field comes from."
    if any(row_faults(lines, edited.schema)):
        return "Some lines cannot be used: see what is said below each."
    if read_sample(form.get("sample", ""))[1]:
        return "The example cannot be read: see what is said below it."
    if form.get("version") != str(edited.mapping_set.version):
        return (
            "Somebody else has saved this mapping meanwhile: look at theirs in another window, then save yours again."
        )
    return ""
