import copy
from itertools import count
from typing import Any

import msgspec
import pytest

from server.model.event import Event, EventId
from server.pipeline.admit import Beacon, admit
from server.wire.edge import EdgeEvent, EdgeRequest, Meta
from tests.builders import DATASET_ID, ECID_A, NOON_MS, a_client, a_datastream

REQUEST_ID = "0b6f1c1e-6a52-4d6c-9b0b-1f2f3a4b5c6d"


def _admit(
    *xdms: dict[str, Any], request_id: str = "", queue_ms: int = 0, shared: dict[str, Any] | None = None
) -> list[Event]:
    numbers = count(1)
    beacon = Beacon(id="b", request_id=request_id, received_ms=NOON_MS, client=a_client(), origin_mismatch=False)
    request = EdgeRequest(
        events=[EdgeEvent.of(xdm) for xdm in xdms], meta=Meta(queue_time_millis=queue_ms), xdm=shared or {}
    )
    events = admit(
        request,
        beacon,
        a_datastream(),
        dataset_id=DATASET_ID,
        ecid=ECID_A,
        consent="state",
        new_id=lambda: EventId(f"new-{next(numbers)}"),
    )
    return [msgspec.json.decode(msgspec.json.encode(event), type=Event) for event in events]


def test_ids_and_time_of_the_client_are_kept() -> None:
    [event] = _admit({"_id": "mine", "timestamp": "2026-01-01T00:00:00Z"})

    assert event.id == event.xdm["_id"] == "mine"
    assert event.xdm["timestamp"] == "2026-01-01T00:00:00Z"
    assert event.dataset_id == DATASET_ID
    assert event.consent == "state"


def test_without_a_request_id_an_event_without_id_gets_a_new_one() -> None:
    assert [event.id for event in _admit({}, {})] == ["new-1", "new-2"]


def test_a_retry_of_the_request_is_the_same_events() -> None:
    first, retry = _admit({}, {}, request_id=REQUEST_ID), _admit({}, {}, request_id=REQUEST_ID.upper())

    assert [event.id for event in first] == [event.id for event in retry]
    assert first[0].id != first[1].id


@pytest.mark.parametrize("wrong", [5, "", None, ["x"], "x" * 257])
def test_an_id_of_the_wrong_kind_is_replaced(wrong: object) -> None:
    assert _admit({"_id": wrong})[0].id == "new-1"


def test_a_missing_time_is_ours_less_what_the_event_waited() -> None:
    assert _admit({}, queue_ms=1_500)[0].xdm["timestamp"] == "2026-01-01T11:59:58.500Z"
    assert _admit({}, queue_ms=-5)[0].xdm["timestamp"] == "2026-01-01T12:00:00.000Z"
    assert _admit({}, queue_ms=10**12)[0].xdm["timestamp"] == "2026-01-01T11:55:00.000Z"


def test_the_ecid_is_put_in_as_primary() -> None:
    ecid = [{"id": ECID_A, "authenticatedState": "ambiguous", "primary": True}]

    assert _admit({})[0].xdm["identityMap"] == {"ECID": ecid}


def test_a_primary_of_the_client_stays_the_primary_and_device_ids_go() -> None:
    customer = [{"id": "C-1", "primary": True}]

    identity_map = _admit({"identityMap": {"CustomerId": customer, "FPID": [{"id": "x"}], "ECID": [{"id": "old"}]}})[
        0
    ].xdm["identityMap"]

    assert identity_map == {
        "CustomerId": customer,
        "ECID": [{"id": ECID_A, "authenticatedState": "ambiguous", "primary": False}],
    }


def test_an_identity_map_that_is_none_is_left_for_validation_to_name() -> None:
    assert _admit({"identityMap": "oops"})[0].xdm["identityMap"] == "oops"


def test_what_came_is_not_changed() -> None:
    xdm = {"identityMap": {"CustomerId": [{"id": "C-1"}]}}
    before = copy.deepcopy(xdm)

    _admit(xdm)

    assert xdm == before


def test_what_all_events_share_lies_below_each_and_its_identity_is_not_repeated() -> None:
    shared = {"device": {"type": "mobile", "model": "x"}, "identityMap": {"ECID": [{"id": "old"}], "Email": []}}

    first, second = _admit({"device": {"model": "y"}}, {}, shared=shared)

    assert first.xdm["device"] == {"type": "mobile", "model": "y"}
    assert second.xdm["device"] == {"type": "mobile", "model": "x"}
    assert list(first.xdm["identityMap"]) == ["ECID"]


@pytest.mark.parametrize("shared", [{}, {"web": {}}])
@pytest.mark.parametrize("ecid", [ECID_A, ""])
def test_an_event_keeps_its_rule_whatever_becomes_of_its_xdm(shared: dict[str, Any], ecid: str) -> None:
    event = msgspec.structs.replace(EdgeEvent.of({"eventType": "t"}), rule="add-to-cart")

    [admitted] = admit(
        EdgeRequest(events=[event], xdm=shared),
        Beacon(id="b", request_id="", received_ms=NOON_MS, client=a_client(), origin_mismatch=False),
        a_datastream(),
        dataset_id=DATASET_ID,
        ecid=ecid,
        consent="state",
        new_id=lambda: EventId("new"),
    )

    assert admitted.rule == "add-to-cart"
