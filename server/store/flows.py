"""Dataflows: each leads from a source connection to a target connection."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from server.model.dataset import DatasetId
from server.model.inlet import Flow, FlowId, InletId
from server.store import settings
from server.store.history import History, changed_by, history_of, now_by
from server.store.tables import flows, inlets


class DataflowRefused(ValueError):
    """The change cannot be made; the message says why and what to do."""


class StoredFlow(msgspec.Struct, frozen=True, kw_only=True):
    """A dataflow, by its ends."""

    flow: Flow
    description: str
    inlet_id: InletId
    source_id: str
    target_id: str
    history: History


def list_flows(connection: Connection) -> Sequence[StoredFlow]:
    """All of them, oldest first."""
    return [
        StoredFlow(
            flow=flow_of(row),
            description=row.description,
            inlet_id=InletId(row.inlet_id),
            source_id=row.source_id,
            target_id=row.target_id,
            history=history_of(row),
        )
        for row in connection.execute(select(flows).order_by(flows.c.created_ms, flows.c.id))
    ]


def flow_of(row: Row[Any]) -> Flow:
    """What a row of the table is."""
    return Flow(
        id=FlowId(row.id),
        name=row.name,
        dataset_id=DatasetId(row.dataset_id),
        mapping_set_id=row.mapping_set_id or "",
        enabled=row.enabled,
    )


def add_flow(
    connection: Connection,
    flow: Flow,
    *,
    inlet_id: InletId,
    source_id: str,
    target_id: str,
    description: str = "",
    now_ms: int,
    by: str,
) -> None:
    """Between these ends, which are its inlet's and its dataset's. Collectors know it within a second or two."""
    connection.execute(
        insert(flows).values(
            id=flow.id,
            inlet_id=inlet_id,
            name=flow.name,
            dataset_id=flow.dataset_id,
            mapping_set_id=flow.mapping_set_id or None,
            enabled=flow.enabled,
            source_id=source_id,
            target_id=target_id,
            description=description,
            **now_by(now_ms, by),
        )
    )
    settings.bump_revision(connection)


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


def remove_flow(connection: Connection, stored: StoredFlow) -> None:
    """Its ends stay. Without its last flow an inlet would take any dataset: it is switched off."""
    connection.execute(delete(flows).where(flows.c.id == stored.flow.id))
    left = connection.execute(select(flows.c.id).where(flows.c.inlet_id == stored.inlet_id)).first()
    if left is None:
        connection.execute(update(inlets).where(inlets.c.id == stored.inlet_id).values(enabled=False))
    settings.bump_revision(connection)


def refuse_while_used(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Raises DataflowRefused when there is a dataflow of which this is true."""
    name = connection.execute(select(flows.c.name).where(condition)).scalars().first()
    if name is not None:
        raise DataflowRefused(f"the dataflow {name!r} uses it: delete the dataflow first")
