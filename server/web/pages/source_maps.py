"""Source maps of builds, for people who are signed in: pages never get them, and builds do not name them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.publish import Fragments, container_of, mapped_script, script_of
from server.store import settings
from server.store.properties import StoredBuild, find_build
from server.web.access.property_access import load_property
from server.web.services import ConsoleState


def routes(static: Path) -> Sequence[Route]:
    """``source-map``. ``static``: the folder of that name."""

    async def show(request: Request[ConsoleState]) -> Response:
        services, stored = request.state["services"], await load_property(request)
        find = partial(_found, property_id=stored.id, build_hash=request.path_params["build_hash"])
        made, org_id = await services.database.read(find)
        mapped = await run_in_threadpool(_mapped, made, fragments=services.fragments, org_id=org_id, static=static)
        if mapped is None:
            raise HTTPException(
                404, "This build was made by another version of Heliograph, whose source is not here: publish it again."
            )
        headers = {"content-disposition": f'attachment; filename="{made.hash}.js.map"', "cache-control": "private"}
        return Response(mapped, media_type="application/json", headers=headers)

    return (Route("/properties/{property_id}/builds/{build_hash}.js.map", show, name="source-map"),)


def _found(connection: Connection, *, property_id: str, build_hash: str) -> tuple[StoredBuild, str]:
    made = find_build(connection, build_hash)
    if made is None or made.property_id != property_id:
        raise HTTPException(404, "There is no such build.")
    return made, settings.get_setting(connection, settings.ORG_ID) or ""


def _mapped(made: StoredBuild, *, fragments: Fragments, org_id: str, static: Path) -> bytes | None:
    """None where these fragments would make another text of the same property: the map would point anywhere."""
    container = container_of(made.document, environment=made.environment, fragments=fragments, org_id=org_id)
    if script_of(container, fragments) != made.script:
        return None
    return mapped_script(container, made.script, fragments, static=static)
