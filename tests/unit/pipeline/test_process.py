import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from server.model.event import Event
from server.model.json import JsonObject
from server.model.outcome import Addition, FailedEvent, FailureReason, Position, Processed
from server.model.schema import Violation
from server.pipeline.enricher import Enricher
from server.pipeline.process import process
from tests.builders import an_event, an_xdm

SOURCE = Position(partition=0, offset=7)


@dataclass(frozen=True)
class Adds:
    name: str
    patch: Callable[[Event], JsonObject]
    writes: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset({"x"})

    def enrich(self, event: Event) -> JsonObject:
        return self.patch(event)


@dataclass(frozen=True)
class Forbids:
    """A validator that forbids top-level keys."""

    keys: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    def known(self, patch: JsonObject) -> JsonObject:
        return {key: value for key, value in patch.items() if key not in self.unknown}

    def may_miss(self, paths: Collection[str]) -> bool:
        return False

    def violations(self, document: JsonObject) -> Sequence[Violation]:
        return [Violation(path=f"/{key}", keyword="not", message="no") for key in document if key in self.keys]


def test_a_valid_event_is_processed_with_what_was_added_by_whom() -> None:
    one = Adds("one", lambda _: {"device": {"type": "mobile"}}, frozenset({"device"}))
    two = Adds("two", lambda event: {"device": {"model": event.xdm["device"]["type"] + "!"}}, frozenset({"device"}))
    none = Adds("none", lambda _: {})

    outcome = process(an_event(), SOURCE, Forbids(), Enricher([one, none, two]))

    assert isinstance(outcome, Processed)
    assert outcome.source == SOURCE
    assert outcome.event.xdm["device"] == {"type": "mobile", "model": "mobile!"}
    assert outcome.additions == (
        Addition(enrichment="one", patch={"device": {"type": "mobile"}}),
        Addition(enrichment="two", patch={"device": {"model": "mobile!"}}),
    )


def test_an_invalid_event_fails_as_it_came_with_every_violation() -> None:
    event = an_event(xdm=an_xdm(a=1, b=2))

    outcome = process(event, SOURCE, Forbids(frozenset("ab")), Enricher([Adds("x", lambda _: {"c": 1})]))

    assert isinstance(outcome, FailedEvent)
    assert outcome.reason is FailureReason.SCHEMA_VIOLATION
    assert [violation.path for violation in outcome.violations] == ["/a", "/b"]
    assert outcome.event == event


def test_an_enrichment_that_raises_fails_the_event_and_not_the_caller() -> None:
    def explode(_: Event) -> JsonObject:
        raise ZeroDivisionError("boom" * 100)

    outcome = process(an_event(), SOURCE, Forbids(), Enricher([Adds("good", lambda _: {"a": 1}), Adds("bad", explode)]))

    assert isinstance(outcome, FailedEvent)
    assert outcome.reason is FailureReason.ENRICHMENT_FAILED
    assert outcome.stage == "bad"
    assert outcome.violations[0].message.startswith("ZeroDivisionError: boom")
    assert len(outcome.violations[0].message) == 200
    assert outcome.event is not None
    assert outcome.event.xdm["a"] == 1


def test_an_addition_that_the_schema_forbids_is_our_failure_and_the_event_stays_as_it_came() -> None:
    outcome = process(an_event(), SOURCE, Forbids(frozenset("a")), Enricher([Adds("x", lambda _: {"a": 1})]))

    assert isinstance(outcome, FailedEvent)
    assert outcome.reason is FailureReason.ENRICHMENT_FAILED
    assert outcome.stage == "x"
    assert outcome.event == an_event()


def test_what_the_schema_has_no_field_for_is_not_added_and_fails_nothing() -> None:
    both = Adds("both", lambda _: {"device": {"type": "mobile"}, "bot": 1}, frozenset({"device", "bot"}))
    only_unknown = Adds("only", lambda _: {"bot": 2}, frozenset({"bot"}))

    outcome = process(
        an_event(), SOURCE, Forbids(frozenset({"bot"}), frozenset({"bot"})), Enricher([both, only_unknown])
    )

    assert isinstance(outcome, Processed)
    assert outcome.additions == (Addition(enrichment="both", patch={"device": {"type": "mobile"}}),)
    assert "bot" not in outcome.event.xdm


def test_the_event_is_never_changed() -> None:
    event = an_event(xdm=an_xdm(device={"type": "mobile"}))
    before = copy.deepcopy(event.xdm)

    process(event, SOURCE, Forbids(), Enricher([Adds("x", lambda _: {"device": {"model": "m"}})]))

    assert event.xdm == before


def test_an_event_that_is_invalid_only_as_it_came_fails_all_the_same() -> None:
    """The enrichment fills what the schema requires: that does not make the event right."""

    class Requires(Forbids):
        def violations(self, document: JsonObject) -> Sequence[Violation]:
            return [] if "a" in document else [Violation(path="/a", keyword="required", message="missing")]

        def may_miss(self, paths: Collection[str]) -> bool:
            return "a" in paths

    outcome = process(an_event(), SOURCE, Requires(), Enricher([Adds("x", lambda _: {"a": 1}, frozenset("a"))]))

    assert isinstance(outcome, FailedEvent)
    assert outcome.reason is FailureReason.SCHEMA_VIOLATION
    assert outcome.event == an_event()


def test_an_enrichment_that_raises_on_an_invalid_event_is_not_what_is_told() -> None:
    def explode(_: Event) -> JsonObject:
        raise KeyError("x")

    outcome = process(an_event(xdm=an_xdm(a=1)), SOURCE, Forbids(frozenset("a")), Enricher([Adds("bad", explode)]))

    assert isinstance(outcome, FailedEvent)
    assert outcome.reason is FailureReason.SCHEMA_VIOLATION
