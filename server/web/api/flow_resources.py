"""The four kinds of things of the Flow Service: how a client's document becomes one, and how each is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from server.model.dataset import DatasetId
from server.model.inlet import Flow, FlowId, Inlet, InletId
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
from server.store.flows import StoredFlow, add_flow, list_flows, remove_flow, save_flow
from server.store.history import History
from server.store.inlets import StoredInlet, add_inlet, list_stored_inlets, remove_inlet, save_inlet
from server.store.mapping_sets import list_mapping_sets
from server.web.api.call import Call
from server.web.api.errors import ApiError
from server.web.api.managed import changed, description_in, etag_of, new_uuid, text_in

HTTP_API = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"
DATA_LAKE = "c604ff05-7f1a-43c0-8e18-33bf874cb11c"
PLAIN_FLOW = "d8a6f005-7eaf-4153-983e-e8574508b877"
MAPPED_FLOW = "c1a19761-d2c7-4702-b9fa-fe91f0613e81"
"""Clients have these in their code: they are the platform's."""

_SPEC = "Streaming Connection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """``add``: from what a client sent, the new id. ``replace``: as it is told now, after a JSON Patch."""

    all: Callable[[Connection], Sequence[Any]]
    id_of: Callable[[Any], str]
    tell: Callable[[Call, Connection, Any], JsonObject]
    add: Callable[[Call, Connection, JsonObject], str]
    replace: Callable[[Call, Connection, Any, Json], None]
    remove: Callable[[Connection, Any], None]


def _common(call: Call, identifier: str, name: str, *, description: str, history: History) -> JsonObject:
    return {
        "id": identifier,
        "createdAt": history.created_ms,
        "updatedAt": history.updated_ms,
        "createdBy": history.created_by,
        "updatedBy": history.updated_by,
        "imsOrgId": call.caller.org_id,
        "sandboxName": call.caller.sandbox,
        "name": name,
        "description": description,
        "version": etag_of(history.version),
        "etag": etag_of(history.version),
    }


def _spec(body: Mapping[str, Json], name: str, allowed: Sequence[str]) -> str:
    given = body.get(name)
    identifier = given.get("id") if isinstance(given, Mapping) else None
    if identifier not in allowed:
        raise ApiError(400, "Invalid request", f"`{name}.id` is {' or '.join(allowed)} here")
    return str(identifier)


def _state(document: Mapping[str, Json]) -> bool:
    state = document.get("state", "enabled")
    if state not in ("enabled", "disabled"):
        raise ApiError(400, "Invalid request", "`state` is enabled or disabled")
    return bool(state == "enabled")


# ---------------------------------------------------------------- base connections


def _add_base(call: Call, connection: Connection, body: JsonObject) -> str:
    _spec(body, "connectionSpec", (HTTP_API,))
    name = text_in(body, "name")
    params = _auth_params(body)
    inlet = Inlet(
        id=InletId(call.new_hex(64)),
        connection_id=new_uuid(call),
        name=name,
        source_id=text_in(params, "sourceId", usual=name) or name,
        data_type=params.get("dataType", "xdm"),
        requires_token=params.get("authenticationRequired", False),
    )
    now_ms = call.services.clock_ms()
    add_inlet(connection, inlet, now_ms=now_ms, by=call.caller.name, description=description_in(body))
    return inlet.connection_id


def _auth_params(body: Mapping[str, Json]) -> JsonObject:
    auth = body.get("auth", {})
    params = auth.get("params", {}) if isinstance(auth, Mapping) else None
    if not isinstance(auth, Mapping) or not isinstance(params, dict) or auth.get("specName", _SPEC) != _SPEC:
        raise ApiError(400, "Invalid request", f'`auth` is {{"specName": "{_SPEC}", "params": {{…}}}}')
    if params.get("dataType", "xdm") not in ("xdm", "raw"):
        raise ApiError(400, "Invalid request", "`auth.params.dataType` is xdm or raw")
    if not isinstance(params.get("authenticationRequired", False), bool):
        raise ApiError(400, "Invalid request", "`auth.params.authenticationRequired` is true or false")
    return params


def _tell_base(call: Call, _connection: Connection, base: StoredInlet) -> JsonObject:
    inlet = base.inlet
    common = _common(call, inlet.connection_id, inlet.name, description=base.description, history=base.history)
    return common | {
        "connectionSpec": {"id": HTTP_API, "version": "1.0"},
        "state": "enabled" if inlet.enabled else "disabled",
        "auth": {
            "specName": _SPEC,
            "params": {
                "sourceId": inlet.source_id,
                "inletUrl": f"{call.services.base_url}/collection/{inlet.id}",
                "inletId": inlet.id,
                "authenticationRequired": inlet.requires_token,
                "dataType": inlet.data_type,
                "name": inlet.name,
            },
        },
    }


def _replace_base(call: Call, connection: Connection, base: StoredInlet, operations: Json) -> None:
    told = _tell_base(call, connection, base)
    after = changed(told, operations, changeable=("name", "description", "state", "auth"))
    params = _auth_params(after)
    for fixed in ("inletUrl", "inletId", "dataType"):
        if params.get(fixed) != told["auth"]["params"][fixed]:
            raise ApiError(400, "Invalid request", f"`auth.params.{fixed}` cannot be changed: make another connection")
    inlet = msgspec.structs.replace(
        base.inlet,
        name=text_in(after, "name"),
        source_id=text_in(params, "sourceId"),
        requires_token=params.get("authenticationRequired", False),
        enabled=_state(after),
    )
    new = msgspec.structs.replace(base, inlet=inlet, description=description_in(after))
    save_inlet(connection, new, now_ms=call.services.clock_ms(), by=call.caller.name)


# ---------------------------------------------------------------- the ends of dataflows


def _add_source(call: Call, connection: Connection, body: JsonObject) -> str:
    _spec(body, "connectionSpec", (HTTP_API,))
    wanted = text_in(body, "baseConnectionId")
    base = next((item for item in list_stored_inlets(connection) if item.inlet.connection_id == wanted), None)
    if base is None:
        raise ApiError(400, "Invalid request", f"there is no connection {wanted!r}: make it first")
    source_id = new_uuid(call)
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
    common = _common(call, source.id, source.name, description=source.description, history=source.history)
    return common | {"baseConnectionId": source.base_id, "connectionSpec": {"id": HTTP_API, "version": "1.0"}}


def _add_target(call: Call, connection: Connection, body: JsonObject) -> str:
    _spec(body, "connectionSpec", (DATA_LAKE,))
    params = body.get("params")
    wanted = params.get("dataSetId") if isinstance(params, Mapping) else None
    dataset = next((item for item in list_datasets(connection) if item.id == wanted), None)
    if dataset is None or not dataset.enabled:
        raise ApiError(400, "Invalid request", "`params.dataSetId` is the id of a dataset that is there and enabled")
    data = body.get("data", {})
    schema = data.get("schema", {}) if isinstance(data, Mapping) else {}
    if isinstance(schema, Mapping) and schema.get("id", dataset.schema_id) != dataset.schema_id:
        raise ApiError(400, "Invalid request", f"the dataset is of the schema {dataset.schema_id}: name that one")
    target_id = new_uuid(call)
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
    common = _common(call, target.id, target.name, description=target.description, history=target.history)
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


# ---------------------------------------------------------------- dataflows


def _add_flow(call: Call, connection: Connection, body: JsonObject) -> str:
    spec = _spec(body, "flowSpec", (PLAIN_FLOW, MAPPED_FLOW))
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
        id=FlowId(new_uuid(call)),
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
    told = _common(call, flow.id, flow.name, description=stored.description, history=stored.history) | {
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
        stored.flow, name=text_in(after, "name"), enabled=_state(after), mapping_set_id=mapping_set_id
    )
    new = msgspec.structs.replace(stored, flow=flow, description=description_in(after))
    save_flow(connection, new, now_ms=call.services.clock_ms(), by=call.caller.name)


RESOURCES: Mapping[str, Resource] = {
    "connections": Resource(
        all=list_stored_inlets,
        id_of=lambda item: str(item.inlet.connection_id),
        tell=_tell_base,
        add=_add_base,
        replace=_replace_base,
        remove=remove_inlet,
    ),
    "sourceConnections": Resource(
        all=list_sources,
        id_of=lambda item: str(item.id),
        tell=_tell_source,
        add=_add_source,
        replace=_replace_end,
        remove=remove_end,
    ),
    "targetConnections": Resource(
        all=list_targets,
        id_of=lambda item: str(item.id),
        tell=_tell_target,
        add=_add_target,
        replace=_replace_end,
        remove=remove_end,
    ),
    "flows": Resource(
        all=list_flows,
        id_of=lambda item: str(item.flow.id),
        tell=_tell_flow,
        add=_add_flow,
        replace=_replace_flow,
        remove=remove_flow,
    ),
}
"""By their name in addresses."""
