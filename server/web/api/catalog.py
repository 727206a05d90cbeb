"""`/data/foundation/catalog/dataSets`: datasets, as the platform's clients manage them."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.dataset import Dataset, DatasetId
from server.model.json import Json, JsonObject
from server.model.schema import SchemaId
from server.schema.json_patch import apply_patch
from server.schema.registry import Registry, identity_reason
from server.store.datasets import (
    DatasetRefused,
    StoredDataset,
    create_dataset,
    delete_dataset,
    list_stored_datasets,
    save_dataset,
)
from server.store.registry import load_registry
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import Builtins, Call, Endpoint, guarded
from server.web.api.errors import ApiError
from server.web.api.managed import (
    check_if_match,
    description_in,
    etag_of,
    object_of,
    schema_ids,
    text_in,
    whole_number,
)

ROOT = "/data/foundation/catalog"

MAX_PAGE = 100

PROFILE, IDENTITY = "unifiedProfile", "unifiedIdentity"
_ON, _OFF = "enabled:true", "enabled:false"

_MAX_TAGS_BYTES = 10_000


def catalog_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    def route(address: str, method: str, endpoint: Endpoint, role: Role) -> Route:
        return Route(address, guarded(endpoint, builtins=builtins, limits=limits, role=role), methods=[method])

    return [
        route(f"{ROOT}/dataSets", "GET", list_all, Role.VIEWER),
        route(f"{ROOT}/dataSets", "POST", create, Role.EDITOR),
        route(f"{ROOT}/dataSets/{{id}}", "GET", look_up, Role.VIEWER),
        route(f"{ROOT}/dataSets/{{id}}", "PATCH", patch, Role.EDITOR),
        route(f"{ROOT}/v2/dataSets/{{id}}", "PATCH", patch, Role.EDITOR),
        route(f"{ROOT}/dataSets/{{id}}", "DELETE", delete, Role.EDITOR),
    ]


async def list_all(call: Call) -> Response:
    """``limit``, ``start``, ``orderBy=asc:created``, ``name``, ``properties=name,tags``, ``tags=unifiedProfile``."""
    query = call.request.query_params
    limit = whole_number(call.request, "limit", usual=20, least=1, most=MAX_PAGE)
    start = whole_number(call.request, "start", usual=0, least=0, most=10**8)
    told = {
        item.dataset.id: _told(call, item)
        for item in await call.read(list_stored_datasets)
        if item.deleted_ms is None and query.get("name") in (None, item.dataset.name)
    }
    if "tags" in query:
        wanted, _, value = query["tags"].partition(":")
        told = {key: one for key, one in told.items() if wanted in one["tags"] and _has(one["tags"][wanted], value)}
    direction, _, keyword = query.get("orderBy", "desc:created").rpartition(":")
    if direction not in ("", "asc", "desc") or keyword not in ("created", "updated", "name"):
        raise ApiError(400, "Invalid request", "`orderBy` is asc: or desc: and created, updated or name")
    ordered = sorted(told.items(), key=lambda pair: pair[1][keyword], reverse=direction == "desc")
    return JSONResponse({key: _chosen(one, query.get("properties")) for key, one in ordered[start : start + limit]})


async def create(call: Call) -> Response:
    body = object_of(await call.body())
    identifier = DatasetId(call.new_hex(24))

    def work(connection: Connection) -> None:
        registry = load_registry(connection, call.builtins)
        reference = body.get("schemaRef")
        schema_id = reference.get("id") if isinstance(reference, Mapping) else None
        if schema_id not in schema_ids(registry.components):
            raise ApiError(400, "Invalid request", "`schemaRef.id` is the `$id` of a schema that there is")
        bare = Dataset(id=identifier, name=text_in(body, "name"), schema_id=SchemaId(schema_id))
        dataset, tags = _tagged(bare, body.get("tags", {}), registry)
        create_dataset(
            connection,
            dataset,
            description=description_in(body),
            tags=tags,
            now_ms=call.services.clock_ms(),
            by=call.caller.name,
        )

    await _write(call, work)
    return JSONResponse([f"@/dataSets/{identifier}"], status_code=201, headers={"etag": etag_of(0)})


async def look_up(call: Call) -> Response:
    stored = await call.read(lambda connection: _found(call, connection))
    told = _chosen(_told(call, stored), call.request.query_params.get("properties"))
    return JSONResponse({stored.dataset.id: told}, headers={"etag": etag_of(stored.history.version)})


async def patch(call: Call) -> Response:
    """A JSON Patch, or an object whose fields replace those that there are, and whose tags are added to them."""
    body = await call.body()
    content_type = call.request.headers.get("content-type", "").partition(";")[0].strip()
    is_patch = content_type == "application/json-patch+json" or isinstance(body, list)

    def work(connection: Connection) -> int:
        stored = _found(call, connection)
        check_if_match(call.request, stored.history.version, required=False)
        before = {
            "name": stored.dataset.name,
            "description": stored.description,
            "status": "enabled" if stored.dataset.enabled else "disabled",
            "tags": _tags(stored),
        }
        after = object_of(apply_patch(before, body) if is_patch else _merged(before, object_of(body)))
        if after.keys() - before.keys():
            raise ApiError(400, "Invalid request", f"only {', '.join(before)} can be changed")
        if after.get("status", "enabled") not in ("enabled", "disabled"):
            raise ApiError(400, "Invalid request", "`status` is enabled or disabled")
        named = msgspec.structs.replace(
            stored.dataset, name=text_in(after, "name"), enabled=after.get("status", "enabled") == "enabled"
        )
        registry = load_registry(connection, call.builtins)
        dataset, tags = _tagged(named, after.get("tags", {}), registry)
        new = msgspec.structs.replace(
            stored,
            dataset=dataset,
            tags=tags,
            description=description_in(after),
            # Who switches a deleted one on again wants it back.
            deleted_ms=None if dataset.enabled else stored.deleted_ms,
        )
        save_dataset(connection, new, now_ms=call.services.clock_ms(), by=call.caller.name)
        return stored.history.version + 1

    version = await _write(call, work)
    return JSONResponse([f"@/dataSets/{call.part('id')}"], headers={"etag": etag_of(version)})


async def delete(call: Call) -> Response:
    def work(connection: Connection) -> None:
        stored = _found(call, connection)
        check_if_match(call.request, stored.history.version, required=False)
        delete_dataset(connection, stored, now_ms=call.services.clock_ms(), by=call.caller.name)

    await _write(call, work)
    return JSONResponse([f"@/dataSets/{call.part('id')}"])


def enable_refusal(registry: Registry, dataset: Dataset) -> str | None:
    """Why a dataset cannot be for profiles and identities, or None."""
    if dataset.schema_id not in registry.components:
        return "its schema is not there any more"
    return identity_reason(registry.resolved(dataset.schema_id))


def _tagged(dataset: Dataset, tags: Json, registry: Registry) -> tuple[Dataset, Mapping[str, Json]]:
    """The dataset as the tags say, and what else they say. Raises ApiError."""
    if not isinstance(tags, Mapping) or len(msgspec.json.encode(tags)) > _MAX_TAGS_BYTES:
        raise ApiError(400, "Invalid request", f"`tags` is an object of at most {_MAX_TAGS_BYTES} bytes")
    wanted = msgspec.structs.replace(
        dataset, profile_enabled=_is_on(tags, PROFILE), identity_enabled=_is_on(tags, IDENTITY)
    )
    if wanted.profile_enabled or wanted.identity_enabled:
        reason = enable_refusal(registry, dataset)
        if reason is not None:
            which = PROFILE if wanted.profile_enabled else IDENTITY
            raise ApiError(400, "Invalid request", f"`tags.{which}` cannot be enabled: {reason}")
    return wanted, {name: value for name, value in tags.items() if name not in (PROFILE, IDENTITY)}


def _is_on(tags: Mapping[str, Json], name: str) -> bool:
    given = tags.get(name, [_OFF])
    texts = [item.replace(" ", "") for item in given if isinstance(item, str)] if isinstance(given, list) else []
    if _ON in texts:
        return True
    if _OFF in texts:
        return False
    raise ApiError(400, "Invalid request", f'`tags.{name}` is ["{_ON}"] or ["{_OFF}"]')


def _tags(stored: StoredDataset) -> JsonObject:
    tags: JsonObject = dict(stored.tags)
    for name, is_on in ((PROFILE, stored.dataset.profile_enabled), (IDENTITY, stored.dataset.identity_enabled)):
        if is_on:
            tags[name] = [_ON]
    return tags


def _merged(before: JsonObject, body: JsonObject) -> JsonObject:
    tags = body.get("tags", {})
    if not isinstance(tags, Mapping):
        raise ApiError(400, "Invalid request", "`tags` is an object")
    return before | body | {"tags": {**before["tags"], **tags}}


def _told(call: Call, stored: StoredDataset) -> JsonObject:
    dataset, history = stored.dataset, stored.history
    return {
        "name": dataset.name,
        "description": stored.description,
        "imsOrg": call.caller.org_id,
        "sandboxName": call.caller.sandbox,
        "tags": _tags(stored),
        "status": "deleted" if stored.deleted_ms is not None else "enabled" if dataset.enabled else "disabled",
        "version": f"1.0.{history.version}",
        "created": history.created_ms,
        "updated": history.updated_ms,
        "createdUser": history.created_by,
        "updatedUser": history.updated_by,
        "schemaRef": {
            "id": dataset.schema_id,
            "contentType": "application/vnd.adobe.xed+json;version=1",
        },
        "fileDescription": {"persisted": True, "containerFormat": "parquet", "format": "parquet"},
    }


def _chosen(told: JsonObject, properties: str | None) -> JsonObject:
    return told if not properties else {name: told[name] for name in properties.split(",") if name in told}


def _has(values: Json, wanted: str) -> bool:
    return not wanted or (isinstance(values, list) and wanted in values)


def _found(call: Call, connection: Connection) -> StoredDataset:
    wanted = call.part("id")
    for item in list_stored_datasets(connection):
        if item.dataset.id == wanted:
            return item
    raise ApiError(404, "Not found", f"there is no dataset {wanted[:64]!r}")


async def _write(call: Call, work: Callable[[Connection], Any]) -> Any:
    try:
        return await call.write(work)
    except DatasetRefused as error:
        raise ApiError(409, "Conflict", str(error)) from None
