"""The two ends of dataflows: source connections, of an inlet, and target connections, of a dataset."""

import uuid
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update

from server.model.dataset import DatasetId
from server.model.inlet import Flow, FlowId, InletId
from server.store.flows import refuse_while_used
from server.store.history import History, changed_by, history_of, now_by
from server.store.tables import flows, inlets, source_connections, target_connections

# For flows that are made together with their inlet: their ends have ids, whenever one asks.
_ENDS = uuid.UUID("3f2b0c5e-2f0d-4f0f-9a55-7d0c1f4b9e21")


class StoredSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source connection. ``base_id``: the UUID of its base connection."""

    id: str
    name: str
    description: str
    inlet_id: InletId
    base_id: str
    history: History


class StoredTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target connection."""

    id: str
    name: str
    description: str
    dataset_id: DatasetId
    history: History


def list_sources(connection: Connection) -> Sequence[StoredSource]:
    """All of them, oldest first."""
    rows = connection.execute(
        select(source_connections, inlets.c.connection_id)
        .join(inlets, inlets.c.id == source_connections.c.inlet_id)
        .order_by(source_connections.c.created_ms, source_connections.c.id)
    )
    return [
        StoredSource(
            id=row.id,
            name=row.name,
            description=row.description,
            inlet_id=InletId(row.inlet_id),
            base_id=row.connection_id,
            history=history_of(row),
        )
        for row in rows
    ]


def list_targets(connection: Connection) -> Sequence[StoredTarget]:
    """All of them, oldest first."""
    rows = connection.execute(
        select(target_connections).order_by(target_connections.c.created_ms, target_connections.c.id)
    )
    return [
        StoredTarget(
            id=row.id,
            name=row.name,
            description=row.description,
            dataset_id=DatasetId(row.dataset_id),
            history=history_of(row),
        )
        for row in rows
    ]


def add_source(
    connection: Connection, source_id: str, *, inlet_id: InletId, name: str, description: str, now_ms: int, by: str
) -> None:
    connection.execute(
        insert(source_connections).values(
            id=source_id, inlet_id=inlet_id, name=name, description=description, **now_by(now_ms, by)
        )
    )


def add_target(
    connection: Connection, target_id: str, *, dataset_id: DatasetId, name: str, description: str, now_ms: int, by: str
) -> None:
    connection.execute(
        insert(target_connections).values(
            id=target_id, dataset_id=dataset_id, name=name, description=description, **now_by(now_ms, by)
        )
    )


def save_end(connection: Connection, end: StoredSource | StoredTarget, *, now_ms: int, by: str) -> None:
    """Its name and description."""
    table = source_connections if isinstance(end, StoredSource) else target_connections
    connection.execute(
        update(table)
        .where(table.c.id == end.id)
        .values(name=end.name, description=end.description, **changed_by(end.history.version, now_ms, by))
    )


def remove_end(connection: Connection, end: StoredSource | StoredTarget) -> None:
    """Raises DataflowRefused while a dataflow has it."""
    is_source = isinstance(end, StoredSource)
    refuse_while_used(connection, (flows.c.source_id if is_source else flows.c.target_id) == end.id)
    table: Table = source_connections if is_source else target_connections
    connection.execute(delete(table).where(table.c.id == end.id))


def ends_of(flow_id: FlowId) -> tuple[str, str]:
    """The ids of the source and target connection of a flow that is made together with its inlet."""
    source_id, target_id = (str(uuid.uuid5(_ENDS, f"{flow_id}/{end}")) for end in ("source", "target"))
    return source_id, target_id


def keep_ends(connection: Connection, flow: Flow, *, inlet_id: InletId, now_ms: int, by: str) -> tuple[str, str]:
    """Make the ends of such a flow; their ids."""
    source_id, target_id = ends_of(flow.id)
    add_source(connection, source_id, inlet_id=inlet_id, name=flow.name, description="", now_ms=now_ms, by=by)
    add_target(connection, target_id, dataset_id=flow.dataset_id, name=flow.name, description="", now_ms=now_ms, by=by)
    return source_id, target_id
