"""Streaming connections: inlets and the dataflows behind them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import cast

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from server.model.dataset import DatasetId
from server.model.inlet import DataType, Flow, FlowId, Inlet, InletId
from server.store import settings
from server.store.dataflows import ends_of, keep_ends
from server.store.history import now_by
from server.store.tables import flows, inlets


class InletRefused(ValueError):
    """The inlet cannot be kept; the message says why and what to do."""


def list_inlets(connection: Connection) -> Sequence[Inlet]:
    """All of them with their flows, by name; an inlet's flows in the order in which they were made."""
    flows_of: defaultdict[str, list[Flow]] = defaultdict(list)
    for row in connection.execute(select(flows).order_by(flows.c.created_ms, flows.c.id)):
        flows_of[row.inlet_id].append(
            Flow(
                id=FlowId(row.id),
                name=row.name,
                dataset_id=DatasetId(row.dataset_id),
                mapping_set_id=row.mapping_set_id or "",
                enabled=row.enabled,
            )
        )
    return [
        Inlet(
            id=InletId(row.id),
            connection_id=row.connection_id,
            name=row.name,
            source_id=row.source_id,
            data_type=cast(DataType, row.data_type),
            requires_token=row.requires_token,
            enabled=row.enabled,
            flows=tuple(flows_of[row.id]),
        )
        for row in connection.execute(select(inlets).order_by(inlets.c.name))
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
        raise InletRefused(
            f"there is already a streaming connection named {inlet.name!r}: choose another name"
        ) from None
    for flow in inlet.flows:
        source_id, target_id = ends_of(flow.id)
        keep_ends(connection, flow, inlet_id=inlet.id, now_ms=now_ms, by=by)
        connection.execute(
            insert(flows).values(
                id=flow.id,
                inlet_id=inlet.id,
                name=flow.name,
                dataset_id=flow.dataset_id,
                mapping_set_id=flow.mapping_set_id or None,
                enabled=flow.enabled,
                source_id=source_id,
                target_id=target_id,
                **now_by(now_ms, by),
            )
        )
    settings.bump_revision(connection)
