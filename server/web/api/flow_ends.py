"""Source and target connections of the Flow Service: the two ends of dataflows."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from server.model.json import Json, JsonObject
from server.store.configuration import list_datasets
from server.store.flow_ends import (
    StoredSource,
    StoredTarget,
    add_source,
    add_target,
    list_sources,
    list_targets,
    remove_end,
    save_end,
)
from server.store.inlets import list_stored_inlets
from server.web.api.call import Call
from server.web.api.errors import ApiError
from server.web.api.flow_resource import DATA_LAKE, HTTP_API, Resource, spec_in, tell_common
from server.web.api.managed import changed, description_in, text_in
from server.web.identifiers import new_uuid


def _add_source(call: Call, connection: Connection, body: JsonObject) -> str:
    spec_in(body, "connectionSpec", (HTTP_API,))
    wanted = text_in(body, "baseConnectionId")
    base = next((item for item in list_stored_inlets(connection) if item.inlet.connection_id == wanted), None)
    if base is None:
        raise ApiError(400, "Invalid request", f"there is no connection {wanted!r}: make it first")
    source_id = new_uuid(call.services.new_token)
    add_source(
        connection,
        source_id,
        inlet_id=base.inlet.id,
        name=text_in(body, "name"),
        description=description_in(body),
        now_ms=call.services.clock_ms(),
        by=call.caller.name,
    )
    return source_id


def _tell_source(call: Call, _connection: Connection, source: StoredSource) -> JsonObject:
    common = tell_common(call, source.id, source.name, description=source.description, history=source.history)
    return common | {"baseConnectionId": source.base_id, "connectionSpec": {"id": HTTP_API, "version": "1.0"}}


def _add_target(call: Call, connection: Connection, body: JsonObject) -> str:
    spec_in(body, "connectionSpec", (DATA_LAKE,))
    params = body.get("params")
    wanted = params.get("dataSetId") if isinstance(params, Mapping) else None
    dataset = next((item for item in list_datasets(connection) if item.id == wanted), None)
    if dataset is None or not dataset.enabled:
        raise ApiError(400, "Invalid request", "`params.dataSetId` is the id of a dataset that is there and enabled")
    data = body.get("data", {})
    schema = data.get("schema", {}) if isinstance(data, Mapping) else {}
    if isinstance(schema, Mapping) and schema.get("id", dataset.schema_id) != dataset.schema_id:
        raise ApiError(400, "Invalid request", f"the dataset is of the schema {dataset.schema_id}: name that one")
    target_id = new_uuid(call.services.new_token)
    add_target(
        connection,
        target_id,
        dataset_id=dataset.id,
        name=text_in(body, "name"),
        description=description_in(body),
        now_ms=call.services.clock_ms(),
        by=call.caller.name,
    )
    return target_id


def _tell_target(call: Call, connection: Connection, target: StoredTarget) -> JsonObject:
    schema_id = next((item.schema_id for item in list_datasets(connection) if item.id == target.dataset_id), "")
    common = tell_common(call, target.id, target.name, description=target.description, history=target.history)
    return common | {
        "data": {"schema": {"id": schema_id, "version": "application/vnd.adobe.xed-full+json;version=1"}},
        "params": {"dataSetId": target.dataset_id},
        "connectionSpec": {"id": DATA_LAKE, "version": "1.0"},
    }


def _replace_end(call: Call, connection: Connection, end: StoredSource | StoredTarget, operations: Json) -> None:
    told = _tell_source(call, connection, end) if isinstance(end, StoredSource) else _tell_target(call, connection, end)
    after = changed(told, operations, changeable=("name", "description"))
    new = msgspec.structs.replace(end, name=text_in(after, "name"), description=description_in(after))
    save_end(connection, new, now_ms=call.services.clock_ms(), by=call.caller.name)


SOURCE_CONNECTIONS = Resource(
    all=list_sources,
    id_of=lambda item: str(item.id),
    tell=_tell_source,
    add=_add_source,
    replace=_replace_end,
    remove=remove_end,
)

TARGET_CONNECTIONS = Resource(
    all=list_targets,
    id_of=lambda item: str(item.id),
    tell=_tell_target,
    add=_add_target,
    replace=_replace_end,
    remove=remove_end,
)
