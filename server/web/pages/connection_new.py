"""The form that makes a streaming connection, with a dataset if there is none for it yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.inlet import Inlet
from server.schema.builtins import builtin_documents
from server.schema.registry import Registry
from server.store.registry import load_registry
from server.web.access.roles import may_edit
from server.web.forms.connection_form import Faulty, make_connection, schema_titles, usable_datasets, usual_values
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnectionPage:
    """Context of templates/connections/new.html."""

    template: ClassVar[str] = "connections/new.html"
    section: ClassVar[str] = "connections"

    values: Mapping[str, str]
    """What the form holds, by field."""
    faults: Mapping[str, str]
    """What is wrong with it, by field."""
    datasets: Sequence[tuple[str, str]]
    """(id, name) of those that take data."""
    schemas: Sequence[tuple[str, str]]
    """(id, title)."""


def routes(templates: Templates) -> Sequence[Route]:
    """``connection-new``, ``connection-create``."""
    builtins = cache(builtin_documents)

    async def new(request: Request[ConsoleState]) -> Response:
        def work(connection: Connection) -> NewConnectionPage:
            registry = load_registry(connection, builtins())
            return _form_page(connection, registry, usual_values(connection), {})

        return templates.render(request, await request.state["services"].database.read(work))

    async def create(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        if not may_edit(request):
            raise HTTPException(403, "Making a streaming connection is for editors and administrators.")
        services, user = request.state["services"], request.state["signed_in"].user

        def work(connection: Connection) -> Inlet:
            return make_connection(connection, services, form, load_registry(connection, builtins()), by=user.name)

        try:
            inlet = await services.database.write(work)
        except Faulty as error:
            faults = error.faults

            def again(connection: Connection) -> NewConnectionPage:
                return _form_page(connection, load_registry(connection, builtins()), dict(form), faults)

            return templates.render(request, await services.database.read(again), status=400)
        address = path_for(request, "connection", connection_id=inlet.connection_id)
        if inlet.data_type == "raw":
            address = path_for(request, "mapping", connection_id=inlet.connection_id, flow_id=inlet.flows[0].id)
        return RedirectResponse(address, status_code=303)

    return (
        Route("/connections", create, methods=["POST"], name="connection-create"),
        Route("/connections/new", new, name="connection-new"),
    )


def _form_page(
    connection: Connection, registry: Registry, values: Mapping[str, str], faults: Mapping[str, str]
) -> NewConnectionPage:
    return NewConnectionPage(
        values=values,
        faults=faults,
        datasets=[(item.dataset.id, item.dataset.name) for item in usable_datasets(connection)],
        schemas=schema_titles(registry),
    )
