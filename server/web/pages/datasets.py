"""Datasets: what is in each, which schema it follows, what fills it; deleted ones, until they are purged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.lake.errors import LakeUnavailable
from server.model.dataset import DatasetId, TableFacts
from server.store import settings
from server.store.components import list_components
from server.store.configuration import list_datastreams
from server.store.datasets import (
    DatasetRefused,
    StoredDataset,
    delete_dataset,
    list_stored_datasets,
    restore_dataset,
)
from server.store.inlets import list_inlets
from server.store.users import Role
from server.web.access.roles import may_edit
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.latest_rows import MAX_LATEST, LatestRow, latest_rows
from server.web.views.live_facts import iso
from server.web.views.schema_view import component_href
from server.web.views.traffic_view import TrafficDay, day_since_ms, traffic_day

_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """One dataset."""

    stored: StoredDataset
    schema: str
    """The schema's title."""
    schema_href: str
    """Address of the schema's page."""
    facts: TableFacts | None
    """None when it has no table yet, or the lake cannot be read."""
    committed_at: str
    """When rows were last added, ISO 8601; empty for never."""
    updated_at: str
    """When it was last changed itself, ISO 8601."""
    purged_at: str
    """When what it holds is removed for good, ISO 8601; empty while it is not deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetsPage:
    """Context of templates/datasets/index.html."""

    template: ClassVar[str] = "datasets/index.html"
    section: ClassVar[str] = "datasets"

    datasets: Sequence[DatasetView]
    deleted: Sequence[DatasetView]
    """Those that can still be brought back, or are being purged."""
    lake_fault: str
    """Why the lake cannot be read; empty when it can."""
    can_edit: bool
    """This person may bring datasets back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPage:
    """Context of templates/datasets/show.html."""

    template: ClassVar[str] = "datasets/show.html"
    section: ClassVar[str] = "datasets"

    view: DatasetView
    day: TrafficDay
    latest: Sequence[LatestRow]
    """The newest rows."""
    connections: Sequence[tuple[str, str]]
    """(id, name) of the streaming connections that lead to it."""
    datastreams: Sequence[tuple[str, str]]
    """(id, name) of the datastreams whose events go into it."""
    lake_fault: str
    """Why the lake cannot be read; empty when it can."""
    refusal: str
    """Why it was not deleted or brought back; empty for nothing."""
    grace_days: int
    """How long it can be brought back once it is deleted."""
    can_edit: bool
    """This person may delete it, and bring it back."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What there is. ``connections``, ``datastreams``: (id, name), by the dataset that they lead to."""

    stored: Sequence[StoredDataset]
    titles: Mapping[str, str]
    connections: Sequence[tuple[str, str, str]]
    datastreams: Sequence[tuple[str, str, str]]


def routes(templates: Templates) -> Sequence[Route]:
    """``datasets``, ``dataset``, ``dataset-delete``, ``dataset-restore``. All need a session."""

    async def index(request: Request[ConsoleState]) -> Response:
        known = await request.state["services"].database.read(_read)
        ordered = sorted(known.stored, key=lambda item: item.dataset.name)
        there = [item for item in ordered if item.deleted_ms is None]
        facts, fault = await _facts(request, there)
        context = DatasetsPage(
            datasets=[_view(request, item, known, facts) for item in there],
            deleted=[_view(request, item, known, {}) for item in ordered if item.deleted_ms is not None],
            lake_fault=fault,
            can_edit=may_edit(request),
        )
        return templates.render(request, context)

    async def page(request: Request[ConsoleState], *, refusal: str = "") -> Response:
        services, wanted = request.state["services"], request.path_params["dataset_id"]
        known = await services.database.read(_read)
        found = next((item for item in known.stored if item.dataset.id == wanted), None)
        if found is None:
            raise HTTPException(404, "There is no dataset here: the address is wrong, or it was deleted and purged.")
        facts, fault = await _facts(request, [found])
        rows: Sequence[LatestRow] = ()
        if not fault and found.purging_ms is None:
            try:
                is_masked = request.state["signed_in"].user.role == Role.VIEWER
                rows = latest_rows(await services.lake_latest(found.dataset, MAX_LATEST), is_masked=is_masked)
            except LakeUnavailable as error:
                fault = str(error)
        now_ms = services.clock_ms()
        numbers = await services.tallies.traffic(since_ms=day_since_ms(now_ms), until_ms=now_ms + 1)
        context = DatasetPage(
            view=_view(request, found, known, facts),
            day=traffic_day(numbers, of=lambda way: way.dataset == wanted, now_ms=now_ms),
            latest=rows,
            connections=[(each, name) for dataset_id, each, name in known.connections if dataset_id == wanted],
            datastreams=[(each, name) for dataset_id, each, name in known.datastreams if dataset_id == wanted],
            lake_fault=fault,
            refusal=refusal,
            grace_days=services.dataset_grace_days,
            can_edit=may_edit(request),
        )
        return templates.render(request, context, status=409 if refusal else 200)

    async def show(request: Request[ConsoleState]) -> Response:
        return await page(request)

    def changing(change: Callable[..., None]) -> Callable[[Request[ConsoleState]], object]:
        async def endpoint(request: Request[ConsoleState]) -> Response:
            await read_signed_form(request)
            if not may_edit(request):
                raise HTTPException(403, "Deleting a dataset, and bringing it back, is for editors and administrators.")
            services, wanted = request.state["services"], request.path_params["dataset_id"]
            by = request.state["signed_in"].user.name

            def work(connection: Connection) -> None:
                stored = next((each for each in list_stored_datasets(connection) if each.dataset.id == wanted), None)
                if stored is None:
                    raise HTTPException(404, "There is no dataset here: the address is wrong.")
                change(connection, stored, now_ms=services.clock_ms(), by=by)

            try:
                await services.database.write(work)
            except DatasetRefused as error:
                return await page(request, refusal=str(error))
            return RedirectResponse(path_for(request, "dataset", dataset_id=wanted), status_code=303)

        return endpoint

    return (
        Route("/datasets", index, name="datasets"),
        Route("/datasets/{dataset_id}", show, name="dataset"),
        Route("/datasets/{dataset_id}/delete", changing(delete_dataset), methods=["POST"], name="dataset-delete"),
        Route("/datasets/{dataset_id}/restore", changing(restore_dataset), methods=["POST"], name="dataset-restore"),
    )


def _read(connection: Connection) -> _Known:
    org_id = settings.get_setting(connection, settings.ORG_ID) or ""
    return _Known(
        stored=list_stored_datasets(connection),
        titles={item.id: str(item.document.get("title", item.id)) for item in list_components(connection)},
        connections=[
            (flow.dataset_id, inlet.connection_id, inlet.name)
            for inlet in list_inlets(connection)
            for flow in inlet.flows
        ],
        datastreams=[(each.dataset_id, each.id, each.name) for each in list_datastreams(connection, org_id)],
    )


async def _facts(
    request: Request[ConsoleState], stored: Sequence[StoredDataset]
) -> tuple[Mapping[DatasetId, TableFacts], str]:
    try:
        return await request.state["services"].lake_facts([item.dataset for item in stored]), ""
    except LakeUnavailable as error:
        return {}, str(error)


def _view(
    request: Request[ConsoleState], stored: StoredDataset, known: _Known, facts: Mapping[DatasetId, TableFacts]
) -> DatasetView:
    found, grace_ms = facts.get(stored.dataset.id), request.state["services"].dataset_grace_days * _DAY_MS
    return DatasetView(
        stored=stored,
        schema=known.titles.get(stored.dataset.schema_id, stored.dataset.schema_id),
        schema_href=component_href(request, stored.dataset.schema_id),
        facts=found,
        committed_at="" if found is None else iso(found.committed_ms),
        updated_at=iso(stored.history.updated_ms),
        purged_at="" if stored.deleted_ms is None else iso(stored.deleted_ms + grace_ms),
    )
