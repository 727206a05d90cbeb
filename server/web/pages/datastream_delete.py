"""Deleting a datastream, once nothing of ours sends to it; and bringing one back while its time of grace lasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.datastream import Datastream
from server.store import settings
from server.store.configuration import list_datastreams
from server.store.datastreams import (
    DatastreamInUse,
    delete_datastream,
    list_deleted,
    restore_datastream,
    uses_of,
)
from server.web.access.roles import may_edit
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.traffic_view import day_since_ms, traffic_day
from server.web.views.visible import visible

# Whoever has more mends some and looks again.
_MAX_USES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DatastreamDeletePage:
    """Context of templates/datastreams/delete.html."""

    template: ClassVar[str] = "datastreams/delete.html"
    section: ClassVar[str] = "datastreams"

    datastream: Datastream
    uses: Sequence[str]
    """What of ours sends to it, in words; it can be deleted when that is nothing."""
    more_uses: int
    """How many are not listed."""
    received: int
    """Events that came by it in the last 24 hours, whoever sent them."""
    grace_days: int
    """How long it can be brought back."""


def routes(templates: Templates) -> Sequence[Route]:
    """``datastream-delete``, ``datastream-deleted``, ``datastream-restore``. For those with a session who may edit."""

    async def ask(request: Request[ConsoleState]) -> Response:
        _check_may_delete(request)
        return await page(request)

    async def page(request: Request[ConsoleState], *, status: int = 200) -> Response:
        services = request.state["services"]
        datastream = await services.database.read(partial(_found, datastream_id=request.path_params["datastream_id"]))
        uses = await services.database.read(partial(uses_of, datastream_id=datastream.id))
        now_ms = services.clock_ms()
        numbers = await services.tallies.traffic(since_ms=day_since_ms(now_ms), until_ms=now_ms + 1)
        day = traffic_day(numbers, of=lambda way: way.connection == datastream.id, now_ms=now_ms)
        context = DatastreamDeletePage(
            datastream=datastream,
            uses=[visible(each) for each in uses[:_MAX_USES]],
            more_uses=max(0, len(uses) - _MAX_USES),
            received=day.received,
            grace_days=services.dataset_grace_days,
        )
        return templates.render(request, context, status=status)

    async def remove(request: Request[ConsoleState]) -> Response:
        await read_signed_form(request)
        _check_may_delete(request)
        services, wanted = request.state["services"], request.path_params["datastream_id"]

        def work(connection: Connection) -> None:
            delete_datastream(connection, _found(connection, wanted).id, now_ms=services.clock_ms())

        try:
            await services.database.write(work)
        except DatastreamInUse:
            return await page(request, status=409)
        return RedirectResponse(path_for(request, "datastreams"), status_code=303)

    async def restore(request: Request[ConsoleState]) -> Response:
        await read_signed_form(request)
        _check_may_delete(request)
        database, wanted = request.state["services"].database, request.path_params["datastream_id"]
        if wanted not in {each.id for each in await database.read(list_deleted)}:
            raise HTTPException(404, "There is no deleted datastream here: the address is wrong, or its time is over.")
        try:
            await database.write(partial(restore_datastream, datastream_id=wanted))
        except DatastreamInUse as error:
            raise HTTPException(409, f"The datastream was not brought back: {error}.") from error
        return RedirectResponse(path_for(request, "datastream", datastream_id=wanted), status_code=303)

    return (
        Route("/datastreams/{datastream_id}/delete", ask, name="datastream-delete"),
        Route("/datastreams/{datastream_id}/delete", remove, methods=["POST"], name="datastream-deleted"),
        Route("/datastreams/{datastream_id}/restore", restore, methods=["POST"], name="datastream-restore"),
    )


def _found(connection: Connection, datastream_id: str) -> Datastream:
    org_id = settings.get_setting(connection, settings.ORG_ID) or ""
    found = next((each for each in list_datastreams(connection, org_id) if each.id == datastream_id), None)
    if found is None:
        raise HTTPException(404, "There is no datastream here: the address is wrong, or it is deleted already.")
    return found


def _check_may_delete(request: Request[ConsoleState]) -> None:
    if not may_edit(request):
        raise HTTPException(403, "Deleting a datastream, and bringing it back, is for editors and administrators.")
