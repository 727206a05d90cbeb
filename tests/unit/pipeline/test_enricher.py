from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import pytest

from server.model.event import Event
from server.model.json import JsonObject
from server.model.outcome import Addition
from server.model.schema import Violation
from server.pipeline.enricher import Enricher, EnrichmentRaised
from tests.builders import a_client, an_event, an_xdm

BROWSER = frozenset({"client.user_agent"})


@dataclass(frozen=True)
class Adds:
    """Counts how often it was asked."""

    name: str
    patch: Callable[[Event], JsonObject]
    writes: frozenset[str]
    reads: frozenset[str] = frozenset({"client.ip"})
    asked: list[Event] = field(default_factory=list, hash=False)

    def enrich(self, event: Event) -> JsonObject:
        self.asked.append(event)
        return self.patch(event)


@dataclass(frozen=True)
class Has:
    """A validator that has all top-level fields but some."""

    lacks: frozenset[str] = frozenset()

    def known(self, patch: JsonObject) -> JsonObject:
        return {key: value for key, value in patch.items() if key not in self.lacks}

    def violations(self, document: JsonObject) -> Sequence[Violation]:
        return []

    def may_miss(self, paths: Collection[str]) -> bool:
        return "required" in paths


def of_browser(name: str, path: str) -> Adds:
    return Adds(name, lambda event: {path: event.client.user_agent}, frozenset({path}), BROWSER)


def test_a_browser_is_looked_at_once_for_a_schema() -> None:
    agent = of_browser("agent", "device")
    enricher, validator = Enricher([agent]), Has()

    events = [an_event(id=f"e-{number}", client=a_client(ip=f"192.0.{number}.0")) for number in range(3)]
    enriched = [enricher.enrich(event, validator)[0] for event in events]

    assert [event.xdm["device"] for event in enriched] == [event.client.user_agent for event in events]
    assert [event.id for event in enriched] == ["e-0", "e-1", "e-2"]
    assert len(agent.asked) == 1
    enricher.enrich(events[0], Has(lacks=frozenset({"device"})))
    enricher.enrich(an_event(client=a_client(user_agent="other")), validator)
    assert len(agent.asked) == 3


def test_an_event_that_says_something_itself_is_looked_at_itself() -> None:
    agent = Adds(
        "agent", lambda event: {} if "device" in event.xdm else {"device": 1}, frozenset({"device.type"}), BROWSER
    )
    enricher = Enricher([agent])

    enricher.enrich(an_event(), Has())
    for device in ({"type": "mobile"}, "phone"):
        enriched, additions = enricher.enrich(an_event(xdm=an_xdm(device=device)), Has())
        assert (enriched.xdm["device"], list(additions)) == (device, [])

    assert len(agent.asked) == 3


def test_a_client_without_headers_is_not_looked_at() -> None:
    agent = of_browser("agent", "device")

    enriched, additions = Enricher([agent]).enrich(an_event(client=a_client(user_agent="", accept_language="")), Has())

    assert (enriched, list(additions), agent.asked) == (
        an_event(client=a_client(user_agent="", accept_language="")),
        [],
        [],
    )


def test_an_enrichment_sees_the_patches_that_it_reads_or_writes_beside() -> None:
    first = Adds("first", lambda _: {"a": {"b": 1}}, frozenset({"a.b"}))
    reader = Adds("reader", lambda event: {"c": event.xdm["a"]["b"]}, frozenset({"c"}), frozenset({"a"}))
    writer = Adds("writer", lambda event: {"a": {"d": len(event.xdm["a"])}}, frozenset({"a"}))

    enriched, additions = Enricher([first, reader, writer]).enrich(an_event(), Has())

    assert enriched.xdm["a"] == {"b": 1, "d": 1}
    assert enriched.xdm["c"] == 1
    assert [addition.enrichment for addition in additions] == ["first", "reader", "writer"]


def test_what_the_schema_lacks_is_not_added() -> None:
    both = Adds("both", lambda _: {"a": 1, "b": 2}, frozenset({"a", "b"}))

    enriched, additions = Enricher([both]).enrich(an_event(), Has(lacks=frozenset({"b"})))

    assert list(additions) == [Addition(enrichment="both", patch={"a": 1})]
    assert "b" not in enriched.xdm


@pytest.mark.parametrize("reads", [frozenset({"client.ip"}), BROWSER])
def test_an_enrichment_that_raises_is_named_with_the_event_as_far_as_it_got(reads: frozenset[str]) -> None:
    def explode(_: Event) -> JsonObject:
        raise ZeroDivisionError("boom")

    good, bad = Adds("good", lambda _: {"a": 1}, frozenset({"a"})), Adds("bad", explode, frozenset({"b"}), reads)
    event = an_event(id="e-9")

    with pytest.raises(EnrichmentRaised) as raised:
        Enricher([good, bad]).enrich(event, Has())

    assert raised.value.name == "bad"
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    assert (raised.value.event.id, raised.value.event.xdm["a"]) == ("e-9", 1)


def test_a_schema_is_asked_once_whether_what_is_added_could_complete_an_event() -> None:
    assert Enricher([of_browser("a", "required")]).may_complete(Has())
    assert not Enricher([of_browser("a", "device")]).may_complete(Has())
