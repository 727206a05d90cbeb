"""What a page sends beside its XDM, made XDM by its datastream's mapping."""

from typing import Any

import pytest

from server.model.event import Event
from server.model.identity import ECID
from server.model.json import JsonObject
from server.model.mapping import MappingLine, MappingSet
from server.model.outcome import FailedEvent, FailureReason, Offset, Position
from server.pipeline.arrive import arrive
from server.pipeline.data_mapping import laid_over
from server.prep.mapper import Mapper
from tests.builders import a_configuration, a_dataset, a_datastream, an_event, an_xdm
from tests.unit.schema.builders import demo_events

SOURCE = Position(partition=0, offset=Offset(1))
SCHEMA = demo_events()
LINES = (
    MappingLine(source="data.order.total", destination="commerce.order.priceTotal"),
    MappingLine(source="xdm.eventType", destination="commerce.order.purchaseID"),
    MappingLine(source="data.id", destination="_id"),
)


def arrived(
    event: Event, *lines: MappingLine, schema_id: str | None = None, mapper: bool = True
) -> Event | FailedEvent:
    wanted = a_dataset().schema_id if schema_id is None else schema_id
    mapping_set = MappingSet(id="m", name="m", schema_id=wanted, lines=lines or LINES)
    configuration = a_configuration(datastreams=(a_datastream(mapping_set_id="m"),), mapping_sets={"m": mapping_set})
    made = Mapper(mapping_set.lines, SCHEMA) if mapper else None
    return arrive(event, SOURCE, configuration, lambda _configuration, _id: made)


def xdm_of(event: Event | FailedEvent) -> JsonObject:
    assert isinstance(event, Event)
    return event.xdm


def test_data_is_laid_over_what_the_page_said_and_stays_with_the_event() -> None:
    event = an_event(xdm=an_xdm(commerce={"order": {"currencyCode": "CHF"}}), data={"order": {"total": "9.5"}})

    found = arrived(event)

    assert xdm_of(found)["commerce"]["order"] == {
        "currencyCode": "CHF",
        "priceTotal": 9.5,
        "purchaseID": event.xdm["eventType"],
    }
    assert isinstance(found, Event)
    assert found.data == event.data


def test_it_stays_the_same_event_whatever_the_mapping_says() -> None:
    event = an_event(data={"id": "other"})

    found = arrived(event)

    assert (xdm_of(found)["_id"], event.id) == (event.id, xdm_of(found)["_id"])


def test_an_event_without_data_is_left_alone() -> None:
    event = an_event()

    assert arrived(event) is event


def test_what_cannot_be_evaluated_is_left_out_and_said() -> None:
    found = arrived(an_event(data={"order": {"total": "much"}}))

    assert isinstance(found, Event)
    assert "priceTotal" not in found.xdm.get("commerce", {}).get("order", {})
    assert [(warning.path, warning.message) for warning in found.warnings] == [
        ("/commerce/order/priceTotal", "expected a number")
    ]


def test_a_mapping_that_cannot_be_used_fails_the_event_so_that_it_can_be_replayed() -> None:
    found = arrived(an_event(data={"a": 1}), mapper=False)

    assert isinstance(found, FailedEvent)
    assert found.reason is FailureReason.MAPPING_FAILED


def test_events_that_go_into_a_dataset_of_another_schema_are_not_mapped() -> None:
    event = an_event(data={"order": {"total": 1}})

    assert arrived(event, schema_id="https://ns.example.com/other") is event


def identity(value: str, **more: Any) -> list[JsonObject]:
    return [{"id": value, **more}]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ({ECID: identity("forged")}, {ECID: identity("1", primary=True)}),
        (
            {"Email": identity("a@b.ch")},
            {ECID: identity("1", primary=True), "Email": identity("a@b.ch")},
        ),
        (
            {"Email": identity("a@b.ch", primary=True)},
            {ECID: identity("1", primary=False), "Email": identity("a@b.ch", primary=True)},
        ),
    ],
)
def test_a_primary_identity_of_the_mapping_comes_before_the_browsers_which_stays(
    made: JsonObject, expected: JsonObject
) -> None:
    xdm = {"_id": "e-1", "identityMap": {ECID: identity("1", primary=True)}}

    assert laid_over(xdm, {"identityMap": made})["identityMap"] == expected
    assert xdm["identityMap"] == {ECID: identity("1", primary=True)}
