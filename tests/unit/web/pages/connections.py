"""A console with a dataset, its schema, and a streaming connection into it."""

from typing import Any

from sqlalchemy import Connection

from server.model.dataset import Dataset, DatasetId
from server.model.inlet import Flow, FlowId, Inlet, InletId
from server.model.schema import SchemaId
from server.schema.builtins import load_ready_schema
from server.store.configuration import add_dataset, add_schema
from server.store.inlets import add_inlet
from tests.builders import NOON_MS
from tests.unit.web.console import Console

EVENTS_SCHEMA = "https://ns.heliograph.dev/demo/schemas/demo-events"
DATASET = DatasetId("d" * 24)


def a_connection(console: Console, **fields: Any) -> None:
    """Named orders, with the id c-1."""

    def work(connection: Connection) -> None:
        add_schema(connection, load_ready_schema("demo-events"), now_ms=NOON_MS)
        dataset = Dataset(id=DATASET, name="purchases", schema_id=SchemaId(EVENTS_SCHEMA))
        add_dataset(connection, dataset, now_ms=NOON_MS)
        flow = Flow(id=FlowId("f-1"), name="orders", dataset_id=DATASET)
        inlet = Inlet(
            id=InletId("a" * 64), connection_id="c-1", name="orders", source_id="shop", flows=(flow,), **fields
        )
        add_inlet(connection, inlet, now_ms=NOON_MS)

    console.services.database.write_sync(work)
