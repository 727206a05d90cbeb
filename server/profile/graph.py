"""The identity graph: which identities are one person. Pure; the stores load the part of it that a batch touches.

Identities that an event carries together are one person: their profiles become one. Four rules bound that:

1. *One person, one id of a unique namespace.* A profile never holds two customer ids. When an event of customer B comes
   from a browser that is known as customer A's, the two profiles stay two. The event is B's, and the browser (its ECID)
   follows whoever used it last: it moves to B's profile and what it sends anonymously from then on is B's. A's profile
   keeps A's customer id and everything that happened before. In the same way the newest e-mail address of a customer
   replaces the one before. "Last" is by the time of the events, so a late or replayed event takes nothing back.
2. *Logged out is no proof.* An id whose ``authenticatedState`` is ``loggedOut`` links what is free, and moves nothing.
3. *At most 50 identities a profile.* When one more comes, the ids that were not seen for the longest time leave, if
   that is a week or more: browsers that delete cookies give a loyal customer a new ECID every few days.
4. *Who links more than that is no person.* If all 50 were seen within a week, the id that links them is a shared one (a
   test account, a kiosk): it is quarantined. It keeps its profile and is kept on record, but links nothing any more,
   and the devices that it had linked are free again. Events are then attributed by their other identities.

Without a conflict by rule 1 or 3 the result is that of joining sets: the same for any order and repetition.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from server.model.identity import Identity, Namespace
from server.model.profile import ProfileId
from server.profile.identity_map import Claim

# Enough for the devices of one person, small enough that a shared id cannot make one person of thousands
# (reliability-security I20; the platform has the same limit).
MAX_IDENTITIES_PER_PROFILE = 50

# 50 new ids within it are 7 a day, day after day: more than cookie deletion does to a person, less than a shared id.
IDLE_BEFORE_LEAVING_MS = 7 * 24 * 3600 * 1000

DEFAULT_UNIQUE_NAMESPACES = (Namespace("CustomerId"), Namespace("CRMID"), Namespace("Email"))


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRules:
    """``unique_namespaces``: a person has one id of each at a time; the first decides when two disagree."""

    unique_namespaces: tuple[Namespace, ...] = DEFAULT_UNIQUE_NAMESPACES
    max_identities_per_profile: int = MAX_IDENTITIES_PER_PROFILE
    idle_before_leaving_ms: int = IDLE_BEFORE_LEAVING_MS


DEFAULT_RULES = GraphRules()


class Link(NamedTuple):
    """The identities of one event, and when it happened (milliseconds since the epoch)."""

    claims: tuple[Claim, ...]
    at_ms: int


class Node(NamedTuple):
    """One identity in the graph.

    ``seen_ms``: time of the newest event that carried it. ``person_ms``: of the newest that carried it together with an
    id of a unique namespace; None when none did. ``quarantined_ms``: of the one that showed it to be shared, or None.
    """

    profile: ProfileId
    seen_ms: int
    person_ms: int | None = None
    quarantined_ms: int | None = None


@dataclass(frozen=True, slots=True)
class IdentityGraph:
    """Each identity is in one profile, by construction. ``merged``: profiles that are another one now."""

    nodes: Mapping[Identity, Node] = field(default_factory=dict)
    merged: Mapping[ProfileId, ProfileId] = field(default_factory=dict)


class Linked(NamedTuple):
    """``profiles``: whose event each link is, in order; None where no identity can tell."""

    graph: IdentityGraph
    profiles: tuple[ProfileId | None, ...]


def link(graph: IdentityGraph, links: Sequence[Link], *, new_id: Callable[[], ProfileId], rules: GraphRules) -> Linked:
    """The graph with all ``links`` followed, in order.

    ``graph`` must hold every profile that an identity of ``links`` is in, with all its identities. When profiles become
    one, the least id stays: give ids that grow, and it is the oldest.
    """
    linking = _Linking(graph, new_id, rules)
    profiles = [linking.follow(each) for each in links]
    return Linked(
        IdentityGraph(linking.nodes, linking.merged),
        tuple(linking.current(profile) if profile else None for profile in profiles),
    )


class _Linking:
    """The graph while it is being changed: a copy, with the members of each profile beside it."""

    def __init__(self, graph: IdentityGraph, new_id: Callable[[], ProfileId], rules: GraphRules) -> None:
        self.nodes = dict(graph.nodes)
        self.merged = dict(graph.merged)
        self._new_id = new_id
        self._rules = rules
        self._unique = frozenset(rules.unique_namespaces)
        self._members: dict[ProfileId, set[Identity]] = {}
        for identity, node in graph.nodes.items():
            self._members.setdefault(node.profile, set()).add(identity)

    def current(self, profile: ProfileId) -> ProfileId:
        return self.merged.get(profile, profile)

    def follow(self, link: Link) -> ProfileId | None:
        """Link the identities of one event and tell whose it is."""
        claims = self._without_contradictions(link.claims)
        free = [claim for claim in claims if not self._is_quarantined(claim.identity)]
        if not free:
            return self.nodes[claims[0].identity].profile if claims else None
        anchor, is_person = self._anchor(free)
        if anchor not in self.nodes:
            self._add(anchor, self._new_id(), link.at_ms)
        for claim in free:
            person_ms = link.at_ms if is_person and not claim.is_logged_out else None
            if not self._join(claim.identity, anchor, free, person_ms, link.at_ms):
                return self.follow(link)  # one id of it is quarantined now: at most as often as it has ids
        self._touch(free, link.at_ms, is_person)
        return self.nodes[anchor].profile

    def _without_contradictions(self, claims: tuple[Claim, ...]) -> list[Claim]:
        """Of a unique namespace the one id that stands out (the primary; else the only one not logged out), or none."""
        kept = list(claims)
        for namespace in self._rules.unique_namespaces:
            rivals = [claim for claim in kept if claim.identity.namespace == namespace]
            if len(rivals) < 2:
                continue
            primary = [claim for claim in rivals if claim.is_primary]
            present = [claim for claim in rivals if not claim.is_logged_out]
            standing_out = primary if len(primary) == 1 else present if len(present) == 1 else []
            kept = [claim for claim in kept if claim.identity.namespace != namespace or claim in standing_out]
        return kept

    def _anchor(self, claims: Sequence[Claim]) -> tuple[Identity, bool]:
        """Whose event it is, and whether that is a person who is there: then the other identities follow.

        Else it is the profile's whose person used one of these identities last.
        """
        present = [claim for claim in claims if not claim.is_logged_out]
        for claim in present:
            if claim.identity.namespace in self._unique:
                return claim.identity, True

        def last_used(claim: Claim) -> float:
            node = self.nodes.get(claim.identity)
            return float("-inf") if node is None or node.person_ms is None else node.person_ms

        return max(present or claims, key=last_used).identity, False

    def _join(
        self, identity: Identity, anchor: Identity, claims: Sequence[Claim], person_ms: int | None, at_ms: int
    ) -> bool:
        """Bring ``identity`` into the anchor's profile if the rules let it; False when that put an id in quarantine.

        ``person_ms``: None when the event does not prove that the anchor's person is there.
        """
        target = self.nodes[anchor].profile
        node = self.nodes.get(identity)
        if node is not None and node.profile == target:
            return True
        rival = self._rival(identity, target)
        if rival is not None and not self._is_newer(person_ms, rival):
            return True
        is_conflict = node is not None and self._is_conflict(target, node.profile, rival)
        if is_conflict and not self._is_newer(person_ms, identity):
            return True

        joining = {identity} if node is None or is_conflict else self._members[node.profile]
        staying = self._members[target] - {rival}
        leaving = self._leaving(staying | joining, {claim.identity for claim in claims}, at_ms)
        if leaving is None:
            self._quarantine(identity if node is not None and len(joining) >= len(staying) else anchor, at_ms)
            return False
        for left in leaving if rival is None else [rival, *leaving]:
            self._remove(left)
        if node is None:
            self._add(identity, target, at_ms)
        elif is_conflict:
            self._move(identity, target)
        else:
            self._merge(target, node.profile)
        return True

    def _rival(self, identity: Identity, profile: ProfileId) -> Identity | None:
        """Another id of the same unique namespace in the profile: only one of the two can be."""
        if identity.namespace not in self._unique:
            return None
        return next((member for member in self._members[profile] if member.namespace == identity.namespace), None)

    def _is_newer(self, person_ms: int | None, identity: Identity) -> bool:
        """Whether a person's event of that time may move ``identity``: none that is older than its last one."""
        last_ms = self.nodes[identity].person_ms
        return person_ms is not None and (last_ms is None or person_ms >= last_ms)

    def _is_conflict(self, profile: ProfileId, other: ProfileId, rival: Identity | None) -> bool:
        """Whether the two, ``rival`` aside, hold different ids of one unique namespace: two people."""
        unique = {one.namespace: one for one in self._members[profile] - {rival} if one.namespace in self._unique}
        return any(one.namespace in unique for one in self._members[other])

    def _leaving(self, members: set[Identity], carried: set[Identity], at_ms: int) -> Sequence[Identity] | None:
        """Which ids must leave so that the others find room, the longest unseen first; None when too few may."""
        excess = len(members) - self._rules.max_identities_per_profile
        if excess <= 0:
            return ()
        seen = {member: self.nodes[member].seen_ms for member in members - carried}
        # The newest of all, not this event's own time: a late event proves nothing about what is idle now.
        idle_since_ms = max([at_ms, *seen.values()]) - self._rules.idle_before_leaving_ms
        idle = sorted(
            (seen_ms, member) for member, seen_ms in seen.items() if seen_ms <= idle_since_ms and self._is_loose(member)
        )
        return [member for _seen_ms, member in idle[:excess]] if len(idle) >= excess else None

    def _is_loose(self, identity: Identity) -> bool:
        """Whether a profile may lose it: neither who the person is, nor a record of a quarantine."""
        return identity.namespace not in self._unique and not self._is_quarantined(identity)

    def _is_quarantined(self, identity: Identity) -> bool:
        node = self.nodes.get(identity)
        return node is not None and node.quarantined_ms is not None

    def _touch(self, claims: Iterable[Claim], at_ms: int, is_person: bool) -> None:
        for identity in (claim.identity for claim in claims):
            node = self.nodes.get(identity)
            if node is None:
                continue
            person_ms = node.person_ms
            if is_person:
                person_ms = at_ms if person_ms is None else max(person_ms, at_ms)
            if (at_ms, person_ms) != (node.seen_ms, node.person_ms):
                self.nodes[identity] = node._replace(seen_ms=max(node.seen_ms, at_ms), person_ms=person_ms)

    def _quarantine(self, identity: Identity, at_ms: int) -> None:
        node = self.nodes[identity]._replace(quarantined_ms=at_ms)
        self.nodes[identity] = node
        for member in [each for each in self._members[node.profile] if self._is_loose(each)]:
            self._remove(member)

    def _add(self, identity: Identity, profile: ProfileId, at_ms: int) -> None:
        self.nodes[identity] = Node(profile, at_ms)
        self._members.setdefault(profile, set()).add(identity)

    def _move(self, identity: Identity, profile: ProfileId) -> None:
        node = self.nodes[identity]
        self._members[node.profile].discard(identity)
        self._members.setdefault(profile, set()).add(identity)
        self.nodes[identity] = node._replace(profile=profile)

    def _remove(self, identity: Identity) -> None:
        """Out of its profile. A quarantined id gets one of its own, so that its record stays."""
        if self._is_quarantined(identity):
            self._move(identity, self._new_id())
            return
        self._members[self.nodes.pop(identity).profile].discard(identity)

    def _merge(self, one: ProfileId, other: ProfileId) -> None:
        survivor, absorbed = sorted((one, other))
        for identity in self._members[absorbed].copy():
            self._move(identity, survivor)
        del self._members[absorbed]
        self.merged = {loser: survivor if now == absorbed else now for loser, now in self.merged.items()}
        self.merged[absorbed] = survivor
