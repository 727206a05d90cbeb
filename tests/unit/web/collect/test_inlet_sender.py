"""What holds for a sender's next message decides it as if its head was read again."""

import msgspec
import pytest

from server.model.json import JsonObject
from server.web.collect.exchange import Request
from tests.builders import NOON_MS
from tests.unit.web.inlets import (
    GOOD_TOKEN,
    LOCKED,
    OFF,
    OPEN,
    PROFILES_SCHEMA,
    RAW,
    RAW_FLOW,
    Collection,
    a_message,
    a_person,
    an_entity,
    streaming_configuration,
)


def _request(path: str, **headers: str) -> Request:
    sent = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    given = {name.encode(): value.encode() for name, value in sent.items()}
    return Request("POST", f"/collection/{path}", b"", given, "192.0.2.1")


_BODIES: list[JsonObject] = [
    a_message(),
    a_message(an_entity(_id="e-2")),
    a_message(a_person(), schema_id=PROFILES_SCHEMA),
    a_message(header={"imsOrgId": "OTHER@AdobeOrg"}),
    a_message({"total": [[[]]] * 9, "_id": "last"}),
    {"header": {}},
]


def test_each_message_is_decided_as_if_it_came_alone() -> None:
    again, alone = Collection(), Collection()
    request = _request(OPEN)
    sender = again.endpoint.sender(request)
    assert sender is not None

    for minute, document in enumerate(_BODIES):
        again.now_ms = alone.now_ms = NOON_MS + minute * 60_000
        body = msgspec.json.encode(document)
        assert sender.decide("", body) == alone.endpoint.decide(request, body)

    assert again.counted() == alone.counted()
    assert again.counted()["taken"] == 4


def test_raw_data_is_taken_in_the_same_way() -> None:
    collection = Collection()
    sender = collection.endpoint.sender(_request(RAW, x_adobe_flow_id=RAW_FLOW))
    assert sender is not None

    decision = sender.decide("", b'{"id":"o-1","total":5}')

    assert decision.answer.status == 200
    assert len(decision.values) == 1


def test_what_is_no_json_is_refused() -> None:
    sender = Collection().endpoint.sender(_request(OPEN))
    assert sender is not None

    decision = sender.decide("", b"{")

    assert (decision.values, decision.answer.status) == ((), 400)


@pytest.mark.parametrize(
    "request_",
    [
        _request(LOCKED, authorization=f"Bearer {GOOD_TOKEN}"),
        _request(f"batch/{OPEN}"),
        _request(OPEN, x_request_id="0b6f1c1e-6a52-4d6c-9b0b-1f2f3a4b5c6d"),
        _request(OPEN, content_encoding="gzip"),
        _request(OFF),
        _request("nobodys"),
    ],
    ids=["token", "batch", "request id", "encoding", "switched off", "unknown"],
)
def test_what_has_to_be_looked_at_each_time_has_no_sender(request_: Request) -> None:
    assert Collection().endpoint.sender(request_) is None


def test_another_configuration_is_asked_anew() -> None:
    collection = Collection()
    sender = collection.endpoint.sender(_request(OPEN))
    assert sender is not None
    assert sender.is_current()

    collection.configuration = streaming_configuration(revision=2)

    assert not sender.is_current()
