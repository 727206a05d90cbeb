"""The mapping editor: how the raw data of one dataflow becomes XDM, line by line, with what an example comes to."""

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

from server.model.inlet import Inlet
from server.model.json import JsonObject
from server.model.schema import Violation
from server.prep.suggest import suggestions
from server.schema.builtins import builtin_documents
from server.schema.compile import compile_schema
from server.store.flows import StoredFlow, list_flows, save_flow
from server.store.inlets import list_inlets
from server.store.mapping_sets import StoredMappingSet, list_stored_mapping_sets, save_mapping_set, save_sample
from server.store.registry import load_registry
from server.web.forms import Form, read_signed_form
from server.web.mapping_form import EMPTY, MAX_FIELDS, Row, lines_of, read_sample, rows_in, rows_of
from server.web.mapping_preview import Preview, function_help, preview, row_faults, target_options, targets
from server.web.roles import may_edit
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for

# Rows to write into, after those that there are.
_SPARE_ROWS = 3

KINDS = (("ATTRIBUTE", "Field"), ("STATIC", "Fixed text"), ("EXPRESSION", "Expression"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingPage:
    """Context of templates/connections/mapping.html."""

    template: ClassVar[str] = "connections/mapping.html"
    section: ClassVar[str] = "connections"

    inlet: Inlet
    flow: StoredFlow
    stored: StoredMappingSet
    schema: str
    """Title of the schema that comes out."""
    sample: str
    """An example of the raw data, as somebody pasted it; empty for none, and for who may not see personal data."""
    rows: Sequence[Row]
    seen: Preview
    """What the example comes to."""
    kinds: Sequence[tuple[str, str]]
    """(source type, words)."""
    fields: Sequence[tuple[str, str]]
    """(path, what it is) of every field of the schema."""
    functions: Sequence[tuple[str, str]]
    """(how it is called, what it gives)."""
    fault: str
    """Why nothing was saved; empty for nothing."""
    suggested: int | None
    """How many lines were just suggested; None when nobody asked."""
    can_edit: bool
    """This person may change it."""


@dataclass(frozen=True, slots=True)
class _Edited:
    """One mapping set, with what it belongs to."""

    inlet: Inlet
    flow: StoredFlow
    stored: StoredMappingSet
    schema: JsonObject


def routes(templates: Templates) -> Sequence[Route]:
    """``mapping``, ``mapping-save``, ``mapping-preview``."""
    builtins = cache(builtin_documents)

    def find(request: Request[ConsoleState], connection: Connection) -> _Edited:
        inlet = next(
            (item for item in list_inlets(connection) if item.connection_id == request.path_params["connection_id"]),
            None,
        )
        flow = next((item for item in list_flows(connection) if item.flow.id == request.path_params["flow_id"]), None)
        wanted = "" if flow is None else flow.flow.mapping_set_id
        stored = next((each for each in list_stored_mapping_sets(connection) if each.mapping_set.id == wanted), None)
        if inlet is None or flow is None or stored is None or flow.inlet_id != inlet.id:
            raise HTTPException(404, "There is no mapping here: the address is wrong, or the dataflow was deleted.")
        registry = load_registry(connection, builtins())
        return _Edited(inlet, flow, stored, registry.resolved(stored.mapping_set.schema_id))

    async def looked_at(request: Request[ConsoleState], edited: _Edited, rows: Sequence[Row], sample: str) -> Preview:
        now_ms = request.state["services"].clock_ms()

        def violations(xdm: JsonObject) -> Sequence[Violation]:
            return compile_schema(edited.schema).violations(xdm)

        return await run_in_threadpool(
            preview, rows, sample, schema=edited.schema, violations=violations, now_ms=now_ms
        )

    async def page(
        request: Request[ConsoleState],
        edited: _Edited,
        rows: Sequence[Row],
        sample: str,
        *,
        fault: str = "",
        suggested: int | None = None,
    ) -> Response:
        context = MappingPage(
            inlet=edited.inlet,
            flow=edited.flow,
            stored=edited.stored,
            schema=str(edited.schema.get("title", edited.stored.mapping_set.schema_id)),
            sample=sample,
            rows=rows,
            seen=await looked_at(request, edited, rows, sample),
            kinds=KINDS,
            fields=target_options(edited.schema),
            functions=function_help(),
            fault=fault,
            suggested=suggested,
            can_edit=may_edit(request),
        )
        return templates.render(request, context, status=400 if fault else 200)

    async def edit(request: Request[ConsoleState]) -> Response:
        edited = await request.state["services"].database.read(lambda connection: find(request, connection))
        rows = [*rows_of(edited.stored.mapping_set.lines), *([EMPTY] * _SPARE_ROWS)]
        # An example is somebody's real data, as a rule.
        return await page(request, edited, rows, edited.stored.sample if may_edit(request) else "")

    async def look(request: Request[ConsoleState]) -> Response:
        """The form's rows and example, looked at and not saved; as JSON for the page's script."""
        form = await _read(request)
        edited = await request.state["services"].database.read(lambda connection: find(request, connection))
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
                _save(connection, edited, rows, sample, now_ms=services.clock_ms(), by=user.name)
            return fault

        fault = await services.database.write(work)
        if fault:
            edited = await services.database.read(lambda connection: find(request, connection))
            return await page(request, edited, rows, sample, fault=fault)
        address = path_for(request, "connection", connection_id=request.path_params["connection_id"])
        return RedirectResponse(f"{address}?mapped=1", status_code=303)

    address = "/connections/{connection_id}/flows/{flow_id}/mapping"
    return (
        Route(address, edit, name="mapping"),
        Route(address, save, methods=["POST"], name="mapping-save"),
        Route(f"{address}/preview", look, methods=["POST"], name="mapping-preview"),
    )


async def _read(request: Request[ConsoleState]) -> Form:
    form = await read_signed_form(request, max_fields=MAX_FIELDS)
    if not may_edit(request):
        raise HTTPException(403, "Changing a mapping is for editors and administrators.")
    return form


def _drafted(edited: _Edited, rows: Sequence[Row], sample: str) -> Sequence[Row]:
    raw, _fault = read_sample(sample)
    taken = {row.destination for row in rows if row.destination}
    return [] if raw is None else rows_of(suggestions(raw, targets(edited.schema), taken=taken))


def _fault(edited: _Edited, rows: Sequence[Row], form: Form) -> str:
    """Why they cannot be saved; empty when they can."""
    lines = lines_of(rows)
    if not lines:
        return "There is no line yet: say at least where one field comes from."
    if any(row_faults(lines, edited.schema)):
        return "Some lines cannot be used: see what is said below each."
    if read_sample(form.get("sample", ""))[1]:
        return "The example cannot be read: see what is said below it."
    if form.get("version") != str(edited.stored.mapping_set.version):
        return (
            "Somebody else has saved this mapping meanwhile: look at theirs in another window, then save yours again."
        )
    return ""


def _save(connection: Connection, edited: _Edited, rows: Sequence[Row], sample: str, *, now_ms: int, by: str) -> None:
    """As a new version if the lines are others; a dataflow that waited for its first lines begins."""
    before = edited.stored.mapping_set
    lines = tuple(lines_of(rows))
    if lines != before.lines:
        new = msgspec.structs.replace(before, lines=lines, version=before.version + 1)
        save_mapping_set(connection, new, now_ms=now_ms, by=by)
    save_sample(connection, before.id, sample)
    if not before.lines and not edited.flow.flow.enabled:
        begun = msgspec.structs.replace(edited.flow.flow, enabled=True)
        save_flow(connection, msgspec.structs.replace(edited.flow, flow=begun), now_ms=now_ms, by=by)
