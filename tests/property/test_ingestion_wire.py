"""Streaming ingestion: whatever bytes come, there is an answer in the protocol's shape, and never an exception."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from server.model.json import JsonObject
from server.schema.compile import compile_schema
from server.web.collect.exchange import Request
from server.wire.bodies import BodyError, decode_body
from server.wire.ingestion_limits import TOO_DEEP, exceeded
from server.wire.json import MAX_DEPTH_LEVELS
from server.wire.violation_report import report_violations
from tests.unit.schema.builders import demo_events
from tests.unit.web.inlets import EVENTS_SCHEMA, OPEN, RAW, RAW_FLOW, Collection, a_message, an_entity

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
_REFERENCE = {"id": EVENTS_SCHEMA, "contentType": "application/vnd.adobe.xed-full+json;version=1"}
_fields: dict[str, st.SearchStrategy[Any]] = {
    "schemaRef": st.just(_REFERENCE) | _json,
    "imsOrgId": st.just("TEST@AdobeOrg") | _json,
    "datasetId": st.just("e" * 24) | _json,
    "flowId": _json,
    "createdAt": _json,
    "source": st.just({"name": "x"}) | _json,
    "operations": st.just({"data": "merge"}) | _json,
}
_messages = st.fixed_dictionaries(
    {},
    optional={
        "header": st.fixed_dictionaries({}, optional=_fields) | _json,
        "body": st.fixed_dictionaries(
            {},
            optional={
                "xdmMeta": st.just({"schemaRef": _REFERENCE}) | _json,
                "xdmEntity": st.just(an_entity()) | _json,
            },
        )
        | _json,
    },
)
_PATHS = (OPEN, RAW, f"batch/{OPEN}", f"batch/{RAW}")


def assert_answered(body: bytes, path: str, encoding: str = "") -> JsonObject:
    """The answer's body; that it is one of the protocol's, and stores what it says, is checked."""
    collection = Collection()
    headers = {b"content-type": b"application/json", b"x-adobe-flow-id": RAW_FLOW.encode()}
    if path.endswith(OPEN):
        del headers[b"x-adobe-flow-id"]
    if encoding:
        headers[b"content-encoding"] = encoding.encode("latin-1")
    request = Request("POST", f"/collection/{path}", b"", headers, "192.0.2.1")

    decision = collection.endpoint.decide(request, body)
    values, answer = decision.values, decision.answer

    document: JsonObject = json.loads(answer.body)
    if answer.status == 207:
        assert len([item for item in document["responses"] if "status" not in item]) == len(values)
        assert all(("status" in item) == ("message" in item) for item in document["responses"])
    elif answer.status == 200:
        assert len(values) == 1
    else:
        assert answer.status in (400, 413, 415)
        assert (document["status"], list(values)) == (answer.status, [])
        assert document["report"]["message"]
    return document


@pytest.mark.parametrize("path", _PATHS)
@given(body=st.binary())
def test_any_bytes_have_an_answer(body: bytes, path: str) -> None:
    assert_answered(body, path)


@pytest.mark.parametrize("path", _PATHS)
@given(document=_json | _messages | st.fixed_dictionaries({"messages": st.lists(_messages | _json, max_size=4)}))
def test_any_json_has_an_answer(document: object, path: str) -> None:
    assert_answered(json.dumps(document).encode(), path)


_numbers = st.sampled_from(["1e999", "-1e400", "1" * 5_000, "1e-999", "-0", "18446744073709551616", "0.1E+00007"])
_places = st.sampled_from(
    ["HUGE", "imsOrgId", "datasetId", "_id", "timestamp", "schemaRef", "source", "xdmEntity", "header"]
)


@pytest.mark.parametrize("path", _PATHS)
@given(number=_numbers, place=_places, message=_messages)
def test_a_number_beyond_any_type_has_an_answer(number: str, place: str, message: JsonObject, path: str) -> None:
    text = json.dumps({"messages": [message, a_message()]} if "batch" in path else message)

    assert_answered(re.sub(f'"{place}": ("[^"]*"|null)', f'"{place}": {number}', text).encode(), path)
    assert_answered(text.replace('"e-1"', number).encode(), path)


@given(messages=st.lists(_messages | _json, max_size=6))
def test_every_message_of_a_batch_has_its_answer(messages: list[object]) -> None:
    clean = json.loads(json.dumps(messages).replace("NaN", "0").replace("-Infinity", "0").replace("Infinity", "0"))

    document = assert_answered(json.dumps({"messages": clean}).encode(), f"batch/{OPEN}")

    if "responses" in document:
        assert [item["xactionId"].rpartition("-")[2] for item in document["responses"]] == [
            str(index) for index in range(len(clean))
        ]


@given(position=st.integers(min_value=0), garbage=st.binary(min_size=1, max_size=3))
def test_a_good_message_with_garbage_in_it_has_an_answer(position: int, garbage: bytes) -> None:
    body = json.dumps(a_message()).encode()
    at = position % len(body)

    assert_answered(body[:at] + garbage + body[at + len(garbage) :], OPEN)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
@given(body=st.binary())
def test_any_bytes_in_any_encoding_have_an_answer(body: bytes, encoding: str) -> None:
    assert_answered(body, OPEN, encoding)


@given(plain=st.binary(max_size=2_000))
@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstd.compress)]
)
def test_encodings_round_trip(plain: bytes, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    assert decode_body(pack(plain), encoding, limit_bytes=2_000) == plain


@given(body=st.binary(), encoding=st.sampled_from(["gzip", "deflate", "br", "zstd"]))
def test_any_body_is_decoded_or_refused(body: bytes, encoding: str) -> None:
    try:
        plain = decode_body(body, encoding, limit_bytes=100)
    except BodyError:
        plain = b""

    assert len(plain) <= 100


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


@given(value=_json, more=st.integers(min_value=0, max_value=80))
def test_the_depth_is_that_of_the_values(value: object, more: int) -> None:
    for _ in range(more):
        value = [value]

    assert (exceeded(json.dumps(value).encode()) == TOO_DEEP) == (_depth(value) > MAX_DEPTH_LEVELS)


_SCHEMA = demo_events()
_VALIDATOR = compile_schema(_SCHEMA)
_paths = st.sampled_from(
    ["_id", "timestamp", "eventType", "web", "identityMap", "productListItems", "commerce", "nick", "environment"]
)


def _leaves(node: JsonObject) -> int:
    below = node["causingExceptions"]
    return sum(map(_leaves, below)) if below else 1


@settings(deadline=None)
@given(changes=st.dictionaries(_paths, _json, min_size=1, max_size=4))
def test_a_report_counts_its_leaves_and_points_into_the_document(changes: JsonObject) -> None:
    document = json.loads(json.dumps(an_entity() | changes).replace("NaN", "0").replace("Infinity", "0"))
    violations = _VALIDATOR.violations(document)

    if violations:
        root = report_violations(violations, document, _SCHEMA)

        assert _leaves(root) == min(len(violations), 5)
        assert ("keyword" in root) == (not root["causingExceptions"])
        if root["causingExceptions"]:
            assert root["message"] == f"{_leaves(root)} schema violations found"
