"""A mapping set that is edited, with what it belongs to: the dataflow of raw data, or a datastream's `data`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.model.identity import ECID
from server.model.json import JsonObject
from server.model.mapping import MappingLine, MappingSet
from server.pipeline.data_mapping import laid_over
from server.schema.registry import Registry
from server.store import settings
from server.store.configuration import list_datasets, list_datastreams, save_datastream
from server.store.flows import list_flows, save_flow
from server.store.inlets import list_inlets
from server.store.mapping_sets import (
    add_mapping_set,
    list_stored_mapping_sets,
    save_mapping_set,
    save_sample,
)
from server.store.registry import load_registry
from server.web.identifiers import new_hex
from server.web.services import ConsoleState
from server.web.views.live_facts import iso

Builtins = Callable[[], Mapping[str, JsonObject]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedMapping:
    """``mapping_set``: as it is stored, or a new one without a line.

    ``lead``: what it is for, in words. ``waiting``: what happens while there is no line.
    ``example``: an example of the data, to begin with; ``source``: a path in it.
    ``given``: destinations that need no line. ``result``: the event that comes of what the lines made.
    ``keep``: has new lines used, or none any more.
    """

    owner: str
    lead: str
    waiting: str
    example: str
    source: str
    mapping_set: MappingSet
    is_stored: bool
    sample: str
    schema: JsonObject
    keep: Callable[[Connection, MappingSet, int, str], None]
    may_be_empty: bool = False
    given: frozenset[str] = frozenset()
    result: Callable[[JsonObject], JsonObject] = field(default=lambda made: made)

    @property
    def title(self) -> str:
        """The schema's."""
        return str(self.schema.get("title", self.mapping_set.schema_id))


Find = Callable[[Request[ConsoleState], Connection], EditedMapping]


def find_flow_mapping(builtins: Builtins) -> Find:
    """By ``connection_id`` and ``flow_id``. Raises HTTPException."""

    def find(request: Request[ConsoleState], connection: Connection) -> EditedMapping:
        wanted, flow_id = request.path_params["connection_id"], request.path_params["flow_id"]
        inlet = next((item for item in list_inlets(connection) if item.connection_id == wanted), None)
        stored_flow = next((item for item in list_flows(connection) if item.flow.id == flow_id), None)
        if inlet is None or stored_flow is None or stored_flow.inlet_id != inlet.id:
            raise _not_there()
        found = _stored(connection, stored_flow.flow.mapping_set_id)
        if found is None:
            raise _not_there()

        def keep(connection: Connection, mapping_set: MappingSet, now_ms: int, by: str) -> None:
            """It waited for its first lines."""
            if not found[0].lines and not stored_flow.flow.enabled:
                begun = msgspec.structs.replace(stored_flow.flow, enabled=True)
                save_flow(connection, msgspec.structs.replace(stored_flow, flow=begun), now_ms=now_ms, by=by)

        return EditedMapping(
            owner=inlet.name,
            lead="How the JSON that is sent to it becomes",
            waiting="the connection takes nothing",
            example='{"order_id": "A-17", "total": 99.5, "customer": {"email": "ada@example.com"}}',
            source="order.total",
            mapping_set=found[0],
            is_stored=True,
            sample=found[1],
            schema=_registry(connection, builtins).resolved(found[0].schema_id),
            keep=keep,
        )

    return find


def find_datastream_mapping(builtins: Builtins) -> Find:
    """By ``datastream_id``. Raises HTTPException."""

    def find(request: Request[ConsoleState], connection: Connection) -> EditedMapping:
        services, wanted = request.state["services"], request.path_params["datastream_id"]
        org_id = settings.get_setting(connection, settings.ORG_ID) or ""
        datastream = next((each for each in list_datastreams(connection, org_id) if each.id == wanted), None)
        if datastream is None:
            raise HTTPException(404, "There is no datastream here: the address is wrong.")
        dataset = next(each for each in list_datasets(connection) if each.id == datastream.dataset_id)
        found = _stored(connection, datastream.mapping_set_id)
        if found is None or found[0].schema_id != dataset.schema_id:
            # Of another schema it is used no more.
            new = MappingSet(
                id=new_hex(services.new_token, 32), name=f"data of {datastream.name}"[:100], schema_id=dataset.schema_id
            )
            mapping_set, sample, is_stored = new, "", False
        else:
            (mapping_set, sample), is_stored = found, True

        def keep(connection: Connection, mapping_set: MappingSet, now_ms: int, _by: str) -> None:
            used = mapping_set.id if mapping_set.lines else ""
            if used != datastream.mapping_set_id:
                changed = msgspec.structs.replace(datastream, mapping_set_id=used)
                save_datastream(connection, changed, now_ms=now_ms)

        schema = _registry(connection, builtins).resolved(dataset.schema_id)
        usual: JsonObject = {
            "_id": "its-own-id",
            "timestamp": iso(services.clock_ms()),
            "identityMap": {ECID: [{"id": "38-digits-of-the-visitor", "primary": True}]},
        }
        page_xdm = {name: value for name, value in usual.items() if name in schema.get("properties", {})}
        return EditedMapping(
            owner=datastream.name,
            lead="How what pages send to it as data, beside their XDM, becomes",
            waiting="data is kept with the event, and is no XDM",
            example='{"data": {"order": {"total": 99.5}, "customer": {"email": "ada@example.com"}}}',
            source="data.order.total",
            mapping_set=mapping_set,
            is_stored=is_stored,
            sample=sample,
            schema=schema,
            keep=keep,
            may_be_empty=True,
            given=frozenset(("_id", "timestamp")),
            result=lambda made: laid_over(page_xdm, made),
        )

    return find


def save_edited(
    connection: Connection, edited: EditedMapping, lines: Sequence[MappingLine], sample: str, *, now_ms: int, by: str
) -> None:
    """As a new version if the lines are others; the example in any case."""
    mapping_set = edited.mapping_set
    if tuple(lines) != mapping_set.lines:
        mapping_set = msgspec.structs.replace(mapping_set, lines=tuple(lines), version=mapping_set.version + 1)
        if edited.is_stored:
            save_mapping_set(connection, mapping_set, now_ms=now_ms, by=by)
        else:
            add_mapping_set(connection, mapping_set, now_ms=now_ms, by=by)
    save_sample(connection, mapping_set.id, sample)
    edited.keep(connection, mapping_set, now_ms, by)


def _stored(connection: Connection, mapping_set_id: str) -> tuple[MappingSet, str] | None:
    for each in list_stored_mapping_sets(connection):
        if each.mapping_set.id == mapping_set_id:
            return each.mapping_set, each.sample
    return None


def _registry(connection: Connection, builtins: Builtins) -> Registry:
    return load_registry(connection, builtins())


def _not_there() -> HTTPException:
    return HTTPException(404, "There is no mapping here: the address is wrong, or the dataflow was deleted.")
