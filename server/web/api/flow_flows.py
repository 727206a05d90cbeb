"""Dataflows of the Flow Service: each from a source connection to a target connection."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from server.model.dataset import DatasetId
from server.model.inlet import Flow, FlowId
from server.model.json import Json, JsonObject
from server.store.configuration import list_datasets
from server.store.flow_ends import list_sources, list_targets
from server.store.flows import StoredFlow, add_flow, list_flows, remove_flow, save_flow
from server.store.inlets import list_stored_inlets
from server.store.mapping_sets import list_mapping_sets
from server.web.api.call import Call
from server.web.api.errors import ApiError
from server.web.api.flow_resource import (
    DATA_LAKE,
    HTTP_API,
    MAPPED_FLOW,
    PLAIN_FLOW,
    Resource,
    is_enabled,
    spec_in,
    tell_common,
)
from server.web.api.managed import changed, description_in, text_in
from server.web.identifiers import new_uuid


def _add_flow(call: Call, connection: Connection, body: JsonObject) -> str:
    spec = spec_in(body, "flowSpec", (PLAIN_FLOW, MAPPED_FLOW))
    sources = {item.id: item for item in list_sources(connection)}
    targets = {item.id: item for item in list_targets(connection)}
    source = sources.get(_only(body, "sourceConnectionIds"))
    target = targets.get(_only(body, "targetConnectionIds"))
    if source is None or target is None:
        which = "sourceConnectionIds" if source is None else "targetConnectionIds"
        raise ApiError(400, "Invalid request", f"`{which}` names a connection that there is not: make it first")
    is_raw = any(
        item.inlet.data_type == "raw" for item in list_stored_inlets(connection) if item.inlet.id == source.inlet_id
    )
    mapping_set_id = _mapping_set(connection, body, target.dataset_id)
    if is_raw and not mapping_set_id:
        raise ApiError(400, "Invalid request", "raw data needs a `transformations` entry named Mapping")
    if mapping_set_id and (spec == PLAIN_FLOW or not is_raw):
        raise ApiError(400, "Invalid request", f"only raw data is mapped, by a flow of the spec {MAPPED_FLOW}")
    flow = Flow(
        id=FlowId(new_uuid(call.services.new_token)),
        name=text_in(body, "name"),
        dataset_id=target.dataset_id,
        mapping_set_id=mapping_set_id,
    )
    add_flow(
        connection,
        flow,
        inlet_id=source.inlet_id,
        source_id=source.id,
        target_id=target.id,
        description=description_in(body),
        now_ms=call.services.clock_ms(),
        by=call.caller.name,
    )
    return flow.id


def _only(body: Mapping[str, Json], name: str) -> str:
    given = body.get(name)
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], str):
        raise ApiError(400, "Invalid request", f"`{name}` is a list with one id")
    return given[0]


def _mapping_set(connection: Connection, body: Mapping[str, Json], dataset_id: DatasetId) -> str:
    """The id of the mapping set that the transformations name; empty for none."""
    steps = body.get("transformations", [])
    if not steps:
        return ""
    step = steps[0] if isinstance(steps, list) and len(steps) == 1 else None
    params = step.get("params") if isinstance(step, Mapping) and step.get("name") == "Mapping" else None
    wanted = params.get("mappingId") if isinstance(params, Mapping) else None
    found = next((item for item in list_mapping_sets(connection) if item.id == wanted), None)
    if found is None:
        raise ApiError(
            400, "Invalid request", "`transformations` is one entry named Mapping whose `params.mappingId` there is"
        )
    schema_id = next(item.schema_id for item in list_datasets(connection) if item.id == dataset_id)
    if found.schema_id != schema_id:
        raise ApiError(400, "Invalid request", f"the mapping set makes {found.schema_id}, and the dataset is not of it")
    return found.id


def _tell_flow(call: Call, connection: Connection, stored: StoredFlow) -> JsonObject:
    flow = stored.flow
    versions = {item.id: item.version for item in list_mapping_sets(connection)}
    base_id = next((item.base_id for item in list_sources(connection) if item.id == stored.source_id), "")
    told = tell_common(call, flow.id, flow.name, description=stored.description, history=stored.history) | {
        "flowSpec": {"id": MAPPED_FLOW if flow.mapping_set_id else PLAIN_FLOW, "version": "1.0"},
        "state": "enabled" if flow.enabled else "disabled",
        "sourceConnectionIds": [stored.source_id],
        "targetConnectionIds": [stored.target_id],
        "inheritedAttributes": {
            "sourceConnections": [
                {
                    "id": stored.source_id,
                    "connectionSpec": {"id": HTTP_API, "version": "1.0"},
                    "baseConnection": {"id": base_id, "connectionSpec": {"id": HTTP_API, "version": "1.0"}},
                }
            ],
            "targetConnections": [{"id": stored.target_id, "connectionSpec": {"id": DATA_LAKE, "version": "1.0"}}],
        },
        "transformations": [],
    }
    if flow.mapping_set_id:
        params = {"mappingId": flow.mapping_set_id, "mappingVersion": versions.get(flow.mapping_set_id, 0)}
        told["transformations"] = [{"name": "Mapping", "params": params}]
    return told


def _replace_flow(call: Call, connection: Connection, stored: StoredFlow, operations: Json) -> None:
    after = changed(
        _tell_flow(call, connection, stored),
        operations,
        changeable=("name", "description", "state", "transformations"),
    )
    mapping_set_id = _mapping_set(connection, after, stored.flow.dataset_id)
    if bool(mapping_set_id) is not bool(stored.flow.mapping_set_id):
        raise ApiError(400, "Invalid request", "whether a flow maps is fixed: make another flow")
    flow = msgspec.structs.replace(
        stored.flow, name=text_in(after, "name"), enabled=is_enabled(after), mapping_set_id=mapping_set_id
    )
    new = msgspec.structs.replace(stored, flow=flow, description=description_in(after))
    save_flow(connection, new, now_ms=call.services.clock_ms(), by=call.caller.name)


FLOWS = Resource(
    all=list_flows,
    id_of=lambda item: str(item.flow.id),
    tell=_tell_flow,
    add=_add_flow,
    replace=_replace_flow,
    remove=remove_flow,
)
