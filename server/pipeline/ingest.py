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
from server.pipeline.streamed_event import EMPTY_OBJECT, Frame, StreamedEvent, encode, id_text, own_id, own_id_text
from server.wire.ingestion_envelope import open_envelope
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
from server.wire.ingestion_messages import (
    ABSENT,
    Envelope,
    Header,
    Message,
    RawMessage,
    SchemaRef,
    XdmMeta,
    entity_bytes,
)

# Any namespace of our own (RFC 9562, 5.5); changing it would make every retry under way a new event.
_RETRY_SAFE_IDS = uuid.UUID("7d1c2b0e-3f55-5d0a-8b5e-9c0f4a1e6d27")

# A server's address and program say nothing of whom the message is about.
_NOBODY = ClientInfo()

_NO_ENVELOPE = Envelope(None, None)

# An entity that is no object is told of before these.
_SAID_LAST = (UNKNOWN_FLOW, FLOW_OFF)

# Ours have 24; a longer one names nothing, and is cut to what a log line takes.
_MAX_DATASET_ID_CHARACTERS = 64


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """What a message says around its entity, looked up. ``keeps_id``: whether the entity's ``_id`` is the event's."""

    dataset_id: DatasetId
    keeps_id: bool
    ingestion: Ingestion


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
        # As the last message had them.
        self._header = self._meta = ABSENT
        self._envelope: Envelope | Refusal = _NO_ENVELOPE
        self._route: _Route | Refusal = NO_HEADER
        self._frame: Frame | None = None

    def message(self, message: Message, xaction_id: str, index: int) -> StreamedEvent | Refusal:
        """The event of an envelope of XDM, ready for the log, or what its sender is told (E1 to E3 of 1.7)."""
        route, entity = self._route_of(message), entity_bytes(message.body)
        if entity and not entity.startswith(b"{") and (isinstance(route, _Route) or route in _SAID_LAST):
            return UNKNOWN_FORMAT
        if isinstance(route, Refusal):
            return route
        own = own_id(entity) if entity and route.keeps_id else None
        return self._event(route, own or self._no_id(index), xaction_id, entity)

    def text(self, message: Message, batch_id: str, index: int) -> bytes | Refusal:
        """:meth:`message` of a batch, encoded. ``batch_id``: the same each time."""
        route, entity = self._route_of(message), entity_bytes(message.body)
        if isinstance(route, Refusal) or not entity.startswith(b"{"):
            return _encoded(self.message(message, f"{batch_id}-{index}", index))
        if self._frame is None:
            self._frame = Frame.of(self._event(route, EventId(""), "", entity), batch_id)
        own = own_id_text(entity) if route.keeps_id else b""
        return self._frame.event(own or id_text(self._no_id(index)), index, entity)

    def raw_text(self, message: RawMessage, batch_id: str, index: int) -> bytes | Refusal:
        """:meth:`raw` of a batch, encoded."""
        return _encoded(self.raw(message, f"{batch_id}-{index}", index))

    def raw(self, message: RawMessage, xaction_id: str, index: int) -> StreamedEvent | Refusal:
        """The event of a raw object. What XDM it becomes is decided when it is processed."""
        arrival, header = self.arrival, message.header or Header()
        if header.ims_org_id is not None and header.ims_org_id != arrival.org_id:
            return WRONG_ORG
        refusal = _refused_operations(header.operations)
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
            xdm=EMPTY_OBJECT,
            data=message.data,
            ingestion=ingestion,
        )

    def _event(self, route: _Route, event_id: EventId, xaction_id: str, entity: bytes) -> StreamedEvent:
        """``entity``: empty for none."""
        ingestion = route.ingestion
        return StreamedEvent(
            id=event_id,
            datastream_id=self._datastream_id,
            dataset_id=route.dataset_id,
            received_ms=self.received_ms,
            beacon_id=xaction_id,
            client=_NOBODY,
            xdm=msgspec.Raw(entity) if entity else EMPTY_OBJECT,
            ingestion=ingestion if entity else msgspec.structs.replace(ingestion, has_entity=False),
        )

    def _route_of(self, message: Message) -> _Route | Refusal:
        """Asked only when something around the entity is another than it was in the message before."""
        header, meta = message.header, ABSENT if message.body is None else message.body.xdm_meta
        if header != self._header or meta != self._meta:
            self._header, self._meta = header, meta
            envelope = open_envelope(header, meta)
            if envelope != self._envelope:
                self._envelope, self._frame = envelope, None
                self._route = envelope if isinstance(envelope, Refusal) else self._find_route(*envelope)
        return self._route

    def _find_route(self, header: Header | None, meta: XdmMeta | None) -> _Route | Refusal:
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
        return _Route(
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


def _encoded(event: StreamedEvent | Refusal) -> bytes | Refusal:
    return event if isinstance(event, Refusal) else encode(event)


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


def _source(inlet: Inlet, header: Header) -> str | None:
    if header.source is None:
        return inlet.source_id
    return header.source.name or None
