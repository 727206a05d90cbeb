"""What a batch of events and records changes: the graph, and what each profile gains. Pure; every store applies it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from server.model.datastream import DatasetId
from server.model.event import Event
from server.model.identity import Identity
from server.model.profile import ProfileId, Record
from server.profile.fold import Attributes, facts, fold, occurred_ms
from server.profile.fragment import Fragment, fragment, join
from server.profile.graph import GraphRules, IdentityGraph, Link, link
from server.profile.identity_map import Claim, read_claims

FragmentKey: TypeAlias = tuple[DatasetId, Identity]


class NewEvent(NamedTuple):
    """An event that no profile has yet, and what it claims. ``refused``: identities that a limit turned away."""

    event: Event
    link: Link
    refused: int

    @property
    def identities(self) -> list[Identity]:
        return [claim.identity for claim in self.link.claims]


class NewRecord(NamedTuple):
    """A record, and whom it is about: None when it names nobody. ``link``: of nobody when it links nothing."""

    record: Record
    primary: Identity | None
    link: Link
    refused: int

    @property
    def identities(self) -> list[Identity]:
        return [claim.identity for claim in self.link.claims]


New: TypeAlias = NewEvent | NewRecord


class Changes(NamedTuple):
    """``profiles``: whose each event or record is, in order, or None. ``gained``: the facts of the events, by profile.

    ``heard_ms``: when each profile was last heard of, by one of these events or records.
    ``fragments``: what the records say, to be joined with what is there.
    """

    graph: IdentityGraph
    profiles: tuple[ProfileId | None, ...]
    gained: dict[ProfileId, Attributes]
    heard_ms: dict[ProfileId, int]
    fragments: dict[FragmentKey, Fragment]


def read_event(event: Event, rules: GraphRules) -> NewEvent:
    """The event with its identities and time."""
    read = read_claims(event.xdm, unique_namespaces=rules.unique_namespaces)
    return NewEvent(event, Link(read.claims, occurred_ms(event)), read.refused)


def read_record(record: Record, rules: GraphRules) -> NewRecord:
    """The record with its identities: the one that its schema says is primary, else its map, else the most telling.

    One that takes something away puts nobody into the graph: an identity that is unknown stays so.
    """
    read = read_claims(record.xdm, unique_namespaces=rules.unique_namespaces)
    primary = _primary(record, read.claims)
    claims: Sequence[Claim] = read.claims
    if record.operation == "delete":
        claims = ()
    elif not record.links:
        claims = [claim for claim in read.claims if claim.identity == primary]
    return NewRecord(record, primary, Link(tuple(claims), record.stamp.at_ms), read.refused)


def changes(graph: IdentityGraph, new: Sequence[New], *, new_id: Callable[[], ProfileId], rules: GraphRules) -> Changes:
    """What becomes of ``graph``, which holds the profiles of all identities of ``new`` (see :func:`graph.link`)."""
    linked = link(graph, [each.link for each in new], new_id=new_id, rules=rules)
    gained: dict[ProfileId, Attributes] = {}
    heard_ms: dict[ProfileId, int] = {}
    fragments: dict[FragmentKey, Fragment] = {}
    for each, profile in zip(new, linked.profiles, strict=True):
        if isinstance(each, NewRecord) and each.primary is not None:
            key, said = (each.record.dataset_id, each.primary), fragment(each.record)
            fragments[key] = join(fragments[key], said) if key in fragments else said
        if profile is None:
            continue
        heard_ms[profile] = max(heard_ms.get(profile, 0), each.link.at_ms)
        if isinstance(each, NewEvent):
            present = gained.get(profile)
            gained[profile] = facts(each.event) if present is None else fold(present, each.event)
    return Changes(linked.graph, linked.profiles, gained, heard_ms, fragments)


def _primary(record: Record, claims: Sequence[Claim]) -> Identity | None:
    if record.primary is not None:
        # One that names nobody, or is too long, is none of the claims.
        return next((claim.identity for claim in claims if claim.identity == record.primary), None)
    return next((claim.identity for claim in claims if claim.is_primary), claims[0].identity if claims else None)
