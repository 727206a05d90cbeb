"""What would become of events, if they were decided now: for who repairs failed ones, before anything is done.

Without enrichments, which add to what is valid. So of a schema that demands what only an enrichment gives, this says
less good things than will come of it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.model.datastream import Configuration
from server.model.event import Event
from server.model.json import JsonObject
from server.model.outcome import FailedEvent, FailureReason, Outcome, Position
from server.model.schema import SchemaId, Violation
from server.pipeline.arrive import arrive
from server.pipeline.enricher import Enricher
from server.pipeline.partial import validator_of
from server.pipeline.process import process
from server.ports import Validator
from server.schema.compile import compile_schema
from server.schema.errors import SchemaError
from server.workers.mappers import Mappers
from server.workers.validators import Validators

# It is nowhere in the log.
_NOWHERE = Position(partition=-1, offset=-1)


class Trial:
    """Keeps what it compiles; one for as long as a process lives. ``schema``: resolved, of a dataset; None for none."""

    def __init__(self, resolve: Callable[[Mapping[str, Any]], JsonObject]) -> None:
        """``resolve``: a stored schema made self-contained; raises SchemaError for a faulty one."""
        self._resolve = resolve
        self._validators: Validators[Validator] = Validators(lambda document: compile_schema(resolve(document)))
        self._mappers = Mappers(resolve)
        self._enricher = Enricher(())

    async def decide(self, events: Sequence[Event], configuration: Configuration) -> Sequence[Outcome]:
        """One outcome an event, in order. Off the event loop: a thousand take a tenth of a second."""
        return await asyncio.to_thread(lambda: [self._outcome(event, configuration) for event in events])

    def schema(self, dataset_id: str, configuration: Configuration) -> JsonObject | None:
        dataset = next((each for each in configuration.datasets.values() if each.id == dataset_id), None)
        document = None if dataset is None else configuration.schemas.get(SchemaId(dataset.schema_id))
        if document is None:
            return None
        try:
            return self._resolve(document)
        except SchemaError:
            return None

    def _outcome(self, event: Event, configuration: Configuration) -> Outcome:
        try:
            return self._decided(event, configuration)
        except Exception as error:
            # The core has the same boundary, and says the same of it.
            message = f"{type(error).__name__}: {error}"[:200]
            return FailedEvent(
                source=_NOWHERE,
                reason=FailureReason.INTERNAL,
                stage="decide",
                violations=(Violation(path="", keyword="internal", message=message),),
                event=event,
            )

    def _decided(self, event: Event, configuration: Configuration) -> Outcome:
        arrived = arrive(event, _NOWHERE, configuration, self._mappers)
        if isinstance(arrived, FailedEvent):
            return arrived
        dataset = configuration.datasets.get(arrived.dataset_id)
        validator = None if dataset is None else self._validators(configuration, dataset.schema_id)
        if validator is None:
            message = f"dataset {event.dataset_id}, or its schema, does not exist or cannot be compiled"
            return FailedEvent(
                source=_NOWHERE,
                reason=FailureReason.UNKNOWN_DATASET,
                stage="route",
                violations=(Violation(path="", keyword="dataset", message=message),),
                event=arrived,
            )
        return process(arrived, _NOWHERE, validator_of(arrived, validator), self._enricher)
