"""The profile store in memory: the twin of the SQLite store for tests, and the plainest statement of what it does."""

from collections.abc import Sequence

import msgspec

from server.model.datastream import DatasetId
from server.model.event import Event, EventId
from server.model.identity import Identity
from server.model.outcome import BEFORE_FIRST, Offset
from server.model.profile import ProfileEvent, ProfileId, ProfileView, Record
from server.ports import ProfileEntry
from server.profile.changes import FragmentKey, New, NewEvent, changes, read_event, read_record
from server.profile.fold import Attributes, combine, describe
from server.profile.fragment import Fragment, join
from server.profile.graph import DEFAULT_RULES, GraphRules, IdentityGraph
from server.profile.record import merge_fragments
from server.profile.rows import profile_id


class MemoryProfileStore:
    """Implements the port ProfileStore, and what the SQLite store has beyond it that tests ask for."""

    def __init__(self, *, rules: GraphRules = DEFAULT_RULES) -> None:
        self._rules = rules
        self._graph = IdentityGraph()
        self._attributes: dict[ProfileId, Attributes] = {}
        self._heard_ms: dict[ProfileId, int] = {}
        self._fragments: dict[FragmentKey, Fragment] = {}
        self._known: set[tuple[DatasetId, EventId]] = set()
        self._events: list[tuple[ProfileId, int, Event]] = []
        self._last_key = 0
        self._committed = BEFORE_FIRST

    async def open(self) -> None:
        """Nothing to make ready."""

    async def apply(self, batch: Sequence[tuple[Offset, ProfileEntry]]) -> None:
        new: list[New] = []
        known = set(self._known)
        for _, entry in batch:
            if isinstance(entry, Record):
                new.append(read_record(entry, self._rules))
            elif not entry.duplicate and (name := (entry.event.dataset_id, entry.event.id)) not in known:
                known.add(name)
                new.append(read_event(entry.event, self._rules))
        changed = changes(self._graph, new, new_id=self._new_id, rules=self._rules)

        self._graph = changed.graph
        self._known = known
        for profile in changed.gained.keys() | {node.profile for node in changed.graph.nodes.values()}:
            gained = changed.gained.get(profile, Attributes())
            self._attributes[profile] = combine(self._attributes.get(profile, Attributes()), gained)
        for profile, at_ms in changed.heard_ms.items():
            self._heard_ms[profile] = max(self._heard_ms.get(profile, 0), at_ms)
        for loser, survivor in changed.graph.merged.items():
            lost = self._attributes.pop(loser, Attributes())
            self._attributes[survivor] = combine(self._attributes[survivor], lost)
            self._heard_ms[survivor] = max(self._heard_ms.get(survivor, 0), self._heard_ms.pop(loser, 0))
        for key, said in changed.fragments.items():
            self._fragments[key] = join(self._fragments[key], said) if key in self._fragments else said
        for each, owner in zip(new, changed.profiles, strict=True):
            if owner is not None and isinstance(each, NewEvent):
                self._events.append((owner, each.link.at_ms, each.event))
        self._committed = max([self._committed, *(offset for offset, _ in batch)])

    async def find(self, identity: Identity, *, limit_events: int) -> ProfileView | None:
        node = self._graph.nodes.get(identity)
        return None if node is None else self._view(node.profile, limit_events)

    async def load(self, profile: ProfileId, *, limit_events: int) -> ProfileView | None:
        current = self._graph.merged.get(profile, profile)
        return self._view(current, limit_events) if current in self._attributes else None

    async def search(self, value: str) -> Sequence[Identity]:
        return sorted(identity for identity in self._graph.nodes if identity.id == value)

    async def recent_profiles(self, *, limit: int) -> Sequence[ProfileView]:
        heard = sorted(((at_ms, profile) for profile, at_ms in self._heard_ms.items()), reverse=True)
        views = [self._view(profile, 0) for _heard_ms, profile in heard[: max(0, limit)]]
        return [msgspec.structs.replace(view, record={}, attribute_sources=(), record_sources=()) for view in views]

    async def count_profiles(self) -> int:
        return len(self._attributes)

    async def committed(self) -> Offset:
        return self._committed

    async def close(self) -> None:
        """Nothing to let go of."""

    def _new_id(self) -> ProfileId:
        self._last_key += 1
        return profile_id(self._last_key)

    def _view(self, profile: ProfileId, limit_events: int) -> ProfileView:
        attributes = self._attributes[profile]
        nodes = {identity: node for identity, node in self._graph.nodes.items() if node.profile == profile}
        own = [
            (at_ms, place, event)
            for place, (owner, at_ms, event) in enumerate(self._events)
            if self._graph.merged.get(owner, owner) == profile
        ]
        merged = merge_fragments({key: said for key, said in self._fragments.items() if key[1] in nodes})
        newest = sorted(own, key=lambda each: each[:2], reverse=True)[: max(0, limit_events)]
        return ProfileView(
            id=profile,
            identities=tuple(sorted(nodes)),
            attributes=describe(attributes, nodes, unique_namespaces=self._rules.unique_namespaces),
            events=tuple(
                ProfileEvent(id=event.id, dataset_id=event.dataset_id, timestamp_ms=at_ms, xdm=event.xdm)
                for at_ms, _place, event in newest
            ),
            event_count=attributes.event_count,
            record=merged.record,
            attribute_sources=merged.attribute_sources,
            record_sources=merged.record_sources,
        )
