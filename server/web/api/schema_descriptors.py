"""`/data/foundation/schemaregistry/tenant/descriptors`: what is said of schemas' fields from outside of them."""

import re
from typing import Any

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.json import JsonObject
from server.schema.listing import page_of
from server.schema.names import run_time_path
from server.store.authoring import describe_field
from server.store.components import StoredDescriptor, list_descriptors
from server.store.registry import remove_descriptor
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import ROOT, Builtins, Call, Endpoint, guarded, listing, query_of
from server.web.api.errors import ApiError

_PATHS = ("xdm:sourceProperty", "xdm:destinationProperty")

# Here it is xdm, for components xed. Without one of these, whole descriptors are told, by their types.
_FORM = re.compile(r"application/vnd\.adobe\.xdm-(id|link|v2)\+json")


def descriptor_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    path = f"{ROOT}/tenant/descriptors"

    def route(address: str, method: str, endpoint: Endpoint, role: Role) -> Route:
        return Route(address, guarded(endpoint, builtins=builtins, limits=limits, role=role), methods=[method])

    return [
        route(path, "GET", list_all, Role.VIEWER),
        route(path, "POST", create_descriptor, Role.EDITOR),
        route(f"{path}/{{name}}", "GET", look_up_descriptor, Role.VIEWER),
        route(f"{path}/{{name}}", "PUT", replace_descriptor, Role.EDITOR),
        route(f"{path}/{{name}}", "DELETE", delete_descriptor, Role.EDITOR),
    ]


async def list_all(call: Call) -> Response:
    found = _FORM.search(call.request.headers.get("accept", ""))
    told = [_told(call, item) for item in await call.read(list_descriptors)]
    if found and found[1] == "v2":
        page = page_of([{**one, "$id": one["@id"]} for one in told], query_of(call))
        return JSONResponse(listing(call, [{k: v for k, v in one.items() if k != "$id"} for one in page.items], page))
    by_type: dict[str, list[Any]] = {}
    for one in told:
        short: Any = one
        if found:
            short = one["@id"] if found[1] == "id" else f"/tenant/descriptors/{one['@id']}"
        by_type.setdefault(one["@type"], []).append(short)
    return JSONResponse(by_type)


async def look_up_descriptor(call: Call) -> Response:
    return JSONResponse(_told(call, await _found(call)))


async def create_descriptor(call: Call) -> Response:
    document = {**_sent(await call.body()), "@id": call.new_hex(40)}
    return JSONResponse(await _keep(call, document), status_code=201)


async def replace_descriptor(call: Call) -> Response:
    present = await _found(call)
    await _keep(call, {**_sent(await call.body()), "@id": present.id})
    return JSONResponse({"@id": present.id}, status_code=201)


async def delete_descriptor(call: Call) -> Response:
    present = await _found(call)

    def work(connection: Connection) -> None:
        remove_descriptor(connection, present.id, builtins=call.builtins)

    await call.write(work)
    return Response(status_code=204)


async def _keep(call: Call, document: JsonObject) -> JsonObject:
    now_ms = call.services.clock_ms()

    def work(connection: Connection) -> StoredDescriptor:
        describe_field(connection, document, builtins=call.builtins, now_ms=now_ms, by=call.caller.name)
        return next(item for item in list_descriptors(connection) if item.id == document["@id"])

    return _told(call, await call.write(work))


async def _found(call: Call) -> StoredDescriptor:
    name = call.part("name")
    for item in await call.read(list_descriptors):
        if item.id == name:
            return item
    raise ApiError(404, "Not found", f"there is no descriptor {name[:80]!r}")


def _sent(body: Any) -> JsonObject:
    """What a client sent, with paths as events have them."""
    if not isinstance(body, dict):
        raise ApiError(400, "Invalid request", "send a JSON object")
    return {
        key: run_time_path(value) if key in _PATHS and isinstance(value, str) else value for key, value in body.items()
    }


def _told(call: Call, item: StoredDescriptor) -> JsonObject:
    return {**item.document, "imsOrg": call.caller.org_id, "meta:containerId": "tenant", "version": "1"}
