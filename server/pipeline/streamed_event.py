"""A streamed message's event as the event log holds it, written without decoding what it is about."""

from typing import NamedTuple, Self

import msgspec

from server.model.dataset import DatasetId
from server.model.datastream import DatastreamId
from server.model.event import ClientInfo, EventId
from server.model.ingestion import Ingestion
from server.pipeline.admit import MAX_ID_CHARACTERS

EMPTY_OBJECT = msgspec.Raw(b"{}")

encode = msgspec.json.Encoder().encode

# Stands for what is put in later: a byte that is in no JSON.
_GAP = b"\xff"

_OWN_ID = b'{"_id":"'
_ID_NAME = b'"_id"'


class StreamedEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", gc=False):
    """An :class:`~server.model.event.Event` of which ``xdm`` and ``data`` are still bytes; encoded, it is one."""

    id: EventId
    datastream_id: DatastreamId
    dataset_id: DatasetId
    received_ms: int
    beacon_id: str
    client: ClientInfo
    xdm: msgspec.Raw
    data: msgspec.Raw | None = None
    ingestion: Ingestion


class Frame(NamedTuple):
    """What the events of one batch have in common, encoded once: what stands before, between and behind the rest."""

    before_id: bytes
    before_index: bytes
    before_entity: bytes
    behind: bytes

    @classmethod
    def of(cls, event: StreamedEvent, batch_id: str) -> Self:
        """Of any event of the batch."""
        beacon_id = msgspec.Raw(b'%b-%b"' % (encode(batch_id)[:-1], _GAP))
        blank = msgspec.structs.replace(
            event, id=msgspec.Raw(b'"%b"' % _GAP), beacon_id=beacon_id, xdm=msgspec.Raw(_GAP)
        )
        return cls(*encode(blank).split(_GAP))

    def event(self, id_text: bytes, index: int, entity: bytes) -> bytes:
        """``id_text``: as JSON, without its quotes; ``index``: of the message in its batch."""
        return b"".join(
            (self.before_id, id_text, self.before_index, b"%d" % index, self.before_entity, entity, self.behind)
        )


class _Identified(msgspec.Struct, gc=False):
    id: object = msgspec.field(name="_id", default=None)


_decode_id = msgspec.json.Decoder(_Identified).decode


def own_id(entity: bytes) -> EventId | None:
    """An event's ``_id``: whoever sends it again means the same event."""
    given = _decode_id(entity).id
    return EventId(given) if isinstance(given, str) and 0 < len(given) <= MAX_ID_CHARACTERS else None


def own_id_text(entity: bytes) -> bytes:
    """The same as JSON, without its quotes; empty for none. Mostly it comes first, so that nothing need be decoded."""
    if entity.rfind(_ID_NAME) == 1 and entity.startswith(_OWN_ID) and entity.find(b"\\") < 0:
        text = entity[len(_OWN_ID) : entity.index(b'"', len(_OWN_ID))]
        if 0 < len(text) <= MAX_ID_CHARACTERS:
            return text
    found = own_id(entity)
    return b"" if found is None else id_text(found)


def id_text(event_id: EventId) -> bytes:
    return encode(event_id)[1:-1]
