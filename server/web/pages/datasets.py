"""Datasets: what is in each, which schema it follows, what it feeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.lake.errors import LakeUnavailable
from server.model.dataset import DatasetId, TableFacts
from server.store.components import list_components
from server.store.datasets import StoredDataset, list_stored_datasets
from server.store.inlets import list_inlets
from server.web.live_facts import iso
from server.web.services import ConsoleState
from server.web.templating import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """One dataset."""

    stored: StoredDataset
    schema: str
    """The schema's title."""
    facts: TableFacts | None
    """None when it has no table yet, or the lake cannot be read."""
    committed_at: str
    """When rows were last added, ISO 8601; empty for never."""
    updated_at: str
    """When it was last changed itself, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetsPage:
    """Context of templates/datasets/index.html."""

    template: ClassVar[str] = "datasets/index.html"
    section: ClassVar[str] = "datasets"

    datasets: Sequence[DatasetView]
    lake_fault: str
    """Why the lake cannot be read; empty when it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPage:
    """Context of templates/datasets/show.html."""

    template: ClassVar[str] = "datasets/show.html"
    section: ClassVar[str] = "datasets"

    view: DatasetView
    connections: Sequence[tuple[str, str]]
    """(id, name) of the streaming connections that lead to it."""
    lake_fault: str
    """Why the lake cannot be read; empty when it can."""


def routes(templates: Templates) -> Sequence[Route]:
    """``datasets``, ``dataset``. Both need a session."""

    async def index(request: Request[ConsoleState]) -> Response:
        stored, titles = await request.state["services"].database.read(_read)
        there = sorted((item for item in stored if item.deleted_ms is None), key=lambda item: item.dataset.name)
        facts, fault = await _facts(request, there)
        views = [_view(item, titles, facts) for item in there]
        return templates.render(request, DatasetsPage(datasets=views, lake_fault=fault))

    async def show(request: Request[ConsoleState]) -> Response:
        services, wanted = request.state["services"], request.path_params["dataset_id"]
        stored, titles = await services.database.read(_read)
        found = next((item for item in stored if item.dataset.id == wanted), None)
        if found is None:
            raise HTTPException(404, "There is no dataset here: the address is wrong.")
        facts, fault = await _facts(request, [found])
        inlets = await services.database.read(list_inlets)
        context = DatasetPage(
            view=_view(found, titles, facts),
            connections=[
                (inlet.connection_id, inlet.name)
                for inlet in inlets
                if any(flow.dataset_id == wanted for flow in inlet.flows)
            ],
            lake_fault=fault,
        )
        return templates.render(request, context)

    return (
        Route("/datasets", index, name="datasets"),
        Route("/datasets/{dataset_id}", show, name="dataset"),
    )


def _read(connection: Connection) -> tuple[Sequence[StoredDataset], Mapping[str, str]]:
    titles = {item.id: str(item.document.get("title", item.id)) for item in list_components(connection)}
    return list_stored_datasets(connection), titles


async def _facts(
    request: Request[ConsoleState], stored: Sequence[StoredDataset]
) -> tuple[Mapping[DatasetId, TableFacts], str]:
    try:
        return await request.state["services"].lake_facts([item.dataset for item in stored]), ""
    except LakeUnavailable as error:
        return {}, str(error)


def _view(stored: StoredDataset, titles: Mapping[str, str], facts: Mapping[DatasetId, TableFacts]) -> DatasetView:
    found = facts.get(stored.dataset.id)
    return DatasetView(
        stored=stored,
        schema=titles.get(stored.dataset.schema_id, stored.dataset.schema_id),
        facts=found,
        committed_at="" if found is None else iso(found.committed_ms),
        updated_at=iso(stored.history.updated_ms),
    )
