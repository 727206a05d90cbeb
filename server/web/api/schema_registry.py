"""`/data/foundation/schemaregistry/…`: schemas and what they are made of, as the platform's clients manage them.

Two containers: `global` is what is built in, `tenant` what is the installation's own. What is kept, and whether a
change may be made, is decided in server/schema/registry.py; this reads requests and tells answers.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.json import Json, JsonObject
from server.schema.compose import resolve_schema
from server.schema.identifiers import alt_id, new_id, public_id
from server.schema.json_patch import apply_patch
from server.schema.kinds import Kind
from server.schema.listing import page_of
from server.schema.registry import Registry
from server.schema.representation import FULL_FORMS, Form, read_accept, represent, summary
from server.store.authoring import author_component
from server.store.components import StoredComponent, list_components
from server.store.registry import load_registry, remove_component
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import ROOT, Builtins, Call, Endpoint, guarded, listing, lookup_form, query_of
from server.web.api.errors import ApiError

_RECENT = 10
"""How many components the overview names."""

_KINDS: Mapping[str, Kind] = {
    "schemas": Kind.SCHEMAS,
    "classes": Kind.CLASSES,
    "fieldgroups": Kind.FIELD_GROUPS,
    # Their name until 2021.
    "mixins": Kind.FIELD_GROUPS,
    "datatypes": Kind.DATA_TYPES,
    "behaviors": Kind.BEHAVIORS,
}


def component_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    """Everything but unions and descriptors (which go before these: their addresses look the same)."""

    def route(path: str, method: str, endpoint: Endpoint, role: Role) -> Route:
        return Route(f"{ROOT}{path}", guarded(endpoint, builtins=builtins, limits=limits, role=role), methods=[method])

    one, many = "/{container}/{resource}/{name:path}", "/{container}/{resource}"
    return [
        route("/stats", "GET", stats, Role.VIEWER),
        route(many, "GET", list_, Role.VIEWER),
        route(many, "POST", create, Role.EDITOR),
        route(one, "GET", look_up, Role.VIEWER),
        route(one, "PUT", replace, Role.EDITOR),
        route(one, "PATCH", patch, Role.EDITOR),
        route(one, "DELETE", delete, Role.EDITOR),
    ]


async def list_(call: Call) -> Response:
    kind, container, query = _kind(call), _container(call), query_of(call)
    form = read_accept(call.request.headers.get("accept", ""), usual=Form.ID).form

    def work(connection: Connection) -> JsonObject:
        registry, stored = load_registry(connection, call.builtins), _stored(connection)
        documents = [item for item in _documents(registry, container) if item["meta:resourceType"] == kind]
        by_name = {public_id(document): document for document in documents}
        page = page_of([_public(document) for document in documents], query)
        tell = partial(_told, call, registry, stored, container, form=form)
        return listing(call, [tell(by_name[item["$id"]]) for item in page.items], page)

    # There, since resolving hundreds takes a fifth of a second.
    return JSONResponse(await call.read(work))


async def look_up(call: Call) -> Response:
    container, form = _container(call), lookup_form(call)

    def work(connection: Connection) -> JsonObject:
        registry, stored = load_registry(connection, call.builtins), _stored(connection)
        return _told(call, registry, stored, container, _found(call, registry, container), form=form)

    return JSONResponse(await call.read(work))


async def create(call: Call) -> Response:
    kind = _own_kind(call)
    body = _object(await call.body())
    identifier = new_id(kind, tenant=call.tenant, name=call.new_hex(48))
    document = await call.write(partial(_put, call=call, body=body, kind=kind, identifier=identifier))
    return await _kept(call, document, 201)


async def replace(call: Call) -> Response:
    kind = _own_kind(call)
    body = _object(await call.body())

    def work(connection: Connection) -> JsonObject:
        found = _found(call, load_registry(connection, call.builtins), "tenant")
        return _put(connection, call=call, body=body, kind=kind, identifier=found["$id"])

    return await _kept(call, await call.write(work), 200)


async def patch(call: Call) -> Response:
    kind = _own_kind(call)
    operations = await call.body()

    def work(connection: Connection) -> JsonObject:
        found = _found(call, load_registry(connection, call.builtins), "tenant")
        body = _object(apply_patch(found, operations))
        return _put(connection, call=call, body=body, kind=kind, identifier=found["$id"])

    return await _kept(call, await call.write(work), 200)


async def delete(call: Call) -> Response:
    _own_kind(call)

    def work(connection: Connection) -> None:
        found = _found(call, load_registry(connection, call.builtins), "tenant")
        remove_component(connection, found["$id"], builtins=call.builtins)

    await call.write(work)
    return Response(status_code=204)


async def stats(call: Call) -> Response:
    registry = await call.registry()
    stored = (await call.read(_stored)).values()
    counts = {kind.value: sum(item.kind is kind for item in stored) for kind in Kind if kind is not Kind.BEHAVIORS}
    usage: dict[str, list[JsonObject]] = {}
    for document in registry.components.values():
        if "meta:class" in document:
            usage.setdefault(_public_name(registry, document["meta:class"]), []).append(summary(document))

    def recent(key: Callable[[StoredComponent], int]) -> list[JsonObject]:
        newest = sorted(stored, key=key, reverse=True)[:_RECENT]
        return [{**summary(item.document), "meta:resourceType": item.kind} for item in newest]

    return JSONResponse(
        {
            "imsOrg": call.caller.org_id,
            "tenantId": call.tenant,
            "counts": {**counts, "unions": len(registry.union_classes())},
            "recentlyCreatedResources": recent(lambda item: item.created_ms),
            "recentlyUpdatedResources": recent(lambda item: item.updated_ms),
            "classUsage": usage,
        }
    )


def _put(connection: Connection, *, call: Call, body: JsonObject, kind: Kind, identifier: str) -> JsonObject:
    """Keep what a client sent as that component; as it is kept. Raises ImportRefused, ChangeRefused."""
    return author_component(
        connection,
        body,
        kind=kind,
        identifier=identifier,
        tenant=call.tenant,
        builtins=call.builtins,
        now_ms=call.services.clock_ms(),
        by=call.caller.name,
    ).document


async def _kept(call: Call, document: JsonObject, status: int) -> Response:
    registry = await call.registry()
    stored = await call.read(_stored)
    body = _told(call, registry, stored, "tenant", document, form=Form.RAW)
    return JSONResponse(body, status_code=status)


def _told(
    call: Call,
    registry: Registry,
    stored: Mapping[str, StoredComponent],
    container: str,
    document: JsonObject,
    *,
    form: Form,
) -> JsonObject:
    known: JsonObject = {"meta:resourceType": document["meta:resourceType"], "meta:containerId": container}
    kept = stored.get(document["$id"])
    if kept is not None:
        known |= {
            "imsOrg": call.caller.org_id,
            "meta:tenantNamespace": f"_{call.tenant}",
            "meta:registryMetadata": {
                "repo:createdDate": kept.created_ms,
                "repo:lastModifiedDate": kept.updated_ms,
                "xdm:lastModifiedUserId": kept.updated_by,
            },
        }
    resolved = None
    if form in FULL_FORMS:
        is_schema = document["$id"] in registry.components and document["meta:resourceType"] == Kind.SCHEMAS
        resolved = registry.resolved(document["$id"]) if is_schema else resolve_schema(document, registry.find)
    return represent(document, form=form, resolved=resolved, known=known, public=partial(_public_name, registry))


def _stored(connection: Connection) -> Mapping[str, StoredComponent]:
    return {item.id: item for item in list_components(connection)}


def _public_name(registry: Registry, name: str) -> str:
    document = registry.builtins.get(name)
    return name if document is None else public_id(document)


def _public(document: JsonObject) -> JsonObject:
    return {**document, "$id": public_id(document), "meta:altId": alt_id(public_id(document))}


def _documents(registry: Registry, container: str) -> Sequence[JsonObject]:
    if container == "tenant":
        return list(registry.components.values())
    return list({document["$id"]: document for document in registry.builtins.values()}.values())


def _found(call: Call, registry: Registry, container: str) -> JsonObject:
    """The component that the address names by ``$id`` or ``meta:altId``. Raises ApiError 404."""
    kind, name = _kind(call), call.part("name")
    for document in _documents(registry, container):
        names = (document["$id"], public_id(document))
        if document["meta:resourceType"] == kind and (name in names or name in map(alt_id, names)):
            return document
    raise ApiError(404, "Not found", f"there is nothing called {name[:200]!r} among the {kind} of {container}")


def _container(call: Call) -> str:
    container = call.part("container")
    if container not in ("global", "tenant"):
        raise ApiError(404, "Not found", f"there is no container {container[:40]!r}: there are global and tenant")
    return container


def _kind(call: Call) -> Kind:
    resource = call.part("resource")
    if resource not in _KINDS:
        raise ApiError(404, "Not found", f"there are no {resource[:40]!r}: there are {', '.join(_KINDS)}")
    return _KINDS[resource]


def _own_kind(call: Call) -> Kind:
    """Of something that may be changed. Raises ApiError 403 for what is built in."""
    if _container(call) != "tenant":
        raise ApiError(403, "Not allowed", "what is built in cannot be changed: make one of your own in tenant")
    return _kind(call)


def _object(body: Json) -> JsonObject:
    if not isinstance(body, dict):
        raise ApiError(400, "Invalid request", "send a JSON object")
    return body
