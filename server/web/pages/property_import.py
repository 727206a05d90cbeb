"""Exports of other tag managers: a file in, a draft out, and a report of what has become of each part."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS
from server.property.edits import slug
from server.property.importing.report import Finding, Fit, Imported, NotAnExport
from server.property.importing.sources import SOURCES, decode_export, report_of, with_report
from server.property.modules import Modules
from server.publish import PropertyRefused, import_property
from server.store import settings
from server.store.configuration import list_datastreams
from server.store.properties import StoredProperty, find_property
from server.web.access.property_access import load_property, require_editor
from server.web.forms.uploads import read_signed_files
from server.web.services import ConsoleServices, ConsoleState
from server.web.templating import Templates, path_for


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyImportPage:
    """Context of templates/properties/import.html."""

    template: ClassVar[str] = "properties/import.html"
    section: ClassVar[str] = "properties"

    sources: Sequence[tuple[str, str, str]]
    """(what the form sends, the tag manager's name, where its export is had)."""
    source: str
    """Which is chosen."""
    property_id: str
    """As typed."""
    datastreams: Sequence[tuple[str, str]]
    """(id, name) of those that events can go to."""
    datastream: str
    """Which is chosen; empty for none."""
    fault: str
    """Why nothing was imported; empty when it was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPage:
    """Context of templates/properties/imported.html."""

    template: ClassVar[str] = "properties/imported.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "overview"

    stored: StoredProperty
    source: str
    """Name of the tag manager."""
    impossible: Sequence[Finding]
    changed: Sequence[Finding]
    exact: Sequence[Finding]


def routes(templates: Templates) -> Sequence[Route]:
    """``property-import``, ``property-imported``."""

    async def form(request: Request[ConsoleState]) -> Response:
        require_editor(request)
        return templates.render(request, await _page(request))

    async def upload(request: Request[ConsoleState]) -> Response:
        require_editor(request)
        sent = await read_signed_files(request)
        source, wanted = sent.fields.get("source", ""), sent.fields.get("id", "").strip()
        services, by = request.state["services"], request.state["signed_in"].user.name
        data = next(iter(sent.files.values()), b"")
        datastream, fault = sent.fields.get("datastream", ""), ""
        if source not in SOURCES:
            fault = "Choose where the file is from."
        elif not data:
            fault = "Choose the file of the export."
        elif wanted and slug(wanted) != wanted:
            fault = "The id has small letters, digits and `-`, at most 64."
        try:
            if not fault:
                # Each rule is checked: longer than other requests should wait.
                read = await run_in_threadpool(_read, data, source=source, modules=services.modules, wanted=wanted)
                document = _sent_to(with_report(read, source), datastream)
                work = partial(_keep, document=document, services=services, source=source, by=by)
                property_id = await services.database.write(work)
                return RedirectResponse(path_for(request, "property-imported", property_id=property_id), 303)
        except NotAnExport as error:
            fault = str(error)
        except PropertyRefused as refused:
            fault = f"{refused.faults[0].message} {refused.faults[0].cure}"
        page = await _page(request, source=source, property_id=wanted, datastream=datastream, fault=fault)
        return templates.render(request, page, status=400)

    async def show(request: Request[ConsoleState]) -> Response:
        stored = await load_property(request)
        found = report_of(stored.document)
        if found is None:
            raise HTTPException(404, "This property was not imported, or its report was removed.")
        source, findings = found
        by_fit = {fit: [each for each in findings if each.fit is fit] for fit in Fit}
        page = ImportedPage(
            stored=stored,
            source=source,
            impossible=by_fit[Fit.IMPOSSIBLE],
            changed=by_fit[Fit.CHANGED],
            exact=by_fit[Fit.EXACT],
        )
        return templates.render(request, page)

    return (
        Route("/import-property", form, name="property-import"),
        Route("/import-property", upload, methods=["POST"], name="property-import-file"),
        Route("/properties/{property_id}/imported", show, name="property-imported"),
    )


async def _page(
    request: Request[ConsoleState], *, source: str = "gtm", property_id: str = "", datastream: str = "", fault: str = ""
) -> PropertyImportPage:
    def streams(connection: Connection) -> Sequence[tuple[str, str]]:
        org_id = settings.get_setting(connection, settings.ORG_ID) or ""
        return [(each.id, each.name) for each in list_datastreams(connection, org_id)]

    return PropertyImportPage(
        sources=[(key, each.title, each.where) for key, each in SOURCES.items()],
        source=source,
        property_id=property_id,
        datastreams=await request.state["services"].database.read(streams),
        datastream=datastream,
        fault=fault,
    )


def _sent_to(document: JsonObject, datastream: str) -> JsonObject:
    """``datastream``: empty for none yet."""
    named: JsonObject = {name: {"datastream": datastream} for name in ENVIRONMENTS} if datastream else {}
    return {**document, **({"environments": named} if named else {})}


def _read(data: bytes, *, source: str, modules: Modules, wanted: str) -> Imported:
    return SOURCES[source].read(decode_export(data), modules, property_id=wanted)


def _keep(connection: Connection, *, document: JsonObject, services: ConsoleServices, source: str, by: str) -> str:
    """The new property's id. Raises NotAnExport, PropertyRefused."""
    property_id = str(document["property"]["id"])
    if find_property(connection, property_id) is not None:
        raise NotAnExport(f"There is a property `{property_id}` already: write another id.")
    import_property(
        connection,
        document,
        services.modules,
        now_ms=services.clock_ms(),
        by=by,
        summary=f"Imported from {SOURCES[source].title}",
    )
    return property_id
