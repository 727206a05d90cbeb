"""`/collection/{inlet}?syncValidation=true`: the core's own checks, in the request (streaming-ingestion.md, 1.8).

For people who write a sender, not for traffic: it takes the long way, off the event loop, so many times a minute.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import msgspec

from server.model.datastream import Configuration
from server.model.event import Event
from server.model.json import Json, JsonObject
from server.model.outcome import FailedEvent, Position
from server.model.schema import SchemaId
from server.pipeline.arrive import FindMapper, arrive
from server.pipeline.partial import validator_of
from server.ports import EventLog, LogUnavailable, Validator
from server.web.collect.asgi import Headers, Receive, Scope, Send
from server.web.collect.collection import CollectionEndpoint, wants_validation
from server.web.collect.durable import DurableApp
from server.web.collect.exchange import Answer, Decision, Request, ShortWay
from server.web.collect.inlet_sender import InletSender
from server.web.collect.sliding_window import Window
from server.wire.ingestion_answers import encode_message_answer
from server.wire.ingestion_errors import INVALID_MESSAGE, UNAVAILABLE, IngestionError, Refusal
from server.wire.violation_report import report_fault, report_violations

logger = logging.getLogger(__name__)

_MINUTE_MS = 60_000

# A message that was never in the log has no place in it.
_NOWHERE = Position(partition=-1, offset=-1)

_JSON: Headers = [(b"content-type", b"application/json;charset=utf-8"), (b"x-content-type-options", b"nosniff")]

TOO_OFTEN = Refusal(
    status=429, title="Too Many Requests", message="Synchronous validation is for development: try again later"
)


# Sent by nobody: a request that is refused on the short way takes the long one, which answers it.
NOT_HERE = Refusal(status=501, title="Not Implemented", message="Validation in the request is done elsewhere")


class CompiledSchema(Protocol):
    """A validator, and the resolved schema that it was made of, for the report."""

    @property
    def validator(self) -> Validator: ...

    @property
    def schema(self) -> Mapping[str, Json]: ...


class SyncEndpoint:
    """An ``Endpoint`` (exchange.py), but for a thread: :meth:`decide` may take a while."""

    def __init__(
        self,
        collection: CollectionEndpoint,
        *,
        configuration: Callable[[], Configuration],
        compiled: Callable[[Configuration, SchemaId], CompiledSchema | None],
        mapper: FindMapper,
        window: Window,
        monotonic_ms: Callable[[], int],
    ) -> None:
        """``compiled``: a schema of the configuration, or None when it is unknown or faulty; ``mapper``: the same."""
        self._collection = collection
        self._configuration = configuration
        self._compiled = compiled
        self._mapper = mapper
        self._window = window
        self._monotonic_ms = monotonic_ms
        self._decode = msgspec.json.Decoder(Event).decode

    @property
    def body_bytes(self) -> int:
        return self._collection.body_bytes

    def handles(self, path: str) -> bool:
        return self._collection.handles(path)

    def refuse(self, request: Request) -> Answer | None:
        refusal = self._collection.refuse(request)
        if refusal is not None:
            return refusal
        # The path names an inlet that there is: so the window's keys are inlets, not whatever somebody sends.
        wait_ms = self._window.wait_ms(request.path, self._monotonic_ms())
        if wait_ms == 0:
            return None
        return self._collection.refused(request, TOO_OFTEN, retry_after_seconds=-(-wait_ms // 1_000))

    def too_large(self, request: Request) -> Answer:
        return self._collection.too_large(request)

    def too_slow(self, request: Request) -> Answer:
        return self._collection.too_slow(request)

    def unavailable(self, request: Request, error: LogUnavailable) -> Answer:
        return self._collection.unavailable(request, error)

    def decide(self, request: Request, body: bytes) -> Decision:
        try:
            admitted = self._collection.admit_one(request, body)
            value = self._collection.encode(admitted.event)
            faults = self._faults(value)
        except IngestionError as error:
            return Decision((), self._collection.refused(request, error.refusal))
        except Exception:
            # The named boundary of a request.
            logger.exception("failed validation path=%r", request.path[:128])
            return Decision((), self._collection.refused(request, UNAVAILABLE))
        if faults:
            refusal = Refusal(
                status=INVALID_MESSAGE.status,
                title=INVALID_MESSAGE.title,
                message=INVALID_MESSAGE.message,
                names_inlet=True,
                cause={"_streamingValidation": list(faults)},
            )
            self._collection.count_refused(INVALID_MESSAGE)
            return Decision((), self._collection.refused(request, refusal))
        self._collection.count_taken()
        answer = encode_message_answer(
            admitted.inlet.id, admitted.xaction_id, received_ms=admitted.event.received_ms, sync_validation="passed"
        )
        return Decision((value,), Answer(200, _JSON, answer))

    def _faults(self, value: bytes) -> Sequence[JsonObject]:
        """What the core would find, as the report's nodes; empty when it would find nothing."""
        try:
            event = self._decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return [report_fault(f"the message cannot be read: {error}")]
        configuration = self._configuration()
        arrived = arrive(event, _NOWHERE, configuration, self._mapper)
        if isinstance(arrived, FailedEvent):
            return [report_fault(violation.message) for violation in arrived.violations]
        dataset = configuration.datasets[arrived.dataset_id]
        compiled = self._compiled(configuration, dataset.schema_id)
        if compiled is None:
            return [report_fault(f"the schema of dataset {dataset.name} cannot be used")]
        violations = validator_of(arrived, compiled.validator).violations(arrived.xdm)
        return [report_violations(violations, arrived.xdm, compiled.schema)] if violations else []


class NotValidating:
    """The collection's endpoint as a ``ShortWay`` (exchange.py): it has no answer to what takes the long one."""

    def __init__(self, collection: CollectionEndpoint) -> None:
        self.body_bytes = collection.body_bytes
        self.handles = collection.handles
        self.too_large = collection.too_large
        self.too_slow = collection.too_slow
        self.decide = collection.decide
        self.unavailable = collection.unavailable
        self._collection = collection

    def refuse(self, request: Request) -> Answer | None:
        if wants_validation(request):
            return self._collection.refused(request, NOT_HERE)
        return self._collection.refuse(request)

    def sender(self, request: Request) -> InletSender | None:
        return self._collection.sender(request)


class CollectionApp:
    """Both ways behind one path, as an ASGI application."""

    def __init__(self, collection: CollectionEndpoint, sync: SyncEndpoint, log: EventLog) -> None:
        self._short_way = NotValidating(collection)
        self._collection = DurableApp(collection, log)
        self._sync = _OffLoopApp(sync, log)

    @property
    def short_way(self) -> ShortWay:
        """What answers without ASGI whatever need not be validated first."""
        return self._short_way

    def handles(self, path: str) -> bool:
        return self._collection.handles(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = Request(scope["method"], scope["path"], scope["query_string"], {}, "")
        await (self._sync if wants_validation(head) else self._collection)(scope, receive, send)

    def close(self) -> None:
        """Let the thread go. Harmless twice."""
        self._sync.close()


class _OffLoopApp(DurableApp):
    """One thread: whatever somebody asks to be validated, it takes no more than one core's spare time."""

    def __init__(self, endpoint: SyncEndpoint, log: EventLog) -> None:
        super().__init__(endpoint, log)
        self._sync = endpoint
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sync-validation")

    async def decide(self, request: Request, body: bytes) -> Decision:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._sync.decide, request, body)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
