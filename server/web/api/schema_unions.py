"""`/data/foundation/schemaregistry/tenant/unions`: what the profiles of each class look like."""

import asyncio

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.json import JsonObject
from server.schema.identifiers import alt_id, public_id
from server.schema.listing import page_of
from server.schema.registry import Registry
from server.schema.representation import FULL_FORMS, Form, read_accept, summary
from server.schema.unions import SUFFIX, is_for_profiles
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import ROOT, Builtins, Call, guarded, listing, lookup_form, query_of
from server.web.api.errors import ApiError


def union_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    path = f"{ROOT}/tenant/unions"
    many = guarded(list_unions, builtins=builtins, limits=limits, role=Role.VIEWER)
    one = guarded(look_up_union, builtins=builtins, limits=limits, role=Role.VIEWER)
    return [Route(path, many, methods=["GET"]), Route(f"{path}/{{name:path}}", one, methods=["GET"])]


async def list_unions(call: Call) -> Response:
    accept = read_accept(call.request.headers.get("accept", ""), usual=Form.ID)
    registry = await call.registry()
    unions = [_raw(registry, class_id) for class_id in registry.union_classes()]
    page = page_of(unions, query_of(call))
    results = [summary(item) if accept.form is Form.ID else item for item in page.items]
    return JSONResponse(listing(call, results, page))


async def look_up_union(call: Call) -> Response:
    """By the union's id or short form, or by its class's."""
    form, name = lookup_form(call), call.part("name")
    registry = await call.registry()
    for class_id in registry.union_classes():
        raw = _raw(registry, class_id)
        known = (raw["$id"], raw["meta:altId"])
        if name in known or name in (one.removesuffix(SUFFIX) for one in known):
            if form not in FULL_FORMS:
                return JSONResponse(raw)
            union = await asyncio.to_thread(registry.union, class_id)
            resolved = {key: value for key, value in union.items() if key != "meta:class"}
            shape = {key: value for key, value in raw.items() if key != "allOf"}
            return JSONResponse({**resolved, **shape})
    raise ApiError(404, "Not found", f"no schema of a class {name[:200]!r} is for profiles")


def _raw(registry: Registry, class_id: str) -> JsonObject:
    class_document = registry.find(class_id) or {"$id": class_id}
    name = public_id(class_document)
    members = [
        document["$id"]
        for document in registry.components.values()
        if is_for_profiles(document) and registry.class_id(str(document.get("meta:class"))) == class_id
    ]
    return {
        "$id": f"{name}{SUFFIX}",
        "meta:altId": f"{alt_id(name)}{SUFFIX}",
        "meta:class": name,
        "meta:resourceType": "unions",
        "meta:containerId": "tenant",
        "title": f"Union of {class_document.get('title', name)}",
        "type": "object",
        "version": "1.0",
        "allOf": [{"$ref": member} for member in members],
    }
