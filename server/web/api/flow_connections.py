"""Base connections of the Flow Service: each is an inlet."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from server.model.inlet import Inlet, InletId
from server.model.json import Json, JsonObject
from server.store.inlets import StoredInlet, add_inlet, list_stored_inlets, remove_inlet, save_inlet
from server.web.api.call import Call
from server.web.api.errors import ApiError
from server.web.api.flow_resource import HTTP_API, Resource, is_enabled, spec_in, tell_common
from server.web.api.managed import changed, description_in, text_in
from server.web.identifiers import new_uuid

_SPEC = "Streaming Connection"


def _add_base(call: Call, connection: Connection, body: JsonObject) -> str:
    spec_in(body, "connectionSpec", (HTTP_API,))
    name = text_in(body, "name")
    params = _auth_params(body)
    inlet = Inlet(
        id=InletId(call.new_hex(64)),
        connection_id=new_uuid(call.services.new_token),
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
    common = tell_common(call, inlet.connection_id, inlet.name, description=base.description, history=base.history)
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
        enabled=is_enabled(after),
    )
    new = msgspec.structs.replace(base, inlet=inlet, description=description_in(after))
    save_inlet(connection, new, now_ms=call.services.clock_ms(), by=call.caller.name)


CONNECTIONS = Resource(
    all=list_stored_inlets,
    id_of=lambda item: str(item.inlet.connection_id),
    tell=_tell_base,
    add=_add_base,
    replace=_replace_base,
    remove=remove_inlet,
)
