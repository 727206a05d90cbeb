"""A streamed message becomes an event when it comes: where it goes, what it is called, what its sender is told at once.

What the platform finds out later is arrive.py's, when the event is processed. Synchronous validation asks both.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from server.model.dataset import DatasetId
from server.model.datastream import DatastreamId
from server.model.event import ClientInfo, EventId
from server.model.ingestion import Ingestion, Operations
from server.model.inlet import FlowId, Inlet
from server.pipeline.admit import MAX_ID_CHARACTERS
from server.wire.ingestion_errors import (
    FLOW_OFF,
    NO_FLOW_ID,
    NO_HEADER,
    UNKNOWN_FLOW,
    UNKNOWN_FORMAT,
    WRONG_ORG,
    Refusal,
    invalid,
)
from server.wire.ingestion_limits import exceeded
from server.wire.ingestion_messages import Header, Message, RawMessage, SchemaRef, XdmMeta, entity_bytes

# Any namespace of our own (RFC 9562, 5.5); changing it would make every retry under way a new event.
_RETRY_SAFE_IDS = uuid.UUID("7d1c2b0e-3f55-5d0a-8b5e-9c0f4a1e6d27")

# A server's address and program say nothing of whom the message is about.
_NOBODY = ClientInfo()

# Ours have 24; a longer one names nothing, and is cut to what a log line takes.
_MAX_DATASET_ID_CHARACTERS = 64

_EMPTY_OBJECT = msgspec.Raw(b"{}")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the request said for all of its messages.

    ``request_id``: the client's own, the same for every retry; ``""`` for none.
    ``flow_id``, ``dataset_id``: from headers and query, for messages that do not say.
    """

    inlet: Inlet
    org_id: str
    received_ms: int
    request_id: str
    flow_id: FlowId
    dataset_id: DatasetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is asked of the configuration for each message. ``records``: datasets of record classes."""

    schemas: frozenset[str]
    records: frozenset[DatasetId]


class _Identified(msgspec.Struct, gc=False):
    id: object = msgspec.field(name="_id", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    """What a message says around its entity, looked up. ``keeps_id``: whether the entity's ``_id`` is the event's."""

    dataset_id: DatasetId
    keeps_id: bool
    ingestion: Ingestion


_decode_id = msgspec.json.Decoder(_Identified).decode


class Admission:
    """One request's messages made events, in their order.

    Messages of one batch mostly say the same around their entities: what the one before said is not looked up again.
    """

    def __init__(self, arrival: Arrival, known: Known, *, new_id: Callable[[], EventId]) -> None:
        self.arrival = arrival
        # When the request at hand came: an admission can be used for the next with the same head.
        self.received_ms = arrival.received_ms
        self._known = known
        self._new_id = new_id
        self._datastream_id = DatastreamId(arrival.inlet.id)
        self._last_header: Header | None = None
        self._last_meta: XdmMeta | None = None
        self._last_envelope: _Envelope | Refusal = NO_HEADER

    def message(self, message: Message, xaction_id: str, index: int) -> StreamedEvent | Refusal:
        """The event of an envelope of XDM, ready for the log, or what its sender is told (E1 to E3 of 1.7)."""
        header, body = message.header, message.body
        meta = None if body is None else body.xdm_meta
        if header != self._last_header or meta != self._last_meta:
            self._last_header, self._last_meta = header, meta
            self._last_envelope = self._envelope(header, meta)
        envelope = self._last_envelope
        if isinstance(envelope, Refusal):
            return envelope
        entity = entity_bytes(body)
        ingestion = envelope.ingestion
        event_id = None
        if entity:
            if not entity.startswith(b"{"):
                return UNKNOWN_FORMAT
            refusal = exceeded(entity)
            if refusal is not None:
                return refusal
            if envelope.keeps_id:
                event_id = _own_id(entity)
        else:
            ingestion = msgspec.structs.replace(ingestion, has_entity=False)
        return StreamedEvent(
            id=event_id or self._no_id(index),
            datastream_id=self._datastream_id,
            dataset_id=envelope.dataset_id,
            received_ms=self.received_ms,
            beacon_id=xaction_id,
            client=_NOBODY,
            xdm=msgspec.Raw(entity) if entity else _EMPTY_OBJECT,
            ingestion=ingestion,
        )

    def raw(self, message: RawMessage, xaction_id: str, index: int) -> StreamedEvent | Refusal:
        """The event of a raw object. What XDM it becomes is decided when it is processed."""
        arrival, header = self.arrival, message.header or Header()
        if header.ims_org_id is not None and header.ims_org_id != arrival.org_id:
            return WRONG_ORG
        refusal = exceeded(bytes(message.data)) or _refused_operations(header.operations)
        if refusal is not None:
            return refusal
        if not (arrival.flow_id or header.flow_id):
            return NO_FLOW_ID
        route = _route(arrival, header)
        if isinstance(route, Refusal):
            return route
        flow_id, dataset_id = route
        ingestion = Ingestion(
            flow_id=flow_id,
            source=_source(arrival.inlet, header),
            is_raw=True,
            operations=header.operations,
        )
        return StreamedEvent(
            id=self._no_id(index),
            datastream_id=self._datastream_id,
            dataset_id=dataset_id,
            received_ms=self.received_ms,
            beacon_id=xaction_id,
            client=_NOBODY,
            xdm=_EMPTY_OBJECT,
            data=message.data,
            ingestion=ingestion,
        )

    def _envelope(self, header: Header | None, meta: XdmMeta | None) -> _Envelope | Refusal:
        if header is None:
            return NO_HEADER
        if header.ims_org_id is not None and header.ims_org_id != self.arrival.org_id:
            return WRONG_ORG
        reference = None if meta is None else meta.schema_ref
        if reference is None or reference.id not in self._known.schemas or not _agree(header, reference):
            return UNKNOWN_FORMAT
        refusal = _refused_operations(header.operations)
        if refusal is not None:
            return refusal
        route = _route(self.arrival, header)
        if isinstance(route, Refusal):
            return route
        flow_id, dataset_id = route
        return _Envelope(
            dataset_id=dataset_id,
            keeps_id=dataset_id not in self._known.records and _is_whole(header.operations),
            ingestion=Ingestion(
                flow_id=flow_id,
                source=_source(self.arrival.inlet, header),
                schema_id=reference.id,
                schema_version=reference.major_version,
                operations=header.operations,
            ),
        )

    def _no_id(self, index: int) -> EventId:
        """For what has no id of its own (a record's ``_id`` is the same in every version of it)."""
        arrival = self.arrival
        if not arrival.request_id:
            return self._new_id()
        return EventId(str(uuid.uuid5(_RETRY_SAFE_IDS, f"{arrival.inlet.id}/{arrival.request_id}/{index}")))


def _agree(header: Header, reference: SchemaRef) -> bool:
    """Whether header and body name one schema; a header that names none leaves it to the body."""
    stated = header.schema_ref
    return stated is None or (stated.id == reference.id and stated.major_version == reference.major_version)


def _route(arrival: Arrival, header: Header) -> tuple[FlowId, DatasetId] | Refusal:
    """By which flow into which dataset. Whether that is possible is asked when it is processed, when all is known.

    What is switched off is said at once, however the message names it: it is the sender who can wait.
    """
    flows = arrival.inlet.flows
    dataset_id = DatasetId((header.dataset_id or arrival.dataset_id)[:_MAX_DATASET_ID_CHARACTERS])
    flow_id = arrival.flow_id or header.flow_id
    if flow_id:
        named = next((flow for flow in flows if flow.id == flow_id and flow.enabled), None)
        return UNKNOWN_FLOW if named is None else (named.id, dataset_id or named.dataset_id)
    fitting = [flow for flow in flows if dataset_id in ("", flow.dataset_id)]
    enabled = [flow for flow in fitting if flow.enabled]
    if len(enabled) == 1:
        return enabled[0].id, enabled[0].dataset_id
    if fitting and not enabled:
        return FLOW_OFF
    return FlowId(""), dataset_id


def _refused_operations(operations: Operations | None) -> Refusal | None:
    if operations is not None and operations.identity and not operations.identity_dataset_id:
        return invalid("operations", "Message has header.operations.identity without identityDatasetId")
    return None


def _is_whole(operations: Operations | None) -> bool:
    return operations is None or operations.data == "create"


def _own_id(entity: bytes) -> EventId | None:
    """An event's ``_id``: whoever sends it again means the same event."""
    given = _decode_id(entity).id
    return EventId(given) if isinstance(given, str) and 0 < len(given) <= MAX_ID_CHARACTERS else None


def _source(inlet: Inlet, header: Header) -> str | None:
    if header.source is None:
        return inlet.source_id
    return header.source.name or None
