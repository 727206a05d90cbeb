"""Factories of valid values: `an_event(xdm={…})`. Every argument has a default; what a test is about, it gives."""

from typing import Any

import msgspec

from server.model.datastream import Configuration, Dataset, DatasetId, Datastream, DatastreamId
from server.model.dead_letter import DeadLetter
from server.model.event import ClientInfo, Event, EventId
from server.model.json import JsonObject
from server.model.outcome import Addition, FailedEvent, FailureReason, Position, Processed
from server.model.schema import SchemaId, Violation

ORG_ID = "TEST@AdobeOrg"
ECID_A = "10000000000000000001" + "0" * 18
ECID_B = "20000000000000000002" + "0" * 18
DATASET_ID = DatasetId("0123456789abcdef01234567")
SCHEMA_ID = SchemaId("https://ns.heliograph.dev/test/schemas/events")
NOON_MS = 1_767_268_800_000
"""2026-01-01T12:00:00Z."""

CHROME_USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)


def an_xdm(**fields: Any) -> JsonObject:
    """A page view; ``fields`` are laid over its top level."""
    return {
        "_id": "e-1",
        "timestamp": "2026-01-01T12:00:00.000Z",
        "eventType": "web.webpagedetails.pageViews",
        "identityMap": {"ECID": [{"id": ECID_A, "authenticatedState": "ambiguous", "primary": True}]},
        "web": {"webPageDetails": {"URL": "https://shop.example/", "name": "home", "pageViews": {"value": 1}}},
    } | fields


def a_client(**fields: Any) -> ClientInfo:
    return ClientInfo(**{"ip": "192.0.2.0", "user_agent": CHROME_USER_AGENT, "accept_language": "de-CH"} | fields)


def an_event(**fields: Any) -> Event:
    """``xdm`` and ``id`` go together unless both are given."""
    xdm = fields.pop("xdm", None) or an_xdm()
    identifier = fields.pop("id", None) or xdm.get("_id", "e-1")
    given: JsonObject = {
        "id": EventId(identifier),
        "datastream_id": DatastreamId("test"),
        "dataset_id": DATASET_ID,
        "received_ms": NOON_MS,
        "beacon_id": "b-1",
        "client": a_client(),
        "xdm": xdm | {"_id": identifier},
    }
    return Event(**given | fields)


def a_processed(
    *, offset: int = 0, duplicate: bool = False, additions: tuple[Addition, ...] = (), **event: Any
) -> Processed:
    return Processed(
        event=an_event(**event),
        source=Position(partition=0, offset=offset),
        additions=additions,
        duplicate=duplicate,
    )


def a_failed(*, offset: int = 0, **fields: Any) -> FailedEvent:
    given: JsonObject = {
        "source": Position(partition=0, offset=offset),
        "reason": FailureReason.SCHEMA_VIOLATION,
        "stage": "validate",
        "violations": (Violation(path="/web", keyword="type", message="expected an object, found the number 5"),),
        "event": an_event(),
    }
    return FailedEvent(**given | fields)


def a_letter(**fields: Any) -> DeadLetter:
    given: JsonObject = {
        "sink": "lake",
        "offset": 7,
        "reason": "price is text in the table and a number in the schema",
        "processed": a_processed(),
        "cure": "Undo the change of the schema, then retry.",
        "refused_ms": NOON_MS,
    }
    return DeadLetter(**given | fields)


def a_dataset(**fields: Any) -> Dataset:
    given: JsonObject = {"id": DATASET_ID, "name": "test-events", "schema_id": SCHEMA_ID, "profile_enabled": True}
    return Dataset(**given | {"identity_enabled": True} | fields)


def a_datastream(**fields: Any) -> Datastream:
    given: JsonObject = {"id": DatastreamId("test"), "name": "Test", "org_id": ORG_ID, "dataset_id": DATASET_ID}
    return Datastream(**given | {"allowed_origins": ("https://shop.example",)} | fields)


def a_configuration(*, datastreams: tuple[Datastream, ...] | None = None, **fields: Any) -> Configuration:
    streams = (a_datastream(),) if datastreams is None else datastreams
    given: JsonObject = {
        "revision": 1,
        "org_id": ORG_ID,
        "sandbox": "prod",
        "datastreams": {stream.id: stream for stream in streams},
        "datasets": {DATASET_ID: a_dataset()},
        "schemas": {},
        "builds": {},
    }
    return Configuration(**given | fields)


def encoded(value: msgspec.Struct) -> bytes:
    """As the event log holds it."""
    return msgspec.json.encode(value)
