"""Streaming connections: inlets, with the dataflows behind them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from server.model.inlet import DataType, Flow, Inlet, InletId
from server.store import settings
from server.store.flow_ends import keep_ends
from server.store.flows import add_flow, list_flows, refuse_while_used
from server.store.history import History, changed_by, history_of, now_by
from server.store.tables import flows, inlets, source_connections, target_connections


class InletRefused(ValueError):
    """The inlet cannot be kept; the message says why and what to do."""


class StoredInlet(msgspec.Struct, frozen=True, kw_only=True):
    """A base connection, as its API calls it. ``inlet``: without its flows."""

    inlet: Inlet
    description: str
    history: History


def list_inlets(connection: Connection) -> Sequence[Inlet]:
    """All of them with their flows, by name; an inlet's flows in the order in which they were made."""
    flows_of: defaultdict[InletId, list[Flow]] = defaultdict(list)
    for stored in list_flows(connection):
        flows_of[stored.inlet_id].append(stored.flow)
    return [
        msgspec.structs.replace(inlet, flows=tuple(flows_of[inlet.id]))
        for inlet in (_inlet(row) for row in connection.execute(select(inlets).order_by(inlets.c.name)))
    ]


def list_stored_inlets(connection: Connection) -> Sequence[StoredInlet]:
    """All of them, oldest first."""
    return [
        StoredInlet(inlet=_inlet(row), description=row.description, history=history_of(row))
        for row in connection.execute(select(inlets).order_by(inlets.c.created_ms, inlets.c.connection_id))
    ]


def add_inlet(connection: Connection, inlet: Inlet, *, now_ms: int, by: str = "", description: str = "") -> None:
    """Keep it with its flows, and their ends. Raises InletRefused when another has its name."""
    try:
        connection.execute(
            insert(inlets).values(
                id=inlet.id,
                connection_id=inlet.connection_id,
                name=inlet.name,
                source_id=inlet.source_id,
                data_type=inlet.data_type,
                requires_token=inlet.requires_token,
                enabled=inlet.enabled,
                description=description,
                **now_by(now_ms, by),
            )
        )
    except IntegrityError:
        raise _taken(inlet) from None
    for flow in inlet.flows:
        source_id, target_id = keep_ends(connection, flow, inlet_id=inlet.id, now_ms=now_ms, by=by)
        add_flow(connection, flow, inlet_id=inlet.id, source_id=source_id, target_id=target_id, now_ms=now_ms, by=by)
    settings.bump_revision(connection)


def save_inlet(connection: Connection, stored: StoredInlet, *, now_ms: int, by: str) -> None:
    """Its name, description, source, state, and whether it asks for a token. Raises InletRefused."""
    inlet = stored.inlet
    try:
        connection.execute(
            update(inlets)
            .where(inlets.c.id == inlet.id)
            .values(
                name=inlet.name,
                source_id=inlet.source_id,
                requires_token=inlet.requires_token,
                enabled=inlet.enabled,
                description=stored.description,
                **changed_by(stored.history.version, now_ms, by),
            )
        )
    except IntegrityError:
        raise _taken(inlet) from None
    settings.bump_revision(connection)


def remove_inlet(connection: Connection, stored: StoredInlet) -> None:
    """With its source connections. Raises DataflowRefused while a dataflow begins there."""
    refuse_while_used(connection, flows.c.inlet_id == stored.inlet.id)
    connection.execute(delete(source_connections).where(source_connections.c.inlet_id == stored.inlet.id))
    connection.execute(delete(inlets).where(inlets.c.id == stored.inlet.id))
    settings.bump_revision(connection)


def remove_with_flows(connection: Connection, inlet: Inlet) -> None:
    """With its dataflows and their ends, but for targets that other dataflows have too. Mapping sets stay."""
    targets = set(connection.execute(select(flows.c.target_id).where(flows.c.inlet_id == inlet.id)).scalars())
    connection.execute(delete(flows).where(flows.c.inlet_id == inlet.id))
    targets -= set(connection.execute(select(flows.c.target_id)).scalars())
    for target_id in targets:
        connection.execute(delete(target_connections).where(target_connections.c.id == target_id))
    connection.execute(delete(source_connections).where(source_connections.c.inlet_id == inlet.id))
    connection.execute(delete(inlets).where(inlets.c.id == inlet.id))
    settings.bump_revision(connection)


def _inlet(row: Row[Any]) -> Inlet:
    return Inlet(
        id=InletId(row.id),
        connection_id=row.connection_id,
        name=row.name,
        source_id=row.source_id,
        data_type=cast(DataType, row.data_type),
        requires_token=row.requires_token,
        enabled=row.enabled,
    )


def _taken(inlet: Inlet) -> InletRefused:
    return InletRefused(f"there is already a streaming connection named {inlet.name!r}: choose another name")
