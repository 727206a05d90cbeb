"""Streamed messages: what is found wrong with each when it is processed, and what raw data becomes."""

from collections.abc import Sequence
from typing import Any

import pytest

from server.model.dataset import DatasetId
from server.model.datastream import Configuration
from server.model.event import Event
from server.model.ingestion import Ingestion, Operations
from server.model.inlet import InletId
from server.model.json import JsonObject
from server.model.outcome import FailedEvent, FailureReason, Position
from server.pipeline.arrive import arrive
from server.workers.mappers import Mappers
from tests.builders import a_dataset, an_event
from tests.unit.web.inlets import (
    EVENTS,
    EVENTS_FLOW,
    EVENTS_SCHEMA,
    OLD,
    OPEN,
    OTHERS,
    PROFILES,
    PROFILES_SCHEMA,
    RAW,
    RAW_FLOW,
    stored_schemas,
    streaming_configuration,
)

SOURCE = Position(partition=0, offset=7)


def no_mapper(_configuration: Configuration, _mapping_set_id: str) -> None:
    return None


def ingestion(**fields: Any) -> Ingestion:
    given: JsonObject = {"source": "feed", "schema_id": EVENTS_SCHEMA, "schema_version": "1"}
    return Ingestion(**given | fields)


def arrived(dataset_id: DatasetId = EVENTS, *, inlet_id: InletId = OPEN, **fields: Any) -> Event | FailedEvent:
    event = an_event(datastream_id=inlet_id, dataset_id=dataset_id, ingestion=ingestion(**fields))
    return arrive(event, SOURCE, streaming_configuration(), no_mapper)


@pytest.mark.parametrize(
    ("dataset_id", "fields", "reason", "messages"),
    [
        (EVENTS, {"source": None}, FailureReason.MALFORMED_MESSAGE, ["Payload header is missing Source Name"]),
        (EVENTS, {"has_entity": False}, FailureReason.MALFORMED_MESSAGE, ["Payload body is missing xdmEntity"]),
        (
            EVENTS,
            {"source": None, "has_entity": False},
            FailureReason.MALFORMED_MESSAGE,
            ["Payload header is missing Source Name", "Payload body is missing xdmEntity"],
        ),
        (
            PROFILES,
            {},
            FailureReason.SCHEMA_MISMATCH,
            [f"Message does not match dataset schema reference: the dataset's is {PROFILES_SCHEMA}"],
        ),
        (
            EVENTS,
            {"schema_version": "2"},
            FailureReason.SCHEMA_MISMATCH,
            [f"Message does not match dataset schema reference: the dataset's is {EVENTS_SCHEMA}, version 1, not 2"],
        ),
        ("0" * 24, {}, FailureReason.UNKNOWN_DATASET, [f"dataset '{'0' * 24}' does not exist"]),
        (
            "",
            {},
            FailureReason.UNKNOWN_DATASET,
            ["the message names no dataset, and the connection has not exactly one dataflow"],
        ),
        (OTHERS, {}, FailureReason.UNKNOWN_DATASET, ["the connection has no dataflow into the dataset others"]),
        (
            PROFILES,
            {"flow_id": EVENTS_FLOW, "schema_id": PROFILES_SCHEMA},
            FailureReason.UNKNOWN_DATASET,
            ["the connection has no dataflow into the dataset profiles"],
        ),
    ],
)
def test_what_the_platform_finds_later_fails_the_event_with_its_text(
    dataset_id: DatasetId, fields: JsonObject, reason: FailureReason, messages: Sequence[str]
) -> None:
    failed = arrived(dataset_id, **fields)

    assert isinstance(failed, FailedEvent)
    assert (failed.reason, failed.stage, failed.source) == (reason, "ingest", SOURCE)
    assert [violation.message for violation in failed.violations] == messages
    assert failed.event is not None
    assert failed.event.dataset_id == dataset_id


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"flow_id": EVENTS_FLOW},
        {"schema_version": ""},
        {"source": ""},
        # A connection may be deleted after the message was taken.
        {"inlet_id": InletId("7" * 64)},
        {"inlet_id": OLD, "flow_id": ""},
    ],
)
def test_what_is_well_goes_on_as_it_is(fields: JsonObject) -> None:
    event = arrived(**fields)

    assert isinstance(event, Event)


@pytest.mark.parametrize("event", [an_event(dataset_id=EVENTS), an_event(dataset_id=EVENTS, ingestion=Ingestion())])
def test_a_dataset_that_is_switched_off_takes_nothing_by_any_door(event: Event) -> None:
    dataset = a_dataset(id=EVENTS, name="events", schema_id=EVENTS_SCHEMA, enabled=False)
    configuration = streaming_configuration(datasets={EVENTS: dataset})

    outcome = arrive(event, Position(partition=0, offset=0), configuration, no_mapper)

    assert isinstance(outcome, FailedEvent)
    assert (outcome.reason, outcome.stage) == (FailureReason.UNKNOWN_DATASET, "route")
    assert "events is switched off" in outcome.violations[0].message


def test_an_event_of_a_beacon_is_none_of_this_files_business() -> None:
    event = an_event(dataset_id=DatasetId("nothing"))

    assert arrive(event, SOURCE, streaming_configuration(), no_mapper) is event


def mapped(data: JsonObject, *, configuration: Configuration | None = None, **fields: Any) -> Event | FailedEvent:
    given: JsonObject = {"flow_id": RAW_FLOW, "is_raw": True, "schema_id": "", "schema_version": ""}
    said = ingestion(**given | fields)
    event = an_event(id="new-1", datastream_id=RAW, dataset_id=EVENTS, data=data, xdm={"_id": "new-1"}, ingestion=said)
    return arrive(event, SOURCE, configuration or streaming_configuration(), Mappers(stored_schemas().resolve))


def test_raw_data_becomes_xdm_and_is_called_by_its_id() -> None:
    event = mapped({"id": "o-1", "at": "2026-01-31 09:30:00", "total": "12.5", "currency": "chf"})

    assert isinstance(event, Event)
    assert event.id == "o-1"
    assert event.xdm == {
        "_id": "o-1",
        "timestamp": "2026-01-31T09:30:00.000Z",
        "eventType": "commerce.purchases",
        "commerce": {"order": {"priceTotal": 12.5, "currencyCode": "CHF"}},
    }
    assert event.ingestion is not None
    assert event.ingestion.warnings == ()


def test_a_line_without_a_value_leaves_its_field_out_and_is_kept_as_a_warning() -> None:
    event = mapped({"at": "soon", "total": "much"})

    assert isinstance(event, Event)
    assert (event.id, event.xdm) == ("new-1", {"eventType": "commerce.purchases"})
    assert event.ingestion is not None
    assert [(warning.path, warning.message) for warning in event.ingestion.warnings] == [
        ("/timestamp", "'soon' is no date that is known here: give its pattern"),
        ("/commerce/order/priceTotal", "expected a number"),
    ]


def test_a_partial_update_keeps_its_own_id() -> None:
    event = mapped({"id": "o-1"}, operations=Operations(data="merge"))

    assert isinstance(event, Event)
    assert (event.id, event.xdm["_id"]) == ("new-1", "o-1")


@pytest.mark.parametrize("changes", [{"mapping_sets": {}}, {"inlets": {}}, {"schemas": {}}])
def test_without_a_mapping_set_raw_data_fails_and_can_be_processed_again(changes: JsonObject) -> None:
    failed = mapped({"id": "o-1"}, configuration=streaming_configuration(**changes))

    assert isinstance(failed, FailedEvent)
    assert (failed.reason, failed.stage) == (FailureReason.MAPPING_FAILED, "map")
    assert failed.event is not None
    assert failed.event.data == {"id": "o-1"}
