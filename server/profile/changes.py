"""What a batch of new events changes: the graph, and what each profile gains. Pure; every store applies it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from server.model.event import Event
from server.model.identity import Identity
from server.model.profile import ProfileId
from server.profile.fold import Attributes, facts, fold, occurred_ms
from server.profile.graph import GraphRules, IdentityGraph, Link, link
from server.profile.identity_map import read_claims


class NewEvent(NamedTuple):
    """An event that no profile has yet, and what it claims. ``refused``: identities that a limit turned away."""

    event: Event
    link: Link
    refused: int

    @property
    def identities(self) -> list[Identity]:
        return [claim.identity for claim in self.link.claims]


class Changes(NamedTuple):
    """``profiles``: whose each event is, in order, or None. ``gained``: the facts of the new events, by profile."""

    graph: IdentityGraph
    profiles: tuple[ProfileId | None, ...]
    gained: dict[ProfileId, Attributes]


def read_event(event: Event, rules: GraphRules) -> NewEvent:
    """The event with its identities and time."""
    read = read_claims(event.xdm, unique_namespaces=rules.unique_namespaces)
    return NewEvent(event, Link(read.claims, occurred_ms(event)), read.refused)


def changes(
    graph: IdentityGraph, events: Sequence[NewEvent], *, new_id: Callable[[], ProfileId], rules: GraphRules
) -> Changes:
    """What becomes of ``graph``, which holds the profiles of all identities of ``events`` (see :func:`graph.link`)."""
    linked = link(graph, [each.link for each in events], new_id=new_id, rules=rules)
    gained: dict[ProfileId, Attributes] = {}
    for new, profile in zip(events, linked.profiles, strict=True):
        if profile is not None:
            present = gained.get(profile)
            gained[profile] = facts(new.event) if present is None else fold(present, new.event)
    return Changes(linked.graph, linked.profiles, gained)
