"""Enriching by rounds and from memory gives what the plain loop gives."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given

from server.enrich import ENRICHMENTS
from server.enrich.deps import Deps, load_deps
from server.model.event import Event
from server.model.json import JsonObject
from server.model.outcome import Addition, FailedEvent, FailureReason, Position, Processed
from server.model.xdm import merge
from server.pipeline.enricher import Enricher
from server.pipeline.process import process
from server.ports import Enrichment, Validator
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from tests.contract.test_enrichments import events

SOURCE = Position(partition=0, offset=7)


@pytest.fixture(scope="session")
def deps() -> Deps:
    return load_deps()


@pytest.fixture(scope="session")
def enrichments(deps: Deps) -> list[Enrichment]:
    return [construct(deps) for construct in ENRICHMENTS]


@pytest.fixture(scope="session")
def enricher(enrichments: list[Enrichment]) -> Enricher:
    return Enricher(enrichments)


def a_schema(*groups: str) -> JsonObject:
    prefix = "https://ns.heliograph.dev/xdm/"
    names = ("classes/experienceevent", *groups)
    return resolve_schema({"allOf": [{"$ref": f"{prefix}{name}"} for name in names]}, builtin_documents().get)


VALIDATORS = (
    compile_schema(resolve_schema(load_ready_schema("demo-events"), builtin_documents().get)),
    # Without fields for bots and campaigns; without any for browsers.
    compile_schema(a_schema("mixins/environmentdetails")),
    compile_schema(a_schema("mixins/marketing")),
)


def one_by_one(event: Event, validator: Validator, enrichments: Sequence[Enrichment]) -> tuple[Event, list[Addition]]:
    """What enriching means."""
    additions = []
    for enrichment in enrichments:
        patch = validator.known(enrichment.enrich(event))
        if patch:
            additions.append(Addition(enrichment=enrichment.name, patch=patch))
            event = msgspec.structs.replace(event, xdm=merge(event.xdm, patch))
    return event, additions


@pytest.mark.parametrize("validator", VALIDATORS)
@given(event=events)
def test_any_event_is_enriched_as_by_the_plain_loop(
    enrichments: list[Enrichment], enricher: Enricher, validator: Validator, event: Event
) -> None:
    before = msgspec.to_builtins(event)

    enriched, additions = enricher.enrich(event, validator)

    assert (enriched, list(additions)) == one_by_one(event, validator, enrichments)
    assert msgspec.to_builtins(event) == before


@given(first=events, second=events)
def test_what_is_remembered_of_a_browser_is_not_changed_by_its_events(
    enrichments: list[Enrichment], enricher: Enricher, first: Event, second: Event
) -> None:
    """Two events of one browser: the second is enriched as if the first had never been."""
    second = msgspec.structs.replace(second, client=first.client)

    enricher.enrich(first, VALIDATORS[0])
    enriched, additions = enricher.enrich(second, VALIDATORS[0])

    assert (enriched, list(additions)) == one_by_one(second, VALIDATORS[0], enrichments)


def wanting() -> JsonObject:
    """A schema that requires what enrichments fill: an event without it is invalid all the same."""
    schema = a_schema("mixins/environmentdetails")
    device = {**schema["properties"]["device"], "required": ["type"]}
    return {**schema, "properties": {**schema["properties"], "device": device}, "required": ["_id", "device"]}


JUDGES = (*VALIDATORS, compile_schema(wanting()))


@pytest.mark.parametrize("validator", JUDGES)
@given(event=events)
def test_an_outcome_is_that_of_validating_before_and_after(
    enrichments: list[Enrichment], enricher: Enricher, validator: Validator, event: Event
) -> None:
    outcome = process(event, SOURCE, validator, enricher)

    before = validator.violations(event.xdm)
    enriched, additions = one_by_one(event, validator, enrichments)
    after = validator.violations(enriched.xdm)
    if before:
        assert isinstance(outcome, FailedEvent)
        assert (outcome.reason, outcome.violations) == (FailureReason.SCHEMA_VIOLATION, tuple(before))
        assert outcome.event == event
    elif after:
        assert isinstance(outcome, FailedEvent)
        assert (outcome.reason, outcome.violations) == (FailureReason.ENRICHMENT_FAILED, tuple(after))
    else:
        assert outcome == Processed(event=enriched, source=SOURCE, additions=tuple(additions))
