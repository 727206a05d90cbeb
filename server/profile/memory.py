"""The profile store in memory: the twin of the SQLite store for tests, and the plainest statement of what it does."""

from collections.abc import Sequence

from server.model.datastream import DatasetId
from server.model.event import Event, EventId
from server.model.identity import Identity
from server.model.outcome import BEFORE_FIRST, Offset, Processed
from server.model.profile import ProfileEvent, ProfileId, ProfileView
from server.profile.changes import changes, read_event
from server.profile.fold import Attributes, combine, describe
from server.profile.graph import DEFAULT_RULES, GraphRules, IdentityGraph
from server.profile.rows import profile_id


class MemoryProfileStore:
    """Implements the port ProfileStore, and what the SQLite store has beyond it that tests ask for."""

    def __init__(self, *, rules: GraphRules = DEFAULT_RULES) -> None:
        self._rules = rules
        self._graph = IdentityGraph()
        self._attributes: dict[ProfileId, Attributes] = {}
        self._known: set[tuple[DatasetId, EventId]] = set()
        self._events: list[tuple[ProfileId, int, Event]] = []
        self._last_key = 0
        self._committed = BEFORE_FIRST

    async def open(self) -> None:
        """Nothing to make ready."""

    async def apply(self, batch: Sequence[tuple[Offset, Processed]]) -> None:
        offered: dict[tuple[DatasetId, EventId], Event] = {}
        for _, processed in batch:
            if not processed.duplicate:
                offered.setdefault((processed.event.dataset_id, processed.event.id), processed.event)
        events = [read_event(event, self._rules) for name, event in offered.items() if name not in self._known]
        changed = changes(self._graph, events, new_id=self._new_id, rules=self._rules)

        self._graph = changed.graph
        self._known.update(offered)
        for profile in changed.gained.keys() | {node.profile for node in changed.graph.nodes.values()}:
            gained = changed.gained.get(profile, Attributes())
            self._attributes[profile] = combine(self._attributes.get(profile, Attributes()), gained)
        for loser, survivor in changed.graph.merged.items():
            lost = self._attributes.pop(loser, Attributes())
            self._attributes[survivor] = combine(self._attributes[survivor], lost)
        for new, owner in zip(events, changed.profiles, strict=True):
            if owner is not None:
                self._events.append((owner, new.link.at_ms, new.event))
        self._committed = max([self._committed, *(offset for offset, _ in batch)])

    async def find(self, identity: Identity, *, limit_events: int) -> ProfileView | None:
        node = self._graph.nodes.get(identity)
        return None if node is None else self._view(node.profile, limit_events)

    async def load(self, profile: ProfileId, *, limit_events: int) -> ProfileView | None:
        current = self._graph.merged.get(profile, profile)
        return self._view(current, limit_events) if current in self._attributes else None

    async def recent_profiles(self, *, limit: int) -> Sequence[ProfileView]:
        active = [(facts.last_seen_ms, profile) for profile, facts in self._attributes.items() if facts.event_count]
        return [self._view(profile, 0) for _last_seen_ms, profile in sorted(active, reverse=True)[: max(0, limit)]]

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
        )
