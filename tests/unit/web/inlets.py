"""Streaming ingestion's endpoint in process: inlets, messages for them, and a client that sends."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from itertools import count
from typing import Any

import msgspec
from httpx2 import Response
from starlette.testclient import TestClient

from server.app.schemas import StoredSchemas
from server.eventlog.memory import MemoryEventLog
from server.model.dataset import DatasetId
from server.model.datastream import Configuration
from server.model.event import Event, EventId
from server.model.inlet import Flow, FlowId, Inlet, InletId, InletToken
from server.model.json import JsonObject
from server.model.mapping import MappingLine, MappingSet
from server.model.outcome import BEFORE_FIRST
from server.model.schema import SchemaId
from server.observe.metrics_collection import CollectionCounts
from server.schema.builtins import load_ready_schema
from server.store.tokens import token_hash
from server.web.collect.collection import CollectionDeps, CollectionEndpoint
from server.web.collect.inlet_access import InletAccess
from server.web.collect.sliding_window import SlidingWindow
from server.web.collect.sync_validation import CollectionApp, SyncEndpoint
from server.workers.mappers import Mappers
from server.workers.validators import Validators
from tests.builders import NOON_MS, ORG_ID, a_configuration, a_dataset

EVENTS_SCHEMA = SchemaId("https://ns.heliograph.dev/demo/schemas/demo-events")
PROFILES_SCHEMA = SchemaId("https://ns.heliograph.dev/demo/schemas/demo-profiles")
EVENTS, PROFILES, OTHERS = DatasetId("e" * 24), DatasetId("f" * 24), DatasetId("9" * 24)
EVENTS_FLOW = FlowId("11111111-1111-4111-8111-111111111111")
PROFILES_FLOW = FlowId("22222222-2222-4222-8222-222222222222")
RAW_FLOW = FlowId("33333333-3333-4333-8333-333333333333")

OPEN, LOCKED, RAW, OFF, OLD = (InletId(sign * 64) for sign in "abcd0")
BATCH_ID = f"{NOON_MS}:7:1"
BODY_BYTES = 65_536
SYNC_PER_MINUTE = 3

CONTENT_TYPE = "application/vnd.adobe.xed-full+json;version=1"
GOOD_TOKEN, OTHER_TOKEN, EXPIRED_TOKEN = "hgt_good", "hgt_other", "hgt_expired"
TRUSTED_TOKEN = "a.trusted.token"

_FLOWS = (
    Flow(id=EVENTS_FLOW, name="events", dataset_id=EVENTS),
    Flow(id=PROFILES_FLOW, name="profiles", dataset_id=PROFILES),
)


ORDERS = MappingSet(
    id="0a" * 16,
    name="orders",
    schema_id=EVENTS_SCHEMA,
    lines=(
        MappingLine(source="id", destination="_id"),
        MappingLine(source="at", destination="timestamp"),
        MappingLine(source="commerce.purchases", destination="eventType", source_type="STATIC"),
        MappingLine(source="total", destination="commerce.order.priceTotal"),
        MappingLine(source="upper(currency)", destination="commerce.order.currencyCode", source_type="EXPRESSION"),
    ),
)
_RAW_INTO_EVENTS = Flow(id=RAW_FLOW, name="raw", dataset_id=EVENTS, mapping_set_id=ORDERS.id)


def an_inlet(inlet_id: InletId, **fields: Any) -> Inlet:
    given: JsonObject = {"connection_id": f"c-{inlet_id[0]}", "name": f"inlet {inlet_id[0]}", "source_id": "crm"}
    return Inlet(id=inlet_id, **given | {"flows": _FLOWS} | fields)


def a_token(token: str, **fields: Any) -> InletToken:
    return InletToken(id=token, name=token, token_hash=token_hash(token), **fields)


@lru_cache
def _ready(name: str) -> JsonObject:
    return load_ready_schema(name)


def streaming_configuration(**fields: Any) -> Configuration:
    inlets = (
        an_inlet(OPEN),
        an_inlet(LOCKED, requires_token=True),
        an_inlet(RAW, data_type="raw", flows=(_RAW_INTO_EVENTS,)),
        an_inlet(OFF, enabled=False),
        an_inlet(OLD, flows=()),
    )
    tokens = (
        a_token(GOOD_TOKEN, inlet_ids=(LOCKED,)),
        a_token(OTHER_TOKEN, inlet_ids=(OPEN,)),
        a_token(EXPIRED_TOKEN, expires_ms=NOON_MS),
    )
    given: JsonObject = {
        "datasets": {
            EVENTS: a_dataset(id=EVENTS, name="events", schema_id=EVENTS_SCHEMA),
            PROFILES: a_dataset(id=PROFILES, name="profiles", schema_id=PROFILES_SCHEMA),
            OTHERS: a_dataset(id=OTHERS, name="others", schema_id=EVENTS_SCHEMA),
        },
        "schemas": {EVENTS_SCHEMA: _ready("demo-events"), PROFILES_SCHEMA: _ready("demo-profiles")},
        "inlets": {inlet.id: inlet for inlet in inlets},
        "tokens": {token.token_hash: token for token in tokens},
        "mapping_sets": {ORDERS.id: ORDERS},
    }
    return a_configuration(**given | fields)


@lru_cache
def stored_schemas() -> StoredSchemas:
    return StoredSchemas()


class Collection:
    """The endpoint with a log in memory. ``now_ms`` is what its clocks say."""

    def __init__(self, *, configuration: Configuration | None = None, **deps: Any) -> None:
        self.log = MemoryEventLog()
        self.now_ms = NOON_MS
        self.counts = CollectionCounts()
        self.used_tokens: list[str] = []
        self.configuration = configuration or streaming_configuration()
        batches, ids = count(1), count(1)
        access = InletAccess(
            configuration=lambda: self.configuration,
            clock_ms=lambda: self.now_ms,
            is_trusted=lambda token: token == TRUSTED_TOKEN,
            note_use=self.used_tokens.append,
        )
        given: dict[str, Any] = {
            "configuration": lambda: self.configuration,
            "access": access,
            "is_record": stored_schemas().is_record,
            "clock_ms": lambda: self.now_ms,
            "new_id": lambda: EventId(f"new-{next(ids)}"),
            "new_batch_id": lambda now_ms: f"{now_ms}:7:{next(batches)}",
            "counts": self.counts,
            "body_bytes": BODY_BYTES,
        }
        endpoint = self.endpoint = CollectionEndpoint(CollectionDeps(**given | deps))
        sync = SyncEndpoint(
            endpoint,
            configuration=lambda: self.configuration,
            compiled=Validators(stored_schemas().compile),
            mapper=Mappers(stored_schemas().resolve),
            window=SlidingWindow(most=SYNC_PER_MINUTE, span_ms=60_000, most_keys=100),
            monotonic_ms=lambda: self.now_ms,
        )
        self.app = CollectionApp(endpoint, sync, self.log)
        self.client = TestClient(self.app, base_url="https://c.shop.example")

    def post(self, path: str, body: object, *, headers: Mapping[str, str] | None = None) -> Response:
        """``path``: below /collection/."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        sent = {"content-type": "application/json"} | dict(headers or {})
        return self.client.post(f"/collection/{path}", content=content, headers=sent)

    def counted(self) -> dict[str, object]:
        """Of messages: how many were taken, and refused by reason."""
        return {"".join(sample.labels) or "taken": sample.value for sample in self.counts.samples()}

    def events(self) -> list[Event]:
        """What is in the log."""
        records = asyncio.run(self._records())
        return [msgspec.json.decode(value, type=Event) for value in records]

    async def _records(self) -> list[bytes]:
        return [record.value for record in await self.log.read(after=BEFORE_FIRST, limit=10_000)]


def an_entity(**fields: Any) -> JsonObject:
    return {
        "_id": "e-1",
        "timestamp": "2026-01-01T12:00:00Z",
        "eventType": "web.webpagedetails.pageViews",
        "identityMap": {"Email": [{"id": "ada@shop.example", "primary": True}]},
    } | fields


def a_person(**fields: Any) -> JsonObject:
    return {"identityMap": {"Email": [{"id": "ada@shop.example", "primary": True}]}, "person": {}} | fields


def a_message(entity: object = None, *, schema_id: str = EVENTS_SCHEMA, header: JsonObject | None = None) -> JsonObject:
    """``header``: laid over the one that it has; None in it takes a field away."""
    reference = {"id": schema_id, "contentType": CONTENT_TYPE}
    dataset_id = {EVENTS_SCHEMA: EVENTS, PROFILES_SCHEMA: PROFILES}.get(SchemaId(schema_id), EVENTS)
    head = {
        "schemaRef": reference,
        "imsOrgId": ORG_ID,
        "datasetId": dataset_id,
        "createdAt": NOON_MS,
        "source": {"name": "feed"},
    } | (header or {})
    body: JsonObject = {"xdmMeta": {"schemaRef": reference}, "xdmEntity": an_entity() if entity is None else entity}
    return {"header": {name: value for name, value in head.items() if value is not None}, "body": body}


def a_legacy_message() -> JsonObject:
    return {
        "header": {
            "msgType": "xdmEntityCreate",
            "msgId": "1",
            "msgVersion": "1.0",
            "xdmSchema": {"name": "_xdm.context.experienceevent"},
            "imsOrgId": ORG_ID,
            "datasetId": EVENTS,
            "createdAt": NOON_MS,
        },
        "body": {"xdmMeta": {"xdmSchema": {"name": "_xdm.context.experienceevent"}}, "xdmEntity": an_entity()},
    }


def without(document: JsonObject, path: str) -> JsonObject:
    """The document without the field at a dotted path."""
    copy: JsonObject = msgspec.json.decode(msgspec.json.encode(document))
    *parents, name = path.split(".")
    parent = copy
    for each in parents:
        parent = parent[each]
    del parent[name]
    return copy


def changed(document: JsonObject, path: str, value: object) -> JsonObject:
    """The document with another value at a dotted path."""
    copy: JsonObject = msgspec.json.decode(msgspec.json.encode(document))
    *parents, name = path.split(".")
    parent = copy
    for each in parents:
        parent = parent[each]
    parent[name] = value
    return copy
