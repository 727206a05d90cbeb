"""What `serve --demo` puts into a new installation: once, on its first start (design.md, section 4)."""

from collections.abc import Callable
from importlib.resources import files

import msgspec
from sqlalchemy import Connection

from server.model.datastream import Dataset, DatasetId, Datastream, DatastreamId
from server.model.inlet import Flow, FlowId, Inlet, InletId
from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS
from server.model.schema import SchemaId
from server.publish import Fragments, import_property, publish_property
from server.store import settings
from server.store.configuration import add_dataset, add_datastream, add_schema
from server.store.inlets import add_inlet

ORG_ID = "DEMO@AdobeOrg"
SANDBOX = "prod"
DATASTREAM = DatastreamId("demo")
PROPERTY = "demo"
EVENTS = "demo-events"
PROFILES = "demo-profiles"
STREAM = "demo-stream"
LOCKED_STREAM = "demo-stream-authenticated"

# Who the history names for what came with the demo.
_BY = "demo"


def is_seeded(connection: Connection) -> bool:
    """Whether this installation has an organisation already: the demo's, or its own."""
    return settings.get_setting(connection, settings.ORG_ID) is not None


def seed_demo(
    connection: Connection,
    *,
    events_schema: JsonObject,
    profiles_schema: JsonObject,
    fragments: Fragments,
    now_ms: int,
    new_dataset_id: Callable[[], DatasetId],
    new_inlet_id: Callable[[], InletId],
    new_uuid: Callable[[], str],
) -> None:
    """All of it, or, if anything is wrong with it, nothing."""
    settings.set_setting(connection, settings.ORG_ID, ORG_ID)
    settings.set_setting(connection, settings.SANDBOX, SANDBOX)
    for schema in (events_schema, profiles_schema):
        add_schema(connection, schema, now_ms=now_ms)
    events = Dataset(
        id=new_dataset_id(),
        name=EVENTS,
        schema_id=SchemaId(events_schema["$id"]),
        profile_enabled=True,
        identity_enabled=True,
    )
    profiles = Dataset(
        id=new_dataset_id(),
        name=PROFILES,
        schema_id=SchemaId(profiles_schema["$id"]),
        profile_enabled=True,
        identity_enabled=True,
    )
    for dataset in (events, profiles):
        add_dataset(connection, dataset, now_ms=now_ms)
    datastream = Datastream(
        id=DATASTREAM,
        name="Demo shop",
        org_id=ORG_ID,
        dataset_id=events.id,
        # A demo is looked at from wherever it was started: under names and ports that nobody knows beforehand.
        allowed_origins=("*",),
    )
    add_datastream(connection, datastream, now_ms=now_ms)
    for name, requires_token in ((STREAM, False), (LOCKED_STREAM, True)):
        inlet = Inlet(
            id=new_inlet_id(),
            connection_id=new_uuid(),
            name=name,
            source_id=name,
            requires_token=requires_token,
            flows=tuple(
                Flow(id=FlowId(new_uuid()), name=f"{name} to {dataset.name}", dataset_id=dataset.id)
                for dataset in (events, profiles)
            ),
        )
        add_inlet(connection, inlet, now_ms=now_ms)
    document = demo_property()
    import_property(connection, document, fragments.modules, now_ms=now_ms, by=_BY)
    for environment in ENVIRONMENTS:
        publish_property(
            connection,
            document["property"]["id"],
            environment=environment,
            fragments=fragments,
            org_id=ORG_ID,
            now_ms=now_ms,
            by=_BY,
        )


def demo_property() -> JsonObject:
    """The demo shop's rules, as the file that marketers would edit."""
    document: JsonObject = msgspec.json.decode((files("server.demo") / "property.json").read_bytes())
    return document
