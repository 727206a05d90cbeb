"""Events of a batch written without decoding them: the same bytes as when they are."""

import json

import msgspec
import pytest

from server.model.dataset import DatasetId
from server.model.datastream import DatastreamId
from server.model.event import ClientInfo, EventId
from server.model.ingestion import Ingestion
from server.pipeline.admit import MAX_ID_CHARACTERS
from server.pipeline.streamed_event import Frame, StreamedEvent, encode, id_text, own_id, own_id_text


def an_event(event_id: str, beacon_id: str, entity: bytes) -> StreamedEvent:
    return StreamedEvent(
        id=EventId(event_id),
        datastream_id=DatastreamId("a" * 64),
        dataset_id=DatasetId('d"\\u0000'),
        received_ms=1,
        beacon_id=beacon_id,
        client=ClientInfo(),
        xdm=msgspec.Raw(entity),
        ingestion=Ingestion(source="\0 ÿ", schema_id="x"),
    )


def test_an_event_put_into_its_frame_is_what_it_is_when_encoded() -> None:
    entity = b'{ "_id": "e-1" }'
    frame = Frame.of(an_event("", "", b"{}"), 'b"1')

    text = frame.event(id_text(EventId('Zü"rich')), 12, entity)

    assert text == encode(an_event('Zü"rich', 'b"1-12', entity))


@pytest.mark.parametrize(
    "entity",
    [
        '{"_id":"e-1","a":1}',
        '{"_id":"Zürich"}',
        '{"_id":""}',
        '{"_id":"a\\"b"}',
        '{"_id":"a","b":"\\\\"}',
        '{"_id":"a","_id":"b"}',
        '{"_id":"a","\\u005fid":"b"}',
        '{"_id":"a","b":{"_id":"c"}}',
        '{"b":{"_id":"c"},"_id":"a"}',
        '{"_id":5}',
        '{"_id":"a","b":"_id"}',
        '{"b":1}',
        json.dumps({"_id": "x" * MAX_ID_CHARACTERS}, separators=(",", ":")),
        json.dumps({"_id": "x" * (MAX_ID_CHARACTERS + 1)}, separators=(",", ":")),
        '{"_id":"%s"}' % ("ü" * MAX_ID_CHARACTERS),
    ],
)
def test_the_text_of_an_id_is_the_id(entity: str) -> None:
    found = own_id(entity.encode())

    text = own_id_text(entity.encode())

    assert text == (b"" if found is None else id_text(found))
