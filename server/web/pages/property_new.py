"""Making a property: its name, its sites, where its events go; with a first rule, published for development at once."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import ClassVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.dataset import Dataset, DatasetId
from server.model.datastream import Datastream, DatastreamId
from server.model.schema import SchemaId
from server.property.edits import slug
from server.property.starter import starter_property
from server.publish import PropertyRefused, import_property, publish_property
from server.schema.builtins import load_ready_schema
from server.store import settings
from server.store.components import find_component
from server.store.configuration import add_datastream, add_schema, list_datasets, list_datastreams
from server.store.datasets import DatasetRefused, create_dataset
from server.store.properties import find_property
from server.web.access.property_access import require_editor
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleServices, ConsoleState
from server.web.templating import Templates, path_for

_MAX_NAME_CHARACTERS = 100
_MAX_SITES = 50
# As a datastream's allowed origins; a host alone means https.
_SITE = re.compile(r"(https?://)?((\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(:[0-9]{1,5})?/?", re.ASCII)
_NAMED_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+")

# The standard's fields for what happens on web pages, for installations that have no schema yet.
_WEB_SCHEMA = "https://ns.heliograph.dev/schemas/web-events"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPropertyPage:
    """Context of templates/properties/new.html."""

    template: ClassVar[str] = "properties/new.html"
    section: ClassVar[str] = "properties"

    values: Mapping[str, str]
    """What the form holds, by field."""
    faults: Mapping[str, str]
    """What is wrong with it, by field."""
    datastreams: Sequence[tuple[str, str]]
    """(id, name)."""
    datasets: Sequence[tuple[str, str]]
    """(id, name) of those that take data."""


def routes(templates: Templates) -> Sequence[Route]:
    """``property-new``, ``property-create``."""
    web_schema = cache(_web_schema)

    async def new(request: Request[ConsoleState]) -> Response:
        require_editor(request)
        return templates.render(request, await _page(request, {}, {}))

    async def create(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        require_editor(request)
        services, user = request.state["services"], request.state["signed_in"].user
        work = partial(_create, services=services, form=form, schema=web_schema(), by=user.name)
        try:
            property_id = await services.database.write(work)
        except _Faulty as error:
            return templates.render(request, await _page(request, dict(form), error.faults), status=400)
        address = path_for(request, "property", property_id=property_id)
        return RedirectResponse(f"{address}?made=1", status_code=303)

    async def _page(
        request: Request[ConsoleState], values: Mapping[str, str], faults: Mapping[str, str]
    ) -> NewPropertyPage:
        def work(connection: Connection) -> NewPropertyPage:
            org_id = settings.get_setting(connection, settings.ORG_ID) or ""
            return NewPropertyPage(
                values=values,
                faults=faults,
                datastreams=[(each.id, each.name) for each in list_datastreams(connection, org_id)],
                datasets=[(each.id, each.name) for each in list_datasets(connection) if each.enabled],
            )

        return await request.state["services"].database.read(work)

    return (
        Route("/new-property", new, name="property-new"),
        Route("/new-property", create, methods=["POST"], name="property-create"),
    )


class _Faulty(Exception):
    """What is wrong with the form, by field. Raised out of a transaction, so that nothing of it is kept."""

    def __init__(self, **faults: str) -> None:
        super().__init__(faults)
        self.faults = faults


def read_sites(text: str) -> tuple[Sequence[str], Sequence[str]]:
    """(origins, lines that are none). One site a line: a host, or an address without a path."""
    origins: list[str] = []
    wrong: list[str] = []
    for line in filter(None, (each.strip().lower() for each in text.splitlines())):
        found = _SITE.fullmatch(line)
        if found is None:
            wrong.append(line)
        else:
            origins.append(f"{found[1] or 'https://'}{found[2]}{found[4] or ''}")
    return list(dict.fromkeys(origins)), wrong


def _create(
    connection: Connection, *, services: ConsoleServices, form: Form, schema: Mapping[str, object], by: str
) -> str:
    """The new property's id. Raises _Faulty."""
    name, sites, wrong = form.get("name", "").strip(), *read_sites(form.get("sites", ""))
    property_id = form.get("id", "").strip() or slug(name)
    faults: dict[str, str] = {}
    if not name or len(name) > _MAX_NAME_CHARACTERS:
        faults["name"] = f"Give it a name of at most {_MAX_NAME_CHARACTERS} characters."
    elif not property_id:
        faults["id"] = "No id can be made of this name: write one, of small letters, digits and `-`."
    elif find_property(connection, property_id) is not None:
        faults["id"] = f"There is already a property `{property_id}`: write another id."
    if wrong:
        faults["sites"] = f"`{wrong[0][:80]}` is no site: write one a line, such as `https://shop.example`."
    elif not sites or len(sites) > _MAX_SITES:
        faults["sites"] = f"Write at least one site, and at most {_MAX_SITES}."
    if form.get("consent") not in ("ask", "granted"):
        faults["consent"] = "Say which of the two it is."
    if faults:
        raise _Faulty(**faults)
    now_ms = services.clock_ms()
    datastream = _datastream(connection, services, form, property_id, name, sites, schema=schema, by=by)
    document = starter_property(
        property_id=property_id,
        name=name,
        domains=_domains(sites),
        datastream=datastream,
        asks_for_consent=form.get("consent") == "ask",
        has_routes=services.modules.find("events", "route-change") is not None,
    )
    try:
        import_property(connection, document, services.modules, now_ms=now_ms, by=by, summary="Made the property")
    except PropertyRefused as refused:
        fault = refused.faults[0]
        field = "id" if fault.path == "/property/id" else "name"
        raise _Faulty(**{field: f"{fault.message} {fault.cure}"}) from None
    publish_property(
        connection,
        property_id,
        environment="development",
        fragments=services.fragments,
        org_id=settings.get_setting(connection, settings.ORG_ID) or "",
        now_ms=now_ms,
        by=by,
        reason="A new property",
    )
    return property_id


def _datastream(
    connection: Connection,
    services: ConsoleServices,
    form: Form,
    property_id: str,
    name: str,
    sites: Sequence[str],
    *,
    schema: Mapping[str, object],
    by: str,
) -> str:
    """Id of the one that was chosen, or of a new one."""
    org_id = settings.get_setting(connection, settings.ORG_ID) or ""
    known = {each.id for each in list_datastreams(connection, org_id)}
    if form.get("datastream", "new") != "new":
        chosen = form.get("datastream_id", "")
        if chosen not in known:
            raise _Faulty(datastream_id="Choose one, or let a new one be made.")
        return chosen
    if property_id in known:
        fault = f"There is already a datastream `{property_id}`: choose it, or write another id above."
        raise _Faulty(datastream_id=fault)
    made = Datastream(
        id=DatastreamId(property_id),
        name=name,
        org_id=org_id,
        dataset_id=_dataset(connection, services, form, property_id, schema=schema, by=by),
        allowed_origins=tuple(sites),
    )
    add_datastream(connection, made, now_ms=services.clock_ms())
    return made.id


def _dataset(
    connection: Connection,
    services: ConsoleServices,
    form: Form,
    property_id: str,
    *,
    schema: Mapping[str, object],
    by: str,
) -> DatasetId:
    """Of the new datastream: one that is there, or a new one with the standard's fields for web pages."""
    chosen = form.get("dataset", "")
    if chosen != "new":
        if chosen not in {each.id for each in list_datasets(connection) if each.enabled}:
            raise _Faulty(dataset="Choose one, or let a new one be made.")
        return DatasetId(chosen)
    if find_component(connection, _WEB_SCHEMA) is None:
        add_schema(connection, dict(schema), now_ms=services.clock_ms(), by=by)
    dataset = Dataset(
        id=DatasetId(_hex(services.new_token(), 24)),
        name=f"{property_id}-events",
        schema_id=SchemaId(_WEB_SCHEMA),
        profile_enabled=True,
        identity_enabled=True,
    )
    try:
        create_dataset(connection, dataset, now_ms=services.clock_ms(), by=by)
    except DatasetRefused as refused:
        raise _Faulty(dataset=f"{refused}") from None
    return dataset.id


def _web_schema() -> Mapping[str, object]:
    ready = load_ready_schema("demo-events")
    about = {"title": "Web events", "description": "Everything that visitors do on web pages."}
    return {**ready, "$id": _WEB_SCHEMA, **about}


def _domains(sites: Sequence[str]) -> list[str]:
    """Hosts that links between sites take the visitor along to; addresses and names of this machine are none."""
    hosts = [site.partition("://")[2].partition(":")[0] for site in sites]
    named = [host for host in hosts if _NAMED_HOST.fullmatch(host) and not host.replace(".", "").isdigit()]
    return list(dict.fromkeys(named))


def _hex(token: str, digits: int) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:digits]
