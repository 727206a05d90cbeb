"""Messages out of bytes: what the tables of tests/contract/test_collection.py do not show."""

import msgspec
import pytest

from server.model.json import Json
from server.wire.ingestion import decode_message, decode_raw_batch
from server.wire.ingestion_messages import Message, RawMessage, SchemaRef, entity_bytes


def entity(body: bytes) -> Json:
    message = decode_message(body)
    assert isinstance(message, Message)
    assert message.body is not None
    return msgspec.json.decode(entity_bytes(message.body))


def test_the_entity_is_not_written_anew() -> None:
    text = b'{ "b" : 1.50,\n "a" : 12345678901234567890123 }'

    message = decode_message(b'{"body": {"xdmEntity": ' + text + b"}}")

    assert isinstance(message, Message)
    assert message.body is not None
    assert entity_bytes(message.body) == text


def test_dangerous_keys_and_nul_are_taken_out_before_anything_is_kept() -> None:
    assert entity(rb'{"body": {"xdmEntity": {"__proto__": {"x": 1}, "a": "b\u0000c", "\u005f_proto__": 1}}}') == {
        "a": "bc"
    }


def test_of_two_equal_keys_the_last_one_counts() -> None:
    assert entity(b'{"body": {"xdmEntity": {"a": 1}, "xdmEntity": {"a": 2}}}') == {"a": 2}


@pytest.mark.parametrize(
    ("content_type", "version"),
    [
        ("application/vnd.adobe.xed-full+json;version=1", "1"),
        ("application/vnd.adobe.xed-full+json;version=1.0", "1"),
        ("application/vnd.adobe.xed-full-notext+json; version=12.3", "12"),
        ("application/vnd.adobe.xed+json", ""),
        ("", ""),
    ],
)
def test_of_a_content_type_the_major_version_counts(content_type: str, version: str) -> None:
    assert SchemaRef(content_type=content_type).major_version == version


def test_a_raw_message_is_an_envelope_only_with_a_header_and_a_body_that_are_objects() -> None:
    batch = b'{"messages": [{"header": {}, "body": {"a": 1}}, {"header": {}, "body": 1}, {"body": {}}, {"a": 1}]}'

    data = [message.data for message in decode_raw_batch(batch) if isinstance(message, RawMessage)]

    assert [msgspec.json.decode(each) for each in data] == [
        {"a": 1},
        {"header": {}, "body": 1},
        {"body": {}},
        {"a": 1},
    ]
