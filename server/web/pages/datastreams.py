"""Datastreams: where beacons are sent, and what becomes of them. The list, one with how to send to it, and its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import ClassVar
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.cookies import CookiePolicy
from server.model.dataset import Dataset, DatasetId
from server.model.datastream import Datastream
from server.model.mapping import MappingSet
from server.schema.builtins import builtin_documents
from server.store import settings
from server.store.configuration import list_datasets, list_datastreams, save_datastream
from server.store.datastreams import list_deleted
from server.store.mapping_sets import list_mapping_sets
from server.store.registry import load_registry
from server.web.access.roles import may_edit
from server.web.domains import RegistrableDomains
from server.web.forms.datastream_form import (
    alloy_snippet,
    curl_beacon,
    free_id,
    pixel_tag,
    read_datastream,
    values_in,
    values_of,
    warnings_of,
)
from server.web.forms.signed_form import read_signed_form
from server.web.identifiers import new_hex
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.embeds import Embed, published_embeds
from server.web.views.live_facts import iso
from server.web.views.samples import sample_entity
from server.web.views.traffic_view import TrafficDay, day_since_ms, traffic_day
from server.web.views.visible import visible

_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DatastreamRow:
    """One datastream in the list."""

    datastream: Datastream
    dataset: str
    """Name of the dataset that its events go into."""
    day: TrafficDay


@dataclass(frozen=True, slots=True, kw_only=True)
class DatastreamsPage:
    """Context of templates/datastreams/index.html."""

    template: ClassVar[str] = "datastreams/index.html"
    section: ClassVar[str] = "datastreams"

    rows: Sequence[DatastreamRow]
    deleted: Sequence[tuple[str, str, str]]
    """(id, name, until when) of those that can be brought back; the last is ISO 8601."""
    can_edit: bool
    """This person may make datastreams."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatastreamFormPage:
    """Context of templates/datastreams/form.html."""

    template: ClassVar[str] = "datastreams/form.html"
    section: ClassVar[str] = "datastreams"

    datastream: Datastream | None
    """The one that is changed; None for a new one."""
    values: Mapping[str, str]
    """What the form holds, by field."""
    faults: Mapping[str, str]
    """What is wrong with it, by field."""
    datasets: Sequence[Dataset]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatastreamPage:
    """Context of templates/datastreams/show.html."""

    template: ClassVar[str] = "datastreams/show.html"
    section: ClassVar[str] = "datastreams"

    datastream: Datastream
    dataset: Dataset
    overrides: Sequence[Dataset]
    """That a request may choose instead."""
    day: TrafficDay
    warnings: Sequence[str]
    """What is allowed, and seldom meant."""
    embeds: Sequence[Embed]
    """Lines of properties that send to it."""
    alloy: str
    """How the Adobe Web SDK is configured."""
    pixel: str
    """An image that sends a page view."""
    curl: str
    """A command that sends an event."""
    mapping: MappingSet | None
    """What makes XDM of the data that pages send; None for nothing."""
    is_saved: bool
    """It was just saved, or its mapping was."""
    can_edit: bool
    """This person may change it."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What there is."""

    datastreams: Mapping[str, Datastream]
    datasets: Mapping[DatasetId, Dataset]
    mapping_sets: Mapping[str, MappingSet]
    org_id: str
    """In the names of all cookies."""


def routes(templates: Templates) -> Sequence[Route]:
    """``datastreams``, ``datastream``, ``datastream-new``, ``-create``, ``-edit``, ``-save``."""
    builtins = cache(builtin_documents)
    domains = cache(RegistrableDomains)

    async def index(request: Request[ConsoleState]) -> Response:
        known = await request.state["services"].database.read(_read)
        days = await _days(request, list(known.datastreams))
        rows = [
            DatastreamRow(
                datastream=each,
                dataset=known.datasets[each.dataset_id].name if each.dataset_id in known.datasets else "",
                day=days[each.id],
            )
            for each in known.datastreams.values()
        ]
        services = request.state["services"]
        grace_ms = services.dataset_grace_days * _DAY_MS
        page = DatastreamsPage(
            rows=rows,
            deleted=[
                (visible(each.id), visible(each.name), iso(each.deleted_ms + grace_ms))
                for each in await services.database.read(list_deleted)
            ],
            can_edit=may_edit(request),
        )
        return templates.render(request, page)

    async def show(request: Request[ConsoleState]) -> Response:
        services = request.state["services"]

        def work(connection: Connection) -> tuple[_Known, Datastream, Sequence[Embed], str]:
            known = _read(connection)
            datastream = _found(request, known)
            dataset = known.datasets[datastream.dataset_id]
            at = datetime.fromtimestamp(services.clock_ms() / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            schema = load_registry(connection, builtins()).resolved(dataset.schema_id)
            entity = sample_entity(schema, identifier=f"test-{new_hex(services.new_token, 12)}", at=at)
            curl = curl_beacon(datastream, base_url=services.base_url, xdm=entity)
            embeds = published_embeds(connection, base_url=services.base_url, datastream_id=datastream.id)
            return known, datastream, embeds, curl

        known, datastream, embeds, curl = await services.database.read(work)
        dataset = known.datasets[datastream.dataset_id]
        context = DatastreamPage(
            datastream=datastream,
            dataset=dataset,
            overrides=[known.datasets[each] for each in datastream.overrides.datasets if each in known.datasets],
            day=(await _days(request, [datastream.id]))[datastream.id],
            warnings=warnings_of(datastream, dataset, known.mapping_sets.get(datastream.mapping_set_id)),
            embeds=embeds,
            alloy=alloy_snippet(datastream, host=urlsplit(services.base_url).netloc),
            pixel=pixel_tag(datastream, base_url=services.base_url),
            curl=curl,
            mapping=known.mapping_sets.get(datastream.mapping_set_id),
            is_saved=bool({"saved", "mapped"} & request.query_params.keys()),
            can_edit=may_edit(request),
        )
        return templates.render(request, context)

    async def new(request: Request[ConsoleState]) -> Response:
        known = await request.state["services"].database.read(_read)
        values = {
            "id": free_id("web", known.datastreams),
            "name": "Web",
            "enabled": "1",
            "dataset": next(iter(known.datasets), ""),
            "keep_ip": "truncated",
            "consent_default": "in",
            "consent_gpc": "mark",
            "consent_dnt": "anonymous",
            "tcf_vendor": "0",
            "identity_days": str(CookiePolicy().identity_days),
            "consent_days": str(CookiePolicy().consent_days),
            "fpid_cookie": "FPID",
        }
        return templates.render(request, _form_page(None, values, {}, known))

    async def edit(request: Request[ConsoleState]) -> Response:
        known = await request.state["services"].database.read(_read)
        datastream = _found(request, known)
        return templates.render(request, _form_page(datastream, values_of(datastream), {}, known))

    async def save(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        if not may_edit(request):
            raise HTTPException(403, "Changing a datastream is for editors and administrators.")
        services, is_new = request.state["services"], "datastream_id" not in request.path_params
        known = await services.database.read(_read)
        before = None if is_new else _found(request, known)
        # An address that pages have in them does not change.
        values = values_in(form) | ({} if before is None else {"id": before.id})
        made, faults = read_datastream(
            values, org_id=known.org_id, datasets=list(known.datasets), registrable_domain=domains()
        )

        def work(connection: Connection) -> None:
            if made is not None:
                # Its mapping has an editor of its own.
                kept = "" if before is None else before.mapping_set_id
                save_datastream(
                    connection, msgspec.structs.replace(made, mapping_set_id=kept), now_ms=services.clock_ms()
                )

        gone = {each.id for each in await services.database.read(list_deleted)}
        if is_new and values.get("id") in gone:
            faults = {**faults, "id": "A deleted datastream has this id: bring that back, or choose another."}
        if is_new and values.get("id") in known.datastreams:
            faults = {**faults, "id": "Another datastream has this id: choose another."}
        if made is None or faults:
            return templates.render(request, _form_page(before, values, faults, known), status=400)
        await services.database.write(work)
        address = path_for(request, "datastream", datastream_id=made.id)
        return RedirectResponse(f"{address}?saved=1", status_code=303)

    return (
        Route("/datastreams", index, name="datastreams"),
        Route("/datastreams", save, methods=["POST"], name="datastream-create"),
        Route("/datastreams/new", new, name="datastream-new"),
        Route("/datastreams/{datastream_id}", show, name="datastream"),
        Route("/datastreams/{datastream_id}/edit", edit, name="datastream-edit"),
        Route("/datastreams/{datastream_id}/edit", save, methods=["POST"], name="datastream-save"),
    )


def _read(connection: Connection) -> _Known:
    org_id = settings.get_setting(connection, settings.ORG_ID) or ""
    return _Known(
        datastreams={each.id: each for each in list_datastreams(connection, org_id)},
        datasets={each.id: each for each in list_datasets(connection)},
        mapping_sets={each.id: each for each in list_mapping_sets(connection)},
        org_id=org_id,
    )


def _found(request: Request[ConsoleState], known: _Known) -> Datastream:
    found = known.datastreams.get(request.path_params["datastream_id"])
    if found is None:
        raise HTTPException(404, "There is no datastream here: the address is wrong.")
    return found


async def _days(request: Request[ConsoleState], datastream_ids: Sequence[str]) -> Mapping[str, TrafficDay]:
    services = request.state["services"]
    now_ms = services.clock_ms()
    numbers = await services.tallies.traffic(since_ms=day_since_ms(now_ms), until_ms=now_ms + 1)

    def day(datastream_id: str) -> TrafficDay:
        return traffic_day(numbers, of=lambda way: way.connection == datastream_id, now_ms=now_ms)

    return {each: day(each) for each in datastream_ids}


def _form_page(
    datastream: Datastream | None, values: Mapping[str, str], faults: Mapping[str, str], known: _Known
) -> DatastreamFormPage:
    return DatastreamFormPage(
        datastream=datastream,
        values=values,
        faults=faults,
        datasets=[each for each in known.datasets.values() if each.enabled or each.id == values.get("dataset")],
    )
