"""Streamed messages: which event each becomes, and what its sender is told at once."""

from collections.abc import Mapping

import msgspec
import pytest

from server.model.datastream import Configuration
from server.model.event import ClientInfo, Event
from server.model.ingestion import Ingestion, Operations
from server.model.inlet import Flow, FlowId, InletId
from server.model.json import JsonObject
from tests.builders import NOON_MS
from tests.unit.web.inlets import (
    BATCH_ID,
    EVENTS,
    EVENTS_FLOW,
    EVENTS_SCHEMA,
    OPEN,
    OTHERS,
    PROFILES,
    PROFILES_SCHEMA,
    RAW,
    RAW_FLOW,
    Collection,
    a_message,
    a_person,
    an_entity,
    an_inlet,
    streaming_configuration,
    without,
)

REQUEST_ID = "0B6F1C1E-6A52-4D6C-9B0B-1F2F3A4B5C6D"


def inlet_with_flows(**enabled: bool) -> Configuration:
    """OPEN with flows into ``events`` and ``profiles``, each on or off."""
    datasets = {"events": EVENTS, "profiles": PROFILES, "others": OTHERS}
    flows = tuple(
        Flow(id=FlowId(name), name=name, dataset_id=datasets[name], enabled=is_on) for name, is_on in enabled.items()
    )
    return streaming_configuration(inlets={OPEN: an_inlet(OPEN, flows=flows)})


def stored(message: JsonObject, inlet: InletId = OPEN, *, headers: Mapping[str, str] | None = None) -> Event:
    """The one event in the log after the message was sent."""
    collection = Collection()
    assert collection.post(inlet, message, headers=headers).status_code == 200
    [event] = collection.events()
    return event


def test_an_event_goes_to_the_log_as_it_came_with_what_its_message_said() -> None:
    entity = an_entity(web={"webPageDetails": {"name": "Zürich \\ \u2028"}})

    event = stored(a_message(entity, header={"flowId": EVENTS_FLOW}))

    assert event == Event(
        id="e-1",  # type: ignore[arg-type]  # as any reader of the log sees it
        datastream_id=OPEN,  # type: ignore[arg-type]
        dataset_id=EVENTS,
        received_ms=NOON_MS,
        beacon_id=BATCH_ID,
        client=ClientInfo(),
        xdm=entity,
        ingestion=Ingestion(flow_id=EVENTS_FLOW, source="feed", schema_id=EVENTS_SCHEMA, schema_version="1"),
    )


def test_nothing_is_added_that_the_sender_left_out() -> None:
    event = stored(a_message({"eventType": "x"}))

    assert event.xdm == {"eventType": "x"}
    assert event.id == "new-1"


def test_without_a_source_it_is_the_connections() -> None:
    event = stored(a_message(header={"source": None}))

    assert event.ingestion is not None
    assert event.ingestion.source == "crm"


def test_a_records_own_id_is_not_its_events_because_a_new_version_has_the_same() -> None:
    message = a_message(a_person(_id="customer-1"), schema_id=PROFILES_SCHEMA)

    assert stored(message).id == "new-1"


def test_a_retry_with_its_request_id_is_the_same_event() -> None:
    record = a_message(a_person(), schema_id=PROFILES_SCHEMA)

    first, again = (stored(record, headers={"x-request-id": spelled}) for spelled in (REQUEST_ID, REQUEST_ID.lower()))

    assert first.id == again.id != "new-1"
    assert stored(record, headers={"x-request-id": "not a uuid"}).id == "new-1"


@pytest.mark.parametrize("id_", [1e308, 5, None, "", "x" * 257, {"a": 1}])
def test_what_is_no_id_is_left_for_validation_to_find(id_: object) -> None:
    assert stored(a_message(an_entity(_id=id_))).id == "new-1"


_FLOW_OFF = "Message names no dataflow, and all that it could go by are switched off"
_UNKNOWN_FLOW = "Message names a dataflow that this connection does not have, or that is switched off"


@pytest.mark.parametrize(
    ("flows", "header", "said"),
    [
        ({"events": False}, {}, _FLOW_OFF),
        ({"events": False}, {"datasetId": None}, _FLOW_OFF),
        ({"events": False, "profiles": True}, {}, _FLOW_OFF),
        ({"events": False, "profiles": False}, {"datasetId": None}, _FLOW_OFF),
        ({"events": False}, {"flowId": "events"}, _UNKNOWN_FLOW),
    ],
)
def test_what_goes_by_a_dataflow_that_is_off_is_refused_at_once(
    flows: Mapping[str, bool], header: JsonObject, said: str
) -> None:
    collection = Collection(configuration=inlet_with_flows(**flows))

    answer = collection.post(OPEN, a_message(header=header))

    assert answer.status_code == 400
    assert answer.json()["report"]["message"].endswith(said)
    assert collection.events() == []


@pytest.mark.parametrize(
    ("flows", "header", "went"),
    [
        # One that is on decides, whatever is off beside it.
        ({"events": True, "profiles": False}, {"datasetId": None}, ("events", EVENTS)),
        ({"events": False, "profiles": True}, {"datasetId": None}, ("profiles", PROFILES)),
        # Found out when it is processed: until then somebody may make a dataflow.
        ({"events": False}, {"datasetId": OTHERS}, ("", OTHERS)),
        ({"events": True, "profiles": True}, {"datasetId": None}, ("", "")),
        ({}, {}, ("", EVENTS)),
    ],
)
def test_what_could_go_by_no_dataflow_or_by_several_is_for_the_core(
    flows: Mapping[str, bool], header: JsonObject, went: tuple[str, str]
) -> None:
    collection = Collection(configuration=inlet_with_flows(**flows))

    assert collection.post(OPEN, a_message(header=header)).status_code == 200

    [event] = collection.events()
    assert event.ingestion is not None
    assert (event.ingestion.flow_id, event.dataset_id) == went


def test_operations_that_create_leave_an_event_its_id() -> None:
    assert stored(a_message(header={"operations": {"data": "create"}})).id == "e-1"


def test_a_partial_update_is_an_event_of_its_own_whatever_its_id() -> None:
    event = stored(a_message(header={"operations": {"data": "merge"}}))

    assert event.id == "new-1"
    assert event.ingestion is not None
    assert event.ingestion.operations == Operations(data="merge")
    assert event.ingestion.is_partial


def test_raw_data_is_kept_as_it_came_until_it_is_mapped() -> None:
    event = stored({"id": 1, "header": "mine"}, RAW, headers={"x-adobe-flow-id": RAW_FLOW})

    assert (event.data, event.xdm, event.dataset_id) == ({"id": 1, "header": "mine"}, {}, EVENTS)
    assert event.ingestion is not None
    assert event.ingestion.is_raw


def test_a_raw_row_with_operations_keeps_only_its_attributes() -> None:
    operations = {"data": "merge", "identity": "create", "identityDatasetId": OTHERS}

    event = stored({"header": {"flowId": RAW_FLOW, "operations": operations}, "body": {"city": "Bern"}}, RAW)

    assert event.data == {"city": "Bern"}
    assert event.ingestion is not None
    assert event.ingestion.operations == Operations(data="merge", identity="create", identity_dataset_id=OTHERS)


@pytest.mark.parametrize("operations", [{"data": "update"}, {"identity": "delete"}, "merge"])
def test_unknown_operations_are_refused_at_once(operations: object) -> None:
    answer = Collection().post(OPEN, a_message(header={"operations": operations}))

    assert answer.status_code == 400
    assert "Message has header.operations that are not known" in answer.json()["report"]["message"]


def test_what_is_encoded_for_the_log_is_an_event_and_nothing_more() -> None:
    event = stored(without(a_message(), "body.xdmEntity.eventType"))

    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
