"""The identity graph for any links at all; profiles for any events at all."""

from collections import Counter
from collections.abc import Sequence
from functools import reduce

import hypothesis.strategies as st
from hypothesis import given

from server.model.identity import Identity
from server.model.json import Json
from server.profile.changes import read_event
from server.profile.fold import Attributes, combine, describe, facts, fold
from server.profile.graph import DEFAULT_RULES, GraphRules, IdentityGraph, Link, Linked, link
from server.profile.identity_map import MAX_IDENTITIES_PER_EVENT, Claim
from tests.builders import NOON_MS, an_event
from tests.unit.profile.builders import an_identity, growing_ids, iso

# Few and small, so that conflicts and limits are met all the time.
CROWDED = GraphRules(max_identities_per_profile=5, idle_before_leaving_ms=20)

Partition = frozenset[frozenset[Identity]]


def follow(links: Sequence[Link], rules: GraphRules = DEFAULT_RULES) -> Linked:
    ids = growing_ids()
    return link(IdentityGraph(), links, new_id=lambda: next(ids), rules=rules)


def partition(graph: IdentityGraph) -> Partition:
    """Who is together with whom; what the profiles are called does not matter."""
    profiles: dict[str, set[Identity]] = {}
    for identity, node in graph.nodes.items():
        profiles.setdefault(node.profile, set()).add(identity)
    return frozenset(map(frozenset, profiles.values()))


def times(graph: IdentityGraph) -> dict[Identity, tuple[int, int | None]]:
    return {identity: (node.seen_ms, node.person_ms) for identity, node in graph.nodes.items()}


def joined(links: Sequence[Link]) -> Partition:
    """The oracle: join sets until nothing more touches."""
    groups: list[set[Identity]] = []
    for each in links:
        group = {claim.identity for claim in each.claims}
        touching = [other for other in groups if other & group]
        groups = [other for other in groups if not other & group]
        if group:
            groups.append(group.union(*touching))
    return frozenset(map(frozenset, groups))


@st.composite
def links_without_conflict(draw: st.DrawFn) -> list[Link]:
    """Events of people who share nothing and have one id of each unique namespace, and few devices."""
    links = []
    for person in range(draw(st.integers(1, 4))):
        own = [an_identity(f"{namespace}:{person}") for namespace in DEFAULT_RULES.unique_namespaces]
        own += [an_identity(f"ECID:{person}-{device}") for device in range(4)]
        some = st.lists(st.sampled_from(own), min_size=1, max_size=4, unique=True)
        for identities in draw(st.lists(some, max_size=6)):
            claims = tuple(Claim(one, draw(st.booleans()), draw(st.booleans())) for one in identities)
            links.append(Link(claims, draw(st.integers(0, 100))))
    return links


any_identity = st.builds(
    an_identity, st.sampled_from([f"{ns}:{n}" for ns in ("CustomerId", "Email", "ECID", "FPID") for n in range(5)])
)
any_claim = st.builds(Claim, any_identity, st.booleans(), st.booleans())
any_link = st.builds(
    Link,
    st.lists(any_claim, max_size=4, unique_by=lambda claim: claim.identity).map(tuple),
    st.integers(0, 100),
)
any_links = st.lists(any_link, max_size=25)


@given(st.data())
def test_without_conflict_the_graph_is_the_same_for_any_order_and_repetition(data: st.DataObject) -> None:
    links = data.draw(links_without_conflict())
    again = data.draw(st.permutations(links + data.draw(st.lists(st.sampled_from(links), max_size=5)) if links else []))

    graph, other = follow(links).graph, follow(again).graph

    assert partition(graph) == partition(other) == joined(links)
    assert times(graph) == times(other)


@given(st.data())
def test_without_conflict_whose_event_it_is_does_not_depend_on_order(data: st.DataObject) -> None:
    links = data.draw(links_without_conflict())
    order = data.draw(st.permutations(range(len(links))))

    linked, other = follow(links), follow([links[place] for place in order])

    owners, others = linked.profiles, {place: other.profiles[n] for n, place in enumerate(order)}
    for one in range(len(links)):
        for two in range(len(links)):
            assert (owners[one] == owners[two]) == (others[one] == others[two])


@given(any_links)
def test_no_profile_holds_two_ids_of_a_unique_namespace_or_too_many(links: list[Link]) -> None:
    graph = follow(links, CROWDED).graph

    for profile in partition(graph):
        unique = Counter(one.namespace for one in profile if one.namespace in CROWDED.unique_namespaces)
        assert max(unique.values(), default=0) <= 1
        assert len(profile) <= CROWDED.max_identities_per_profile


@given(any_links)
def test_every_event_with_an_unambiguous_identity_has_a_profile_that_exists(links: list[Link]) -> None:
    linked = follow(links, CROWDED)

    existing = {node.profile for node in linked.graph.nodes.values()}
    for each, profile in zip(links, linked.profiles, strict=True):
        assert profile is None or profile in existing
        is_clear = {claim.identity.namespace for claim in each.claims} - set(CROWDED.unique_namespaces)
        assert profile is not None or not is_clear
    assert not existing & linked.graph.merged.keys()
    assert set(linked.graph.merged.values()) <= existing


@given(any_links, any_link)
def test_following_a_link_twice_in_a_row_is_following_it_once(links: list[Link], last: Link) -> None:
    once, twice = follow([*links, last], CROWDED), follow([*links, last, last], CROWDED)

    assert partition(once.graph) == partition(twice.graph)
    assert once.profiles[-1] == twice.profiles[-1]


@given(any_links, any_links)
def test_in_how_many_batches_links_come_does_not_matter(one: list[Link], other: list[Link]) -> None:
    ids = growing_ids()

    first = link(IdentityGraph(), one, new_id=lambda: next(ids), rules=CROWDED)
    second = link(first.graph, other, new_id=lambda: next(ids), rules=CROWDED)

    whole = follow([*one, *other], CROWDED)
    assert second.graph == whole.graph
    assert second.profiles == whole.profiles[len(one) :]


@given(any_links)
def test_once_in_quarantine_always_on_record(links: list[Link]) -> None:
    ids = growing_ids()
    graph, quarantined = IdentityGraph(), set[Identity]()

    for each in links:
        graph = link(graph, [each], new_id=lambda: next(ids), rules=CROWDED).graph
        now = {one for one, node in graph.nodes.items() if node.quarantined_ms is not None}
        assert quarantined <= now
        quarantined = now


any_json: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
any_entry = any_json | st.fixed_dictionaries(
    {"id": any_json}, optional={"primary": any_json, "authenticatedState": any_json}
)
any_identity_map = any_json | st.dictionaries(
    st.text(max_size=5), any_json | st.lists(any_entry, max_size=25), max_size=3
)
any_xdm = st.fixed_dictionaries(
    {},
    optional={
        "identityMap": any_identity_map,
        "timestamp": any_json | st.datetimes().map(lambda moment: moment.isoformat()),
        "eventType": any_json,
        "web": any_json | st.fixed_dictionaries({"webPageDetails": any_json}),
        "commerce": any_json
        | st.fixed_dictionaries(
            {
                "purchases": st.fixed_dictionaries({"value": any_json}),
                "order": st.dictionaries(st.just("priceTotal"), any_json),
            }
        ),
        "device": any_json,
        "environment": any_json,
    },
)


@given(any_xdm)
def test_any_event_at_all_is_read(xdm: dict[str, Json]) -> None:
    event = an_event(xdm=xdm, id="e-1")

    read = read_event(event, DEFAULT_RULES)
    told = describe(facts(event), {}, unique_namespaces=())

    assert len(read.link.claims) <= MAX_IDENTITIES_PER_EVENT
    assert 0 <= read.link.at_ms <= event.received_ms
    assert told["eventCount"] == 1


usual_xdm = st.fixed_dictionaries(
    {"timestamp": st.integers(0, 5).map(lambda second: iso(NOON_MS - second * 1000))},
    optional={
        "eventType": st.sampled_from(["a", "b", "c"]),
        "web": st.sampled_from(["/", "/cart"]).map(lambda url: {"webPageDetails": {"URL": url}}),
        "commerce": st.builds(
            lambda total, currency: {
                "purchases": {"value": 1},
                "order": {"priceTotal": total, "currencyCode": currency},
            },
            st.decimals(-1000, 1_000_000, places=2).map(float),
            st.sampled_from(["EUR", "CHF"]),
        ),
    },
)


@given(st.data())
def test_attributes_do_not_depend_on_the_order_of_events_or_how_they_are_combined(data: st.DataObject) -> None:
    xdms = data.draw(st.lists(usual_xdm, max_size=8))
    events = [an_event(xdm=xdm, id=f"e-{number}") for number, xdm in enumerate(xdms)]
    cut = data.draw(st.integers(0, len(events)))
    shuffled = data.draw(st.permutations(events))

    whole = reduce(fold, events, Attributes())

    assert reduce(fold, shuffled, Attributes()) == whole
    assert combine(reduce(fold, shuffled[:cut], Attributes()), reduce(fold, shuffled[cut:], Attributes())) == whole
