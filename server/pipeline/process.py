"""One event, from `received` to its outcome: validate, enrich, validate what was added."""

from collections.abc import Sequence

import msgspec

from server.model.event import Event
from server.model.outcome import Addition, FailedEvent, FailureReason, Outcome, Position, Processed
from server.model.schema import Violation
from server.model.xdm import merge
from server.ports import Enrichment, Validator

# Enough of an exception to find it; the log has the rest.
_MAX_ERROR_CHARACTERS = 200


def process(event: Event, source: Position, validator: Validator, enrichments: Sequence[Enrichment]) -> Outcome:
    """Never raises for what an event contains. Never changes it: what was added is in the outcome, patch by patch."""
    violations = validator.violations(event.xdm)
    if violations:
        return FailedEvent(
            source=source,
            reason=FailureReason.SCHEMA_VIOLATION,
            stage="validate",
            violations=tuple(violations),
            event=event,
        )
    enriched, additions = event, []
    for enrichment in enrichments:
        try:
            # A dataset need not have every field we could fill: what it lacks is no failure of the event.
            patch = validator.known(enrichment.enrich(enriched))
        except Exception as error:
            # One of the three named boundaries: a bug of ours must not lose the event.
            return _enrichment_failed(enriched, source, enrichment.name, _described(error))
        if patch:
            additions.append(Addition(enrichment=enrichment.name, patch=patch))
            enriched = msgspec.structs.replace(enriched, xdm=merge(enriched.xdm, patch))
    if additions and (violations := validator.violations(enriched.xdm)):
        # The client's part was valid: so this is ours, and a replay after the fix mends it.
        stage = "+".join(addition.enrichment for addition in additions)
        return _enrichment_failed(event, source, stage, violations)
    return Processed(event=enriched, source=source, additions=tuple(additions))


def _described(error: Exception) -> Sequence[Violation]:
    text = f"{type(error).__name__}: {error}"[:_MAX_ERROR_CHARACTERS]
    return (Violation(path="", keyword="enrichment", message=text),)


def _enrichment_failed(event: Event, source: Position, stage: str, violations: Sequence[Violation]) -> FailedEvent:
    return FailedEvent(
        source=source,
        reason=FailureReason.ENRICHMENT_FAILED,
        stage=stage,
        violations=tuple(violations),
        event=event,
    )
