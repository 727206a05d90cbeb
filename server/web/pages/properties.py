"""Properties: the list, and of one what is published where, the code that embeds it, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.container.embed import csp_directives, embed_code, embed_code_with_nonce
from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS, Fault
from server.property.check import check_property
from server.property.files import canonical_text, revision_of
from server.store.properties import (
    EnvironmentPointer,
    StoredProperty,
    list_environments,
    list_properties,
)
from server.web.access.property_access import load_property, may_edit
from server.web.services import ConsoleState
from server.web.templating import Templates
from server.web.views.live_facts import iso
from server.web.views.property_view import MappingLine, base_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentView:
    """One environment of a property."""

    name: str
    """development, staging or production."""
    pointer: EnvironmentPointer | None
    """What is published there; None when nothing is."""
    published_at: str
    """ISO 8601; empty when nothing is published."""
    is_current: bool
    """What is published is what the editor holds."""
    datastream: str
    """Id of the datastream that it names; empty when it names none."""
    embed: str
    """One line for a page's head."""
    embed_with_nonce: str
    """The same for sites whose policy asks for a nonce."""
    directives: Mapping[str, str]
    """What a Content-Security-Policy has to list beside what it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertySummary:
    """One property in the list."""

    stored: StoredProperty
    updated_at: str
    """ISO 8601."""
    rule_count: int
    """Rules, switched off or not."""
    element_count: int
    """Data elements, used or not."""
    environments: Sequence[EnvironmentView]


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertiesPage:
    """Context of templates/properties/index.html."""

    template: ClassVar[str] = "properties/index.html"
    section: ClassVar[str] = "properties"

    properties: Sequence[PropertySummary]
    can_edit: bool
    """This person may make one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyPage:
    """Context of templates/properties/show.html."""

    template: ClassVar[str] = "properties/show.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "overview"

    stored: StoredProperty
    description: str
    """Its owner's own words; may be empty."""
    updated_at: str
    """ISO 8601."""
    revision: str
    """Names what the draft holds, as builds are named by what they were made of."""
    environments: Sequence[EnvironmentView]
    faults: Sequence[Fault]
    """What keeps it from being published."""
    base: Sequence[MappingLine]
    """What is mapped into every event; empty while there are faults."""
    rule_count: int
    """Of the draft, those that are switched off included."""
    element_count: int
    """Of the draft's data elements."""
    is_new: bool
    """It was made a moment ago: what is next is said at the top."""
    can_edit: bool
    """Who looks may change it."""


def routes(templates: Templates) -> Sequence[Route]:
    """``properties``, ``property-json``, ``property``. All need a session."""

    async def index(request: Request[ConsoleState]) -> Response:
        services = request.state["services"]

        def work(connection: Connection) -> Sequence[PropertySummary]:
            return [_summary(connection, each, base_url=services.base_url) for each in list_properties(connection)]

        found = await services.database.read(work)
        return templates.render(request, PropertiesPage(properties=found, can_edit=may_edit(request)))

    async def show(request: Request[ConsoleState]) -> Response:
        services = request.state["services"]
        stored = await load_property(request)
        pointers = await services.database.read(partial(list_environments, property_id=stored.id))
        # Checking the largest property takes longer than other requests should wait.
        faults = await run_in_threadpool(check_property, stored.document, services.modules)
        page = PropertyPage(
            stored=stored,
            description=str(_section(stored, "property").get("description", "")),
            updated_at=iso(stored.updated_ms),
            revision=revision_of(stored.document),
            environments=_environments(stored, pointers, base_url=services.base_url),
            faults=faults,
            base=() if faults else base_lines(stored.document),
            rule_count=len(stored.document.get("rules", ())),
            element_count=len(_section(stored, "dataElements")),
            is_new=request.query_params.get("made") == "1",
            can_edit=may_edit(request),
        )
        return templates.render(request, page)

    async def as_json(request: Request[ConsoleState]) -> Response:
        stored = await load_property(request)
        headers = {"Content-Disposition": f'attachment; filename="{stored.id}.json"'}
        return Response(canonical_text(stored.document), media_type="application/json", headers=headers)

    return (
        Route("/properties", index, name="properties"),
        Route("/properties/{property_id}.json", as_json, name="property-json"),
        Route("/properties/{property_id}", show, name="property"),
    )


def _summary(connection: Connection, stored: StoredProperty, *, base_url: str) -> PropertySummary:
    return PropertySummary(
        stored=stored,
        updated_at=iso(stored.updated_ms),
        rule_count=len(stored.document.get("rules", ())),
        element_count=len(_section(stored, "dataElements")),
        environments=_environments(stored, list_environments(connection, stored.id), base_url=base_url),
    )


def _environments(
    stored: StoredProperty, pointers: Sequence[EnvironmentPointer], *, base_url: str
) -> Sequence[EnvironmentView]:
    """In the order in which a change goes through them; the last one is what visitors get."""
    published = {pointer.name: pointer for pointer in pointers}
    revision = revision_of(stored.document)
    return [
        _environment(stored, name, published.get(name), revision=revision, base_url=base_url) for name in ENVIRONMENTS
    ]


def _environment(
    stored: StoredProperty, name: str, pointer: EnvironmentPointer | None, *, revision: str, base_url: str
) -> EnvironmentView:
    settings = _section(stored, "environments").get(name, {})
    where = {"base_url": base_url, "property_id": stored.id, "environment": name}
    return EnvironmentView(
        name=name,
        pointer=pointer,
        published_at="" if pointer is None else iso(pointer.published_ms),
        is_current=pointer is not None and pointer.revision == revision,
        datastream=settings.get("datastream", ""),
        embed=embed_code(**where),
        embed_with_nonce=embed_code_with_nonce(**where),
        directives=csp_directives(base_url=base_url, edge=settings.get("edge")),
    )


def _section(stored: StoredProperty, name: str) -> JsonObject:
    section = stored.document.get(name)
    return section if isinstance(section, dict) else {}
