"""One event, from `received` to its outcome: validate, enrich, validate what was added."""

from collections.abc import Sequence

from server.model.event import Event
from server.model.outcome import FailedEvent, FailureReason, Outcome, Position, Processed
from server.model.schema import Violation
from server.pipeline.clock import clock_of
from server.pipeline.enricher import Enricher, EnrichmentRaised
from server.ports import Validator

# Enough of an exception to find it; the log has the rest.
_MAX_ERROR_CHARACTERS = 200


def process(event: Event, source: Position, validator: Validator, enricher: Enricher) -> Outcome:
    """Never raises for what an event contains. Never changes it: what was added is in the outcome, patch by patch.

    What is valid with all that was added was so without it, unless the schema wants something there: so one look at the
    enriched event is enough for most. Only what fails it is looked at as it came.
    """
    try:
        enriched, additions = enricher.enrich(event, validator)
    except EnrichmentRaised as raised:
        return _invalid(event, source, validator) or _enrichment_failed(
            raised.event, source, raised.name, _described(raised.__cause__)
        )
    violations = validator.violations(enriched.xdm)
    if (violations or enricher.may_complete(validator)) and (failed := _invalid(event, source, validator)):
        return failed
    if violations:
        # The client's part was valid: so this is ours, and a replay after the fix mends it.
        stage = "+".join(addition.enrichment for addition in additions)
        return _enrichment_failed(event, source, stage, violations)
    return Processed(event=enriched, source=source, additions=tuple(additions), clock=clock_of(event))


def _invalid(event: Event, source: Position, validator: Validator) -> FailedEvent | None:
    """The outcome of an event that does not conform as it came."""
    violations = validator.violations(event.xdm)
    if not violations:
        return None
    return FailedEvent(
        source=source,
        reason=FailureReason.SCHEMA_VIOLATION,
        stage="validate",
        violations=tuple(violations),
        event=event,
    )


def _described(error: BaseException | None) -> Sequence[Violation]:
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
