"""Streaming connections as their API manages them: base connections, the ends of dataflows, and dataflows.

What collectors need of them store/inlets.py reads; this reads and changes all of it.
"""

import uuid
from collections.abc import Sequence
from typing import cast

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.model.dataset import DatasetId
from server.model.inlet import DataType, Flow, FlowId, Inlet, InletId
from server.store import settings
from server.store.history import History, changed_by, history_of, now_by
from server.store.tables import flows, inlets, source_connections, target_connections

# For flows that are made together with their inlet: their ends have ids, whenever one asks.
_ENDS = uuid.UUID("3f2b0c5e-2f0d-4f0f-9a55-7d0c1f4b9e21")


class DataflowRefused(ValueError):
    """The change cannot be made; the message says why and what to do."""


class StoredBase(msgspec.Struct, frozen=True, kw_only=True):
    """A base connection. ``inlet``: without its flows."""

    inlet: Inlet
    description: str
    history: History


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


class StoredFlow(msgspec.Struct, frozen=True, kw_only=True):
    """A dataflow, by its ends."""

    flow: Flow
    description: str
    inlet_id: InletId
    source_id: str
    target_id: str
    history: History


def list_bases(connection: Connection) -> Sequence[StoredBase]:
    """All of them, oldest first."""
    return [
        StoredBase(
            inlet=Inlet(
                id=InletId(row.id),
                connection_id=row.connection_id,
                name=row.name,
                source_id=row.source_id,
                data_type=cast(DataType, row.data_type),
                requires_token=row.requires_token,
                enabled=row.enabled,
            ),
            description=row.description,
            history=history_of(row),
        )
        for row in connection.execute(select(inlets).order_by(inlets.c.created_ms, inlets.c.connection_id))
    ]


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


def list_flows(connection: Connection) -> Sequence[StoredFlow]:
    """All of them, oldest first."""
    return [
        StoredFlow(
            flow=Flow(
                id=FlowId(row.id),
                name=row.name,
                dataset_id=DatasetId(row.dataset_id),
                mapping_set_id=row.mapping_set_id or "",
                enabled=row.enabled,
            ),
            description=row.description,
            inlet_id=InletId(row.inlet_id),
            source_id=row.source_id,
            target_id=row.target_id,
            history=history_of(row),
        )
        for row in connection.execute(select(flows).order_by(flows.c.created_ms, flows.c.id))
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


def add_flow(
    connection: Connection,
    flow: Flow,
    *,
    source: StoredSource,
    target: StoredTarget,
    description: str,
    now_ms: int,
    by: str,
) -> None:
    """From one end to the other. Collectors know it within a second or two."""
    connection.execute(
        insert(flows).values(
            id=flow.id,
            inlet_id=source.inlet_id,
            name=flow.name,
            dataset_id=target.dataset_id,
            mapping_set_id=flow.mapping_set_id or None,
            enabled=flow.enabled,
            source_id=source.id,
            target_id=target.id,
            description=description,
            **now_by(now_ms, by),
        )
    )
    settings.bump_revision(connection)


def save_base(connection: Connection, base: StoredBase, *, now_ms: int, by: str) -> None:
    """Its name, description, source, state, and whether it asks for a token. Raises DataflowRefused."""
    inlet = base.inlet
    try:
        connection.execute(
            update(inlets)
            .where(inlets.c.id == inlet.id)
            .values(
                name=inlet.name,
                source_id=inlet.source_id,
                requires_token=inlet.requires_token,
                enabled=inlet.enabled,
                description=base.description,
                **changed_by(base.history.version, now_ms, by),
            )
        )
    except IntegrityError:
        raise DataflowRefused(
            f"there is already a streaming connection named {inlet.name!r}: choose another name"
        ) from None
    settings.bump_revision(connection)


def save_end(connection: Connection, end: StoredSource | StoredTarget, *, now_ms: int, by: str) -> None:
    """Its name and description."""
    table = source_connections if isinstance(end, StoredSource) else target_connections
    connection.execute(
        update(table)
        .where(table.c.id == end.id)
        .values(name=end.name, description=end.description, **changed_by(end.history.version, now_ms, by))
    )


def save_flow(connection: Connection, stored: StoredFlow, *, now_ms: int, by: str) -> None:
    """Its name, description, state and mapping set."""
    flow = stored.flow
    connection.execute(
        update(flows)
        .where(flows.c.id == flow.id)
        .values(
            name=flow.name,
            description=stored.description,
            enabled=flow.enabled,
            mapping_set_id=flow.mapping_set_id or None,
            **changed_by(stored.history.version, now_ms, by),
        )
    )
    settings.bump_revision(connection)


def remove_base(connection: Connection, base: StoredBase) -> None:
    """With its source connections. Raises DataflowRefused while a dataflow begins there."""
    _refuse_if_used(connection, flows.c.inlet_id == base.inlet.id)
    connection.execute(delete(source_connections).where(source_connections.c.inlet_id == base.inlet.id))
    connection.execute(delete(inlets).where(inlets.c.id == base.inlet.id))
    settings.bump_revision(connection)


def remove_end(connection: Connection, end: StoredSource | StoredTarget) -> None:
    """Raises DataflowRefused while a dataflow has it."""
    is_source = isinstance(end, StoredSource)
    _refuse_if_used(connection, (flows.c.source_id if is_source else flows.c.target_id) == end.id)
    table: Table = source_connections if is_source else target_connections
    connection.execute(delete(table).where(table.c.id == end.id))


def remove_flow(connection: Connection, stored: StoredFlow) -> None:
    """Its ends stay. Without its last flow an inlet would take any dataset: it is switched off."""
    connection.execute(delete(flows).where(flows.c.id == stored.flow.id))
    left = connection.execute(select(flows.c.id).where(flows.c.inlet_id == stored.inlet_id)).first()
    if left is None:
        connection.execute(update(inlets).where(inlets.c.id == stored.inlet_id).values(enabled=False))
    settings.bump_revision(connection)


def ends_of(flow_id: FlowId) -> tuple[str, str]:
    """The ids of the source and target connection of a flow that is made together with its inlet."""
    source_id, target_id = (str(uuid.uuid5(_ENDS, f"{flow_id}/{end}")) for end in ("source", "target"))
    return source_id, target_id


def keep_ends(connection: Connection, flow: Flow, *, inlet_id: InletId, now_ms: int, by: str) -> None:
    """The ends of such a flow."""
    source_id, target_id = ends_of(flow.id)
    add_source(connection, source_id, inlet_id=inlet_id, name=flow.name, description="", now_ms=now_ms, by=by)
    add_target(connection, target_id, dataset_id=flow.dataset_id, name=flow.name, description="", now_ms=now_ms, by=by)


def _refuse_if_used(connection: Connection, condition: object) -> None:
    name = connection.execute(select(flows.c.name).where(condition)).scalars().first()  # type: ignore[arg-type]  # a comparison of columns
    if name is not None:
        raise DataflowRefused(f"the dataflow {name!r} uses it: delete the dataflow first")
