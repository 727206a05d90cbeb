"""`/data/foundation/conversion/mappingSets`, also without `conversion`: how raw data becomes XDM."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.json import Json, JsonObject
from server.model.mapping import MappingLine, MappingSet
from server.prep.errors import MappingError
from server.prep.functions import FUNCTIONS, LAZY_FUNCTIONS
from server.prep.functions.function import Function, LazyFunction
from server.prep.mapper import MAX_LINES, Mapper, faults
from server.prep.syntax import compile_expression
from server.schema.registry import Registry
from server.store.mapping_sets import (
    StoredMappingSet,
    add_mapping_set,
    list_stored_mapping_sets,
    save_mapping_set,
)
from server.store.registry import load_registry
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import Builtins, Call, Endpoint, guarded
from server.web.api.errors import ApiError
from server.web.api.managed import object_of, schema_ids, text_in, whole_number

ROOTS = ("/data/foundation/conversion", "/data/foundation")
"""Their specification's, and their tutorial's."""

MAX_PAGE = 500
MAX_PREVIEWS = 20


def conversion_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    def route(address: str, method: str, endpoint: Endpoint, role: Role) -> Route:
        return Route(address, guarded(endpoint, builtins=builtins, limits=limits, role=role), methods=[method])

    routes: list[BaseRoute] = []
    for root in ROOTS:
        routes += [
            route(f"{root}/mappingSets", "GET", list_all, Role.VIEWER),
            route(f"{root}/mappingSets", "POST", create, Role.EDITOR),
            route(f"{root}/mappingSets/validate", "POST", validate, Role.VIEWER),
            route(f"{root}/mappingSets/preview", "POST", preview, Role.VIEWER),
            route(f"{root}/mappingSets/{{id}}", "GET", look_up, Role.VIEWER),
            route(f"{root}/mappingSets/{{id}}", "PUT", replace, Role.EDITOR),
            route(f"{root}/languages/el/functions", "GET", list_functions, Role.VIEWER),
            route(f"{root}/languages/el/validate", "POST", validate_expression, Role.VIEWER),
        ]
    return routes


async def list_all(call: Call) -> Response:
    limit = whole_number(call.request, "limit", usual=100, least=1, most=MAX_PAGE)
    start = whole_number(call.request, "start", usual=0, least=0, most=10**8)
    name = call.request.query_params.get("name")
    stored = [item for item in await call.read(list_stored_mapping_sets) if name in (None, item.mapping_set.name)]
    page = stored[start : start + limit]
    return JSONResponse({"data": [_told(item) for item in page], "_page": {"count": len(page), "total": len(stored)}})


async def create(call: Call) -> Response:
    body, now_ms = object_of(await call.body()), call.services.clock_ms()
    identifier = call.new_hex(32)

    def work(connection: Connection) -> None:
        registry = load_registry(connection, call.builtins)
        made = _checked(registry, body, identifier=identifier, version=0)
        add_mapping_set(connection, made, now_ms=now_ms, by=call.caller.name)

    await call.write(work)
    return JSONResponse(_summary(await _found(call, identifier)))


async def validate(call: Call) -> Response:
    body = object_of(await call.body())
    _checked(await call.registry(), body, identifier="", version=0)
    return JSONResponse({"status": "VALID"})


async def preview(call: Call) -> Response:
    """What the lines make of an example: ``data``, one object or several, and ``mappingSet``."""
    body = object_of(await call.body())
    given, data = body.get("mappingSet"), body.get("data")
    raws = data if isinstance(data, list) else [data]
    if not isinstance(given, Mapping) or not raws or len(raws) > MAX_PREVIEWS:
        raise ApiError(
            400, "Invalid request", f"send `data`, an object or a list of 1 to {MAX_PREVIEWS}, and `mappingSet`"
        )
    if not all(isinstance(raw, dict) for raw in raws):
        raise ApiError(400, "Invalid request", "`data` is an object, or a list of objects")
    registry = await call.registry()
    mapping_set = _checked(registry, given, identifier="", version=0)
    mapper = Mapper(mapping_set.lines, registry.resolved(mapping_set.schema_id))
    now_ms = call.services.clock_ms()
    mapped = [mapper.map(raw, received_ms=now_ms, seed=f"preview/{index}") for index, raw in enumerate(raws)]
    return JSONResponse(
        [
            {"data": each.xdm, "errors": [{"path": one.path, "message": one.message} for one in each.warnings]}
            for each in mapped
        ]
    )


async def list_functions(_call: Call) -> Response:
    everything: list[tuple[str, Function | LazyFunction]] = [*FUNCTIONS.items(), *LAZY_FUNCTIONS.items()]
    return JSONResponse(
        [
            {"name": name, "description": one.help, "minArguments": one.least, "maxArguments": one.most}
            for name, one in sorted(everything)
        ]
    )


async def validate_expression(call: Call) -> Response:
    expression = object_of(await call.body()).get("expression")
    if not isinstance(expression, str):
        raise ApiError(400, "Invalid request", "`expression` is a text")
    try:
        compile_expression(expression)
    except MappingError as error:
        return JSONResponse({"valid": False, "message": str(error)})
    return JSONResponse({"valid": True})


async def look_up(call: Call) -> Response:
    return JSONResponse(_told(await _found(call, call.part("id"))))


async def replace(call: Call) -> Response:
    body, now_ms = object_of(await call.body()), call.services.clock_ms()
    present = (await _found(call, call.part("id"))).mapping_set

    def work(connection: Connection) -> None:
        registry = load_registry(connection, call.builtins)
        new = _checked(registry, body, identifier=present.id, version=present.version + 1)
        if new.schema_id != present.schema_id:
            raise ApiError(400, "Invalid request", "the schema of a mapping set cannot be changed: make another")
        save_mapping_set(connection, new, now_ms=now_ms, by=call.caller.name)

    await call.write(work)
    return JSONResponse(_summary(await _found(call, present.id)))


def _checked(registry: Registry, body: Mapping[str, Json], *, identifier: str, version: int) -> MappingSet:
    """Raises ApiError with everything that is wrong."""
    schema_id = _schema_id(body)
    if schema_id not in schema_ids(registry.components):
        raise ApiError(400, "Invalid request", f"there is no schema {schema_id[:200]!r}: name one by its `$id`")
    given = body.get("mappings")
    if not isinstance(given, list) or not 0 < len(given) <= MAX_LINES:
        raise ApiError(400, "Invalid request", f"`mappings` is a list of 1 to {MAX_LINES} lines")
    lines = tuple(_line(item, index) for index, item in enumerate(given))
    found = [f"mappings{fault.path}: {fault.message}" for fault in faults(lines, registry.resolved(schema_id))]
    if found:
        raise ApiError(400, "Invalid mapping set", found[0], faults=found)
    name = text_in(body, "name", usual="")
    return MappingSet(id=identifier, name=name, schema_id=schema_id, version=version, lines=lines)


def _schema_id(body: Mapping[str, Json]) -> str:
    output: Any = body.get("outputSchema", {})
    reference = output.get("schemaRef", {}) if isinstance(output, Mapping) else {}
    found = body.get("xdmSchema") or (reference.get("id") if isinstance(reference, Mapping) else None)
    if not isinstance(found, str):
        raise ApiError(400, "Invalid request", "name the schema: `outputSchema.schemaRef.id`, or `xdmSchema`")
    return found


def _line(given: Json, index: int) -> MappingLine:
    """Either form: ``source`` and ``destination``, or ``sourceAttribute`` and ``destinationXdmPath``."""
    if not isinstance(given, Mapping):
        raise ApiError(400, "Invalid mapping set", f"mappings/{index} is no object")
    document = {
        "sourceType": str(given.get("sourceType", "ATTRIBUTE")).upper(),
        "source": given.get("source", given.get("sourceAttribute")),
        "destination": given.get("destination", given.get("destinationXdmPath")),
    }
    try:
        return msgspec.convert(document, MappingLine)
    except msgspec.ValidationError as error:
        raise ApiError(400, "Invalid mapping set", f"mappings/{index}: {error}") from None


async def _found(call: Call, identifier: str) -> StoredMappingSet:
    for item in await call.read(list_stored_mapping_sets):
        if item.mapping_set.id == identifier:
            return item
    raise ApiError(404, "Not found", f"there is no mapping set {identifier[:64]!r}")


def _summary(stored: StoredMappingSet) -> JsonObject:
    history = stored.history
    return {
        "id": stored.mapping_set.id,
        "version": stored.mapping_set.version,
        "createdDate": history.created_ms,
        "modifiedDate": history.updated_ms,
        "createdBy": history.created_by,
        "modifiedBy": history.updated_by,
    }


def _told(stored: StoredMappingSet) -> JsonObject:
    mapping_set = stored.mapping_set
    lines = [
        {"sourceType": line.source_type, "source": line.source, "destination": line.destination}
        for line in mapping_set.lines
    ]
    reference = {"id": mapping_set.schema_id, "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    return _summary(stored) | {
        "name": mapping_set.name,
        "outputSchema": {"schemaRef": reference},
        "mappings": lines,
    }
