"""`/data/foundation/flowservice/…`: streaming connections, as the platform's clients manage them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.json import JsonObject
from server.store.flows import DataflowRefused
from server.store.inlets import InletRefused
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api import flow_listing
from server.web.api.call import Builtins, Call, Endpoint, guarded
from server.web.api.errors import ApiError
from server.web.api.flow_connections import CONNECTIONS
from server.web.api.flow_ends import SOURCE_CONNECTIONS, TARGET_CONNECTIONS
from server.web.api.flow_flows import FLOWS
from server.web.api.flow_resource import Resource
from server.web.api.managed import check_if_match, etag_of, object_of

ROOT = "/data/foundation/flowservice"

RESOURCES: Mapping[str, Resource] = {
    "connections": CONNECTIONS,
    "sourceConnections": SOURCE_CONNECTIONS,
    "targetConnections": TARGET_CONNECTIONS,
    "flows": FLOWS,
}
"""By their name in addresses."""


def flowservice_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    def route(address: str, method: str, endpoint: Endpoint, role: Role) -> Route:
        return Route(address, guarded(endpoint, builtins=builtins, limits=limits, role=role), methods=[method])

    routes: list[BaseRoute] = [route(f"{ROOT}/flows/{{id}}/action", "POST", act, Role.EDITOR)]
    many, one = f"{ROOT}/{{kind}}", f"{ROOT}/{{kind}}/{{id}}"
    return [
        *routes,
        route(f"{many}/search", "POST", search, Role.VIEWER),
        route(many, "GET", list_all, Role.VIEWER),
        route(many, "POST", create, Role.EDITOR),
        route(one, "GET", look_up, Role.VIEWER),
        route(one, "PATCH", patch, Role.EDITOR),
        route(one, "DELETE", delete, Role.EDITOR),
        # Their specification writes it so.
        route(f"{one}/", "DELETE", delete, Role.EDITOR),
    ]


async def list_all(call: Call) -> Response:
    return await flow_listing.list_all(call, _resource(call))


async def search(call: Call) -> Response:
    return await flow_listing.search(call, _resource(call))


async def create(call: Call) -> Response:
    resource, body = _resource(call), object_of(await call.body())

    def work(connection: Connection) -> str:
        return resource.add(call, connection, body)

    identifier = await _write(call, work)
    location = f"{ROOT}/{call.part('kind')}/{identifier}"
    return JSONResponse(_name(identifier, 0), status_code=201, headers={"location": location, "etag": etag_of(0)})


async def look_up(call: Call) -> Response:
    resource = _resource(call)

    def work(connection: Connection) -> JsonObject:
        return resource.tell(call, connection, _found(call, resource, connection))

    told = await call.read(work)
    return JSONResponse({"items": [told]}, headers={"etag": told["etag"]})


async def patch(call: Call) -> Response:
    operations = await call.body()
    return await _change(call, _resource(call), lambda _found: operations)


async def act(call: Call) -> Response:
    """``?op=enable`` and ``?op=disable``, in any case."""
    operation = call.request.query_params.get("op", "").lower()
    if operation not in ("enable", "disable"):
        raise ApiError(400, "Invalid request", "`op` is ENABLE or DISABLE")
    changes = [{"op": "replace", "path": "/state", "value": f"{operation}d"}]
    return await _change(call, FLOWS, lambda _found: changes, needs_etag=False)


async def delete(call: Call) -> Response:
    resource = _resource(call)

    def work(connection: Connection) -> None:
        found = _found(call, resource, connection)
        check_if_match(call.request, found.history.version, required=False)
        resource.remove(connection, found)

    await _write(call, work)
    return Response(status_code=204)


async def _change(call: Call, resource: Resource, operations: Any, *, needs_etag: bool = True) -> Response:
    def work(connection: Connection) -> int:
        found = _found(call, resource, connection)
        check_if_match(call.request, found.history.version, required=needs_etag)
        resource.replace(call, connection, found, operations(found))
        return int(found.history.version) + 1

    version = await _write(call, work)
    return JSONResponse(_name(call.part("id"), version), headers={"etag": etag_of(version)})


async def _write(call: Call, work: Any) -> Any:
    try:
        return await call.write(work)
    except (DataflowRefused, InletRefused) as error:
        raise ApiError(409, "Conflict", str(error)) from None


def _name(identifier: str, version: int) -> Mapping[str, str]:
    return {"id": identifier, "etag": etag_of(version)}


def _resource(call: Call) -> Resource:
    kind = call.part("kind")
    if kind not in RESOURCES:
        raise ApiError(404, "Not found", f"there are no {kind[:40]!r}: there are {', '.join(RESOURCES)}")
    return RESOURCES[kind]


def _found(call: Call, resource: Resource, connection: Connection) -> Any:
    wanted = call.part("id")
    for item in resource.all(connection):
        if resource.id_of(item) == wanted:
            return item
    raise ApiError(404, "Not found", f"there is nothing with the id {wanted[:64]!r}")
