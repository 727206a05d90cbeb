"""Streaming connections: the list, one with how to send to it, and a test event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import msgspec
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.dataset import Dataset, DatasetId
from server.model.inlet import Flow, Inlet
from server.model.mapping import MappingSet
from server.schema.builtins import builtin_documents
from server.store.datasets import list_stored_datasets
from server.store.inlets import StoredInlet, list_inlets, list_stored_inlets, remove_with_flows, save_inlet
from server.store.mapping_sets import list_mapping_sets
from server.store.registry import load_registry
from server.web.access.roles import may_edit
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.embeds import Embed, published_embeds
from server.web.views.samples import curl, indented, samples_for
from server.web.views.traffic_view import TrafficDay, day_since_ms, traffic_day
from server.web.views.trial import TrialView, trial_view


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRow:
    """One streaming connection in the list."""

    inlet: Inlet
    datasets: Sequence[str]
    """Names of those that its dataflows lead to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsPage:
    """Context of templates/connections/index.html."""

    template: ClassVar[str] = "connections/index.html"
    section: ClassVar[str] = "connections"

    rows: Sequence[ConnectionRow]
    can_edit: bool
    """This person may make connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTarget:
    """Where one dataflow leads."""

    flow: Flow
    dataset: Dataset
    mapping_set: MappingSet | None
    """How raw data becomes XDM; None where XDM is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionPage:
    """Context of templates/connections/show.html."""

    template: ClassVar[str] = "connections/show.html"
    section: ClassVar[str] = "connections"

    inlet: Inlet
    url: str
    """Where to send."""
    test_url: str
    """Where to send what is to be validated before it is taken."""
    targets: Sequence[FlowTarget]
    """Its dataflows."""
    message: str
    """An example, as JSON; empty when there is no schema to make one of."""
    curl_one: str
    """Sends it."""
    curl_batch: str
    """Sends two in a batch."""
    day: TrafficDay
    embeds: Sequence[Embed]
    """How pages send instead."""
    tested: TrialView | None
    """What became of the test event that was just sent."""
    is_mapped: bool
    """Its mapping was just saved."""
    can_edit: bool
    """This person may send test events, and change mappings."""


def routes(templates: Templates) -> Sequence[Route]:
    """``connections``, ``connection``, ``connection-test``, ``connection-switch``, ``connection-delete``."""
    builtins = cache(builtin_documents)

    async def index(request: Request[ConsoleState]) -> Response:
        def work(connection: Connection) -> list[ConnectionRow]:
            names = {item.dataset.id: item.dataset.name for item in list_stored_datasets(connection)}
            return [
                ConnectionRow(inlet=inlet, datasets=[names.get(flow.dataset_id, "") for flow in inlet.flows])
                for inlet in list_inlets(connection)
            ]

        rows = await request.state["services"].database.read(work)
        return templates.render(request, ConnectionsPage(rows=rows, can_edit=may_edit(request)))

    async def page(
        request: Request[ConsoleState], *, tested: TrialView | None = None, message: str = ""
    ) -> ConnectionPage:
        services, can_edit = request.state["services"], may_edit(request)
        now_ms = services.clock_ms()
        numbers = await services.tallies.traffic(since_ms=day_since_ms(now_ms), until_ms=now_ms + 1)
        wanted = request.path_params["connection_id"]

        def work(connection: Connection) -> ConnectionPage | None:
            inlet = next((item for item in list_inlets(connection) if item.connection_id == wanted), None)
            if inlet is None:
                return None
            registry = load_registry(connection, builtins())
            datasets = {item.dataset.id: item.dataset for item in list_stored_datasets(connection)}
            samples = samples_for(connection, services, inlet, registry, datasets)
            # The example of a mapping is somebody's real data, as a rule.
            shown = samples.messages if can_edit or inlet.data_type == "xdm" else ()
            address = f"{services.base_url}/collection"
            one, many = f"{address}/{inlet.id}{samples.query}", f"{address}/batch/{inlet.id}{samples.query}"
            return ConnectionPage(
                inlet=inlet,
                url=f"{address}/{inlet.id}",
                test_url=f"{one}{'&' if samples.query else '?'}syncValidation=true",
                targets=_targets(connection, inlet, datasets),
                message=message or (indented(shown[0]) if shown else ""),
                curl_one=curl(one, shown[0], requires_token=inlet.requires_token) if shown else "",
                curl_batch=curl(many, {"messages": shown}, requires_token=inlet.requires_token) if shown else "",
                day=traffic_day(numbers, of=lambda way: way.connection == inlet.id, now_ms=now_ms),
                embeds=published_embeds(connection, base_url=services.base_url),
                tested=tested,
                is_mapped="mapped" in request.query_params,
                can_edit=can_edit,
            )

        found = await services.database.read(work)
        if found is None:
            raise _not_there()
        return found

    async def show(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await page(request))

    async def test(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        if not may_edit(request):
            raise HTTPException(403, "Sending a test event is for editors and administrators.")
        before = await page(request)
        message = form.get("message", "")
        status, answer = await request.state["services"].send_to_inlet(
            before.test_url, message.encode(), form.get("token", "").strip()
        )
        return templates.render(request, await page(request, tested=trial_view(status, answer), message=message))

    async def changed(
        request: Request[ConsoleState], change: Callable[[Connection, StoredInlet], None], *, to: str, **params: str
    ) -> Response:
        """The connection after ``change``; then the page of the route ``to``."""
        await read_signed_form(request)
        if not may_edit(request):
            raise HTTPException(403, "Changing a streaming connection is for editors and administrators.")
        wanted = request.path_params["connection_id"]

        def work(connection: Connection) -> None:
            stored = next((e for e in list_stored_inlets(connection) if e.inlet.connection_id == wanted), None)
            if stored is None:
                raise _not_there()
            change(connection, stored)

        await request.state["services"].database.write(work)
        return RedirectResponse(path_for(request, to, **params), status_code=303)

    async def switch(request: Request[ConsoleState]) -> Response:
        """On when it is off, and the other way round."""
        services, by = request.state["services"], request.state["signed_in"].user.name

        def change(connection: Connection, stored: StoredInlet) -> None:
            inlet = msgspec.structs.replace(stored.inlet, enabled=not stored.inlet.enabled)
            new = msgspec.structs.replace(stored, inlet=inlet)
            save_inlet(connection, new, now_ms=services.clock_ms(), by=by)

        return await changed(request, change, to="connection", connection_id=request.path_params["connection_id"])

    async def delete(request: Request[ConsoleState]) -> Response:
        return await changed(
            request, lambda connection, stored: remove_with_flows(connection, stored.inlet), to="connections"
        )

    return (
        Route("/connections", index, name="connections"),
        Route("/connections/{connection_id}", show, name="connection"),
        Route("/connections/{connection_id}/test", test, methods=["POST"], name="connection-test"),
        Route("/connections/{connection_id}/switch", switch, methods=["POST"], name="connection-switch"),
        Route("/connections/{connection_id}/delete", delete, methods=["POST"], name="connection-delete"),
    )


def _not_there() -> HTTPException:
    return HTTPException(404, "There is no streaming connection here: the address is wrong, or it was deleted.")


def _targets(connection: Connection, inlet: Inlet, datasets: Mapping[DatasetId, Dataset]) -> Sequence[FlowTarget]:
    sets = {each.id: each for each in list_mapping_sets(connection)}
    return [
        FlowTarget(flow=flow, dataset=datasets[flow.dataset_id], mapping_set=sets.get(flow.mapping_set_id))
        for flow in inlet.flows
        if flow.dataset_id in datasets
    ]
