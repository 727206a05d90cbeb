"""All enrichments of one event, in their order.

Three things make this cheap, and none changes what comes of it (a property test holds it against the plain loop):

- A browser sends the same headers with every event, and millions of visitors use the same few thousand browsers. What
  enrichments find out from these headers alone (BROWSER_FACTS) is worked out once for a browser and a schema, and used
  for every event that says nothing of the fields that they write; other events take the long way.
- Enrichments say what they read and write, so it is known beforehand which of them have to see the patches of earlier
  ones. Those that need not run on the event as it came, and all patches are merged into it at once.
- Whether a schema has all fields that an enrichment may write is asked once; then its patches need no look.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from typing import Protocol, TypeAlias

import msgspec

from server.model.dataset import DatasetId
from server.model.datastream import DatastreamId
from server.model.event import ClientInfo, Event, EventId
from server.model.json import JsonObject
from server.model.outcome import Addition
from server.model.xdm import merge, nest
from server.ports import Enrichment, Validator

BROWSER_FACTS = frozenset({"client.user_agent", "client.accept_language", "client.client_hints"})
"""What of a client is the same for many visitors. Its address is not."""

REMEMBERED_BROWSERS = 4_096
"""5 kB each (measured): 21 MB. Real traffic has a few thousand pairs of user agent and language at a time."""

REMEMBERED_SCHEMAS = 64
"""What is asked of a schema once is one bit, and keeps its validator, which has a megabyte."""

_Hints: TypeAlias = tuple[tuple[str, str], ...]


class EnrichmentRaised(Exception):
    """A bug of ours. ``name``: the enrichment; ``event``: as far as it got; ``__cause__``: what was raised."""

    def __init__(self, name: str, event: Event) -> None:
        super().__init__(name)
        self.name = name
        self.event = event


class Enricher:
    """``enrich(event, validator)``; one object for as long as a process lives."""

    def __init__(self, enrichments: Sequence[Enrichment]) -> None:
        steps: list[_Step] = []
        for is_of_browser, group in groupby(enrichments, key=lambda each: each.reads <= BROWSER_FACTS):
            alike = list(group)
            steps += [_Browser(alike)] if is_of_browser else [_One(enrichment) for enrichment in alike]
        self._rounds = _rounds(steps)
        self._written = frozenset(path for enrichment in enrichments for path in enrichment.writes)
        self.may_complete = lru_cache(maxsize=REMEMBERED_SCHEMAS)(self._may_complete)
        """Whether an event could be invalid as it came, and valid with what is added: it is asked once for a schema."""

    def enrich(self, event: Event, validator: Validator) -> tuple[Event, Sequence[Addition]]:
        """The event with everything that was added to it, and what each enrichment added, as far as the schema has
        fields for it. The event itself is not changed. Raises EnrichmentRaised.
        """
        additions: list[Addition] = []
        for steps in self._rounds:
            patches: list[JsonObject] = []
            try:
                for step in steps:
                    # Not a comprehension: what was found before a step raises is kept, and it is quicker.
                    if patch := step.patch(event, validator, additions):
                        patches.append(patch)  # noqa: PERF401
            except _Raised as raised:
                raise EnrichmentRaised(raised.name, _patched(event, patches)) from raised.__cause__
            event = _patched(event, patches)
        return event, additions

    def _may_complete(self, validator: Validator) -> bool:
        return validator.may_miss(self._written)


class _Raised(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _Step(Protocol):
    """Some enrichments, one after the other."""

    @property
    def enrichments(self) -> Sequence[Enrichment]: ...

    def patch(self, event: Event, validator: Validator, additions: list[Addition]) -> JsonObject:
        """All of their patches merged; each of them, with its name, to ``additions``. Raises _Raised."""


class _One:
    """An enrichment that looks at the event itself."""

    def __init__(self, enrichment: Enrichment) -> None:
        self.enrichments = (enrichment,)
        self._enrich, self._name = enrichment.enrich, enrichment.name
        self._fits = lru_cache(maxsize=REMEMBERED_SCHEMAS)(partial(_has_all_fields, enrichment.writes))

    def patch(self, event: Event, validator: Validator, additions: list[Addition]) -> JsonObject:
        try:
            patch = self._enrich(event)
            # A dataset need not have every field we could fill: what it lacks is no failure of the event.
            if patch and not self._fits(validator):
                patch = validator.known(patch)
        except Exception as error:
            # One of the three named boundaries: a bug of ours must not lose the event.
            raise _Raised(self._name) from error
        if patch:
            additions.append(Addition(enrichment=self._name, patch=patch))
        return patch


@dataclass(frozen=True, slots=True)
class _Known:
    """What enrichments make of one browser: addition by addition, and all of them merged."""

    additions: tuple[Addition, ...]
    patch: JsonObject


class _Browser:
    """Enrichments that look at nothing but the browser's headers, and at whether the fields they write are free."""

    def __init__(self, enrichments: Sequence[Enrichment]) -> None:
        self.enrichments = tuple(enrichments)
        self._steps = [_One(enrichment) for enrichment in enrichments]
        self._written = _tree(path for enrichment in enrichments for path in enrichment.writes)
        self._known = lru_cache(maxsize=REMEMBERED_BROWSERS)(self._find_out)

    def patch(self, event: Event, validator: Validator, additions: list[Addition]) -> JsonObject:
        client = event.client
        user_agent, language, hints = client.user_agent, client.accept_language, client.client_hints
        if not (user_agent or hints or language):
            # Nothing is known of it; and what servers send needs no room among the browsers.
            return {}
        if _touches(event.xdm, self._written):
            return self._one_by_one(event, validator, additions)
        known = self._known(validator, user_agent, language, tuple(hints.items()))
        additions.extend(known.additions)
        return known.patch

    def _find_out(self, validator: Validator, user_agent: str, accept_language: str, hints: _Hints) -> _Known:
        client = ClientInfo(user_agent=user_agent, accept_language=accept_language, client_hints=dict(hints))
        additions: list[Addition] = []
        patch = self._one_by_one(_blank(client), validator, additions)
        return _Known(tuple(additions), patch)

    def _one_by_one(self, event: Event, validator: Validator, additions: list[Addition]) -> JsonObject:
        whole: JsonObject = {}
        for step in self._steps:
            if patch := step.patch(event, validator, additions):
                whole = merge(whole, patch)
                event = _patched(event, [patch])
        return whole


def _rounds(steps: Sequence[_Step]) -> Sequence[Sequence[_Step]]:
    """Steps in their order, split where one of them looks at what an earlier one of the same round writes."""
    rounds: list[list[_Step]] = [[]]
    written: set[str] = set()
    for step in steps:
        writes = {path for enrichment in step.enrichments for path in enrichment.writes}
        looked_at = writes.union(*(enrichment.reads for enrichment in step.enrichments))
        if any(_overlap(one, other) for one in looked_at for other in written):
            rounds.append([])
            written = set()
        rounds[-1].append(step)
        written |= writes
    return rounds


def _overlap(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _patched(event: Event, patches: Sequence[JsonObject]) -> Event:
    """The event with the patches merged into it, one after the other."""
    if not patches:
        return event
    xdm = dict(event.xdm)
    for patch in patches:
        for name, value in patch.items():
            present = xdm.get(name)
            if isinstance(present, dict) and isinstance(value, dict):
                value = merge(present, value)
            xdm[name] = value
    return msgspec.structs.replace(event, xdm=xdm)


def _has_all_fields(paths: Iterable[str], validator: Validator) -> bool:
    """Whether the schema has every field that an enrichment may write."""
    return all((patch := nest(path, 0)) == validator.known(patch) for path in paths)


def _blank(client: ClientInfo) -> Event:
    """An event that says nothing."""
    return Event(
        id=EventId(""),
        datastream_id=DatastreamId(""),
        dataset_id=DatasetId(""),
        received_ms=0,
        beacon_id="",
        client=client,
        xdm={},
    )


@dataclass(frozen=True, slots=True)
class _Tree:
    """Paths by their first names: those that end here, and those that lead on."""

    ends: frozenset[str]
    leads: tuple[tuple[str, "_Tree"], ...]


def _tree(paths: Iterable[str]) -> _Tree:
    """Of dotted paths. Where one ends it covers all that go on from there."""
    ends: set[str] = set()
    leads: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        name, dot, rest = path.partition(".")
        if dot:
            leads[name].append(rest)
        else:
            ends.add(name)
    return _Tree(frozenset(ends), tuple((name, _tree(rests)) for name, rests in leads.items() if name not in ends))


def _touches(xdm: JsonObject, tree: _Tree) -> bool:
    """Whether the event says anything at one of the paths, or has no object where one leads."""
    if not tree.ends.isdisjoint(xdm):
        return True
    for name, below in tree.leads:
        if name in xdm:
            value = xdm[name]
            if not isinstance(value, dict) or _touches(value, below):
                return True
    return False
