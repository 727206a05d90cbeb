"""Streaming ingestion's endpoint: `/collection/{inlet}` and `/collection/batch/{inlet}` (streaming-ingestion.md, 1).

What it promises: a message that is answered with success, in a 200 or as an item of a 207, is on disk. What it does
not: that it is valid; that is decided after the log. Synchronous validation is sync_validation.py's.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from server.model.dataset import DatasetId
from server.model.datastream import Configuration
from server.model.event import EventId
from server.model.inlet import FlowId, Inlet, InletId
from server.observe.metrics_collection import CollectionCounts
from server.pipeline.ingest import Admission, Arrival, Known
from server.pipeline.streamed_event import StreamedEvent, encode
from server.ports import LogUnavailable
from server.web.collect.asgi import Headers
from server.web.collect.collection_head import wrong_sandbox, wrong_type
from server.web.collect.exchange import Answer, Decision, Request, as_lines
from server.web.collect.inlet_access import InletAccess
from server.web.collect.inlet_sender import InletSender
from server.wire.bodies import BodyError, Inflated, UnknownEncoding, decode_body
from server.wire.ingestion import decode_batch, decode_message, decode_raw_batch, decode_raw_message
from server.wire.ingestion_answers import encode_batch_answer, encode_message_answer
from server.wire.ingestion_errors import (
    METHOD_NOT_ALLOWED,
    TOO_SLOW,
    UNAVAILABLE,
    UNKNOWN_INLET,
    IngestionError,
    Refusal,
    encode_problem,
    malformed,
    too_large,
    unsupported,
)
from server.wire.ingestion_query import asks_validation, parameters

logger = logging.getLogger(__name__)

PREFIX = "/collection/"
_BATCH = "batch/"

# Long enough for a new process or a freed disk; the clients' own retries come after a third of a second.
_RETRY_AFTER_SECONDS = b"2"

_JSON_LINES = as_lines([(b"content-type", b"application/json;charset=utf-8"), (b"x-content-type-options", b"nosniff")])
_PROBLEM: Headers = [(b"content-type", b"application/problem+json"), (b"x-content-type-options", b"nosniff")]

# Headers that say something of one request alone, or of how its body is to be read.
_SINGULAR = frozenset({b"x-request-id", b"content-encoding"})

_UUID_CHARACTERS = frozenset("0123456789abcdefABCDEF-")


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDeps:
    """What the endpoint needs of the world.

    ``is_record``: whether a stored schema document is of a record class, not of events.
    ``new_batch_id``: from the time a request came, in ms, an id of it that no other has.
    """

    configuration: Callable[[], Configuration]
    access: InletAccess
    is_record: Callable[[Mapping[str, object]], bool]
    clock_ms: Callable[[], int]
    new_id: Callable[[], EventId]
    new_batch_id: Callable[[int], str]
    counts: CollectionCounts
    body_bytes: int


class Admitted(NamedTuple):
    """The one message of a request, as it goes to the log."""

    inlet: Inlet
    org_id: str
    xaction_id: str
    event: StreamedEvent


class CollectionEndpoint:
    """An ``Endpoint`` (exchange.py)."""

    def __init__(self, deps: CollectionDeps) -> None:
        self._deps = deps
        self._known: tuple[Configuration, Known] | None = None

    @property
    def body_bytes(self) -> int:
        return self._deps.body_bytes

    def handles(self, path: str) -> bool:
        return path.startswith(PREFIX)

    def refuse(self, request: Request) -> Answer | None:
        if request.method != "POST":
            return self.refused(request, METHOD_NOT_ALLOWED)
        inlet = self._inlet(request.path)
        if inlet is None:
            return self.refused(request, UNKNOWN_INLET)
        refusal = (
            self._deps.access.refused(request.header(b"authorization"), inlet)
            or wrong_sandbox(request, self._deps.configuration().sandbox)
            or wrong_type(request.headers.get(b"content-type", b""))
        )
        if refusal is not None:
            return self.refused(request, refusal)
        length = request.headers.get(b"content-length", b"")
        # What is longer than nine digits is longer than any limit.
        if length.isdigit() and (len(length) > 9 or int(length) > self.body_bytes):
            return self.too_large(request)
        return None

    def too_large(self, request: Request) -> Answer:
        return self.refused(request, too_large(self.body_bytes))

    def too_slow(self, request: Request) -> Answer:
        return self.refused(request, TOO_SLOW)

    def unavailable(self, request: Request, error: LogUnavailable) -> Answer:
        logger.warning("refused messages reason=log_unavailable detail=%s", error)
        return self.refused(request, UNAVAILABLE)

    def decide(self, request: Request, body: bytes) -> Decision:
        try:
            if request.path.startswith(PREFIX + _BATCH):
                return self._decide_batch(request, body)
            return self._decide_one(self.admit_one(request, body))
        except Exception as error:
            return self._failed(request, error)

    def sender(self, request: Request) -> InletSender | None:
        """None where more than the body differs from request to request, or has to be asked about each time."""
        inlet = self._inlet(request.path)
        if inlet is None or inlet.requires_token or request.path.startswith(PREFIX + _BATCH):
            return None
        if not _SINGULAR.isdisjoint(request.headers):
            return None
        configuration = self._deps.configuration()
        admission = self._admission(self._arrival(request))
        return InletSender(
            partial(self._decide_again, request, admission), lambda: self._deps.configuration() is configuration
        )

    def _decide_again(self, request: Request, admission: Admission, body: bytes) -> Decision:
        try:
            admission.received_ms = self._deps.clock_ms()
            return self._decide_one(self._admit_one(admission, body))
        except Exception as error:
            return self._failed(request, error)

    def _decide_one(self, admitted: Admitted) -> Decision:
        self.count_taken()
        answer = encode_message_answer(
            admitted.inlet.id, admitted.xaction_id, received_ms=admitted.event.received_ms, sync_validation="skipped"
        )
        return Decision((encode(admitted.event),), Answer(200, [], answer, lines=_JSON_LINES))

    def _failed(self, request: Request, error: Exception) -> Decision:
        if isinstance(error, IngestionError):
            return Decision((), self.refused(request, error.refusal))
        # The named boundary of a request. Nothing was stored; clients try a 503 again.
        logger.error("failed request path=%r", request.path[:128], exc_info=error)
        return Decision((), self.refused(request, UNAVAILABLE))

    def admit_one(self, request: Request, body: bytes) -> Admitted:
        """The event of a single message. Raises IngestionError, also for what is wrong with the message."""
        admission = self._admission(self._arrival(request))
        return self._admit_one(admission, self._plain(request, body))

    def _admit_one(self, admission: Admission, plain: bytes) -> Admitted:
        arrival = admission.arrival
        is_raw = arrival.inlet.data_type == "raw"
        message: Any = decode_raw_message(plain) if is_raw else decode_message(plain)
        xaction_id = self._deps.new_batch_id(admission.received_ms)
        admit = admission.raw if is_raw else admission.message
        event = message if isinstance(message, Refusal) else admit(message, xaction_id, 0)
        if isinstance(event, Refusal):
            self.count_refused(event)
            raise IngestionError(event)
        return Admitted(arrival.inlet, arrival.org_id, xaction_id, event)

    def count_taken(self) -> None:
        """One message, which goes to the log."""
        self._deps.counts.count(taken=1)

    def count_refused(self, refusal: Refusal) -> None:
        """One message, which does not."""
        self._deps.counts.count(taken=0, refused=(refusal.reason,))

    def encode(self, event: StreamedEvent) -> bytes:
        """As the event log holds it."""
        return encode(event)

    def refused(self, request: Request, refusal: Refusal, *, retry_after_seconds: int = 0) -> Answer:
        """The answer that says no to the whole request."""
        inlet_id = _inlet_id(request.path)[:64]
        headers = list(_PROBLEM)
        if retry_after_seconds:
            headers.append((b"retry-after", b"%d" % retry_after_seconds))
        elif refusal.status == 503:
            headers.append((b"retry-after", _RETRY_AFTER_SECONDS))
        if refusal.status == 405:
            headers.append((b"allow", b"POST"))
        if refusal.status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        body = encode_problem(refusal, inlet_id=inlet_id, org_id=self._deps.configuration().org_id)
        # The rest of such a body is not read: the connection cannot be used again.
        return Answer(refusal.status, headers, body, closes=refusal.status in (408, 413))

    def _decide_batch(self, request: Request, body: bytes) -> Decision:
        arrival = self._arrival(request)
        plain = self._plain(request, body)
        batch_id = self._deps.new_batch_id(arrival.received_ms)
        admission = self._admission(arrival)
        is_raw = arrival.inlet.data_type == "raw"
        messages: Sequence[Any] = decode_raw_batch(plain) if is_raw else decode_batch(plain)
        admit: Callable[[Any, str, int], bytes | Refusal] = admission.raw_text if is_raw else admission.text
        values: list[bytes] = []
        refused: dict[int, Refusal] = {}
        for index, message in enumerate(messages):
            event = message if isinstance(message, Refusal) else admit(message, batch_id, index)
            if isinstance(event, Refusal):
                refused[index] = event
            else:
                values.append(event)
        self._deps.counts.count(taken=len(values), refused=[each.reason for each in refused.values()])
        answer = encode_batch_answer(
            arrival.inlet.id,
            arrival.org_id,
            batch_id,
            messages=len(messages),
            refused=refused,
            received_ms=arrival.received_ms,
        )
        return Decision(values, Answer(207, [], answer, lines=_JSON_LINES))

    def _admission(self, arrival: Arrival) -> Admission:
        return Admission(arrival, self._look_up(), new_id=self._deps.new_id)

    def _arrival(self, request: Request) -> Arrival:
        inlet = self._inlet(request.path)
        if inlet is None:
            # It was there when the request's head came.
            raise IngestionError(UNKNOWN_INLET)
        query = parameters(request.query_string)
        request_id = request.header(b"x-request-id")
        is_id = len(request_id) == 36 and _UUID_CHARACTERS.issuperset(request_id)
        return Arrival(
            inlet=inlet,
            org_id=self._deps.configuration().org_id,
            received_ms=self._deps.clock_ms(),
            request_id=request_id.lower() if is_id else "",
            flow_id=FlowId(request.header(b"x-adobe-flow-id") or query.get("x-adobe-flow-id", "")),
            dataset_id=DatasetId(request.header(b"x-adobe-dataset-id")),
        )

    def _inlet(self, path: str) -> Inlet | None:
        inlet = self._deps.configuration().inlets.get(InletId(_inlet_id(path)))
        return inlet if inlet is not None and inlet.enabled else None

    def _plain(self, request: Request, body: bytes) -> bytes:
        try:
            return decode_body(body, request.header(b"content-encoding"), limit_bytes=self.body_bytes)
        except Inflated:
            raise IngestionError(too_large(self.body_bytes)) from None
        except UnknownEncoding as error:
            raise IngestionError(unsupported(str(error))) from None
        except BodyError as error:
            raise IngestionError(malformed(str(error))) from None

    def _look_up(self) -> Known:
        """What messages are compared with, made once for each reading of the configuration."""
        configuration = self._deps.configuration()
        if self._known is None or self._known[0] is not configuration:
            records = {id_ for id_, document in configuration.schemas.items() if self._deps.is_record(document)}
            known = Known(
                schemas=frozenset(configuration.schemas),
                records=frozenset(each.id for each in configuration.datasets.values() if each.schema_id in records),
            )
            self._known = (configuration, known)
        return self._known[1]


def wants_validation(request: Request) -> bool:
    """Whether a single message asks to be validated in the request. A batch cannot."""
    return asks_validation(request.query_string) and not request.path.startswith(PREFIX + _BATCH)


def _inlet_id(path: str) -> str:
    return path.removeprefix(PREFIX).removeprefix(_BATCH)
