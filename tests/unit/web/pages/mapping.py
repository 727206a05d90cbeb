"""A console with a streaming connection for raw data whose mapping is not written yet."""

from sqlalchemy import Connection

from server.model.dataset import Dataset, DatasetId
from server.model.inlet import Flow, FlowId, Inlet, InletId
from server.model.mapping import MappingSet
from server.model.schema import SchemaId
from server.schema.builtins import load_ready_schema
from server.store.configuration import add_dataset, add_schema
from server.store.inlets import add_inlet
from server.store.mapping_sets import add_mapping_set
from tests.builders import NOON_MS
from tests.unit.web.console import Console
from tests.unit.web.pages.connections import EVENTS_SCHEMA

MAPPING = "/connections/c-raw/flows/f-raw/mapping"


def a_raw_connection(console: Console, *, has_schema: bool = False) -> None:
    """Named crm, with the id c-raw. ``has_schema``: the schema is there already."""

    def work(connection: Connection) -> None:
        if not has_schema:
            add_schema(connection, load_ready_schema("demo-events"), now_ms=NOON_MS)
        dataset = Dataset(id=DatasetId("e" * 24), name="crm-events", schema_id=SchemaId(EVENTS_SCHEMA))
        add_dataset(connection, dataset, now_ms=NOON_MS)
        add_mapping_set(connection, MappingSet(id="b" * 32, name="crm", schema_id=EVENTS_SCHEMA), now_ms=NOON_MS)
        flow = Flow(id=FlowId("f-raw"), name="crm", dataset_id=dataset.id, mapping_set_id="b" * 32, enabled=False)
        inlet = Inlet(
            id=InletId("c" * 64), connection_id="c-raw", name="crm", source_id="crm", data_type="raw", flows=(flow,)
        )
        add_inlet(connection, inlet, now_ms=NOON_MS)

    console.services.database.write_sync(work)
