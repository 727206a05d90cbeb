from collections.abc import Sequence

import pytest

from server.model.profile import ProfileId
from server.profile.graph import IDLE_BEFORE_LEAVING_MS, GraphRules, IdentityGraph, Link, link
from tests.unit.profile.builders import DAY_MS, a_link, an_identity, growing_ids

RULES = GraphRules()


class Follower:
    """A graph that links are followed in, one after the other."""

    def __init__(self, rules: GraphRules = RULES) -> None:
        self.graph = IdentityGraph()
        self._rules = rules
        self._ids = growing_ids()

    def follow(self, *links: Link) -> list[ProfileId | None]:
        """Whose events they are."""
        linked = link(self.graph, links, new_id=lambda: next(self._ids), rules=self._rules)
        self.graph = linked.graph
        return list(linked.profiles)

    def profile(self, text: str) -> ProfileId | None:
        node = self.graph.nodes.get(an_identity(text))
        return node.profile if node else None

    def together(self, text: str) -> set[str]:
        """The identities of the profile that this one is in."""
        mine = self.profile(text)
        return {str(one) for one, node in self.graph.nodes.items() if node.profile == mine} if mine else set()

    def quarantined(self) -> set[str]:
        return {str(one) for one, node in self.graph.nodes.items() if node.quarantined_ms is not None}


def test_identities_of_one_event_are_one_person() -> None:
    graph = Follower()

    (profile,) = graph.follow(a_link("ECID:1", "CustomerId:A"))

    assert graph.together("ECID:1") == {"ECID:1", "CustomerId:A"}
    assert profile == graph.profile("ECID:1")


def test_a_shared_identity_joins_two_profiles_and_the_oldest_stays() -> None:
    graph = Follower()

    first, second, third = graph.follow(a_link("ECID:1"), a_link("ECID:2"), a_link("ECID:2", "ECID:1"))

    assert graph.together("ECID:1") == {"ECID:1", "ECID:2"}
    assert first == second == third == "p000001"
    assert graph.graph.merged == {ProfileId("p000002"): ProfileId("p000001")}


def test_what_an_anonymous_visitor_did_is_the_customers_after_the_login() -> None:
    graph = Follower()

    anonymous, login = graph.follow(a_link("ECID:1"), a_link("ECID:1", "CustomerId:A"))

    assert anonymous == login


def test_devices_of_one_customer_are_one_person() -> None:
    graph = Follower()

    graph.follow(a_link("ECID:1", "CustomerId:A"), a_link("ECID:2"), a_link("ECID:2", "CustomerId:A"))

    assert graph.together("ECID:1") == {"ECID:1", "ECID:2", "CustomerId:A"}


def test_an_event_without_identity_is_nobodys() -> None:
    graph = Follower()

    assert graph.follow(Link((), 0)) == [None]


class TestTwoCustomersOnOneBrowser:
    def test_stay_two_and_the_browser_follows_the_newest(self) -> None:
        graph = Follower()

        a, b, anonymous = graph.follow(
            a_link("ECID:1", "CustomerId:A", at=1), a_link("ECID:1", "CustomerId:B", at=2), a_link("ECID:1", at=3)
        )

        assert graph.together("CustomerId:A") == {"CustomerId:A"}
        assert graph.together("CustomerId:B") == {"CustomerId:B", "ECID:1"}
        assert a != b
        assert anonymous == b

    def test_the_browser_returns_with_the_first(self) -> None:
        graph = Follower()

        a, _b, again = graph.follow(
            a_link("ECID:1", "CustomerId:A", at=1),
            a_link("ECID:1", "CustomerId:B", at=2),
            a_link("ECID:1", "CustomerId:A", at=3),
        )

        assert a == again
        assert graph.together("ECID:1") == {"CustomerId:A", "ECID:1"}

    def test_only_the_shared_browser_moves(self) -> None:
        graph = Follower()

        graph.follow(
            a_link("ECID:1", "CustomerId:A", at=1),
            a_link("ECID:2", "CustomerId:A", at=2),
            a_link("ECID:1", "CustomerId:B", at=3),
        )

        assert graph.together("CustomerId:A") == {"CustomerId:A", "ECID:2"}

    def test_two_known_customers_meeting_stay_two(self) -> None:
        graph = Follower()

        graph.follow(
            a_link("ECID:1", "CustomerId:A", at=1),
            a_link("ECID:2", "CustomerId:B", at=2),
            a_link("ECID:1", "CustomerId:B", at=3),
        )

        assert graph.together("CustomerId:A") == {"CustomerId:A"}
        assert graph.together("CustomerId:B") == {"CustomerId:B", "ECID:1", "ECID:2"}

    def test_a_late_event_takes_the_browser_not_back_but_is_its_customers(self) -> None:
        graph = Follower()

        a, _b, late = graph.follow(
            a_link("ECID:1", "CustomerId:A", at=1),
            a_link("ECID:1", "CustomerId:B", at=10),
            a_link("ECID:1", "CustomerId:A", at=5),
        )

        assert late == a
        assert graph.together("ECID:1") == {"CustomerId:B", "ECID:1"}

    def test_anonymous_events_between_do_not_make_the_link_newer(self) -> None:
        graph = Follower()

        graph.follow(
            a_link("ECID:1", "CustomerId:A", at=1), a_link("ECID:1", at=50), a_link("ECID:1", "CustomerId:B", at=30)
        )

        assert graph.together("ECID:1") == {"CustomerId:B", "ECID:1"}

    def test_devices_seen_together_without_a_customer_move_nothing(self) -> None:
        graph = Follower()

        _a, b, both = graph.follow(
            a_link("ECID:1", "CustomerId:A", at=1),
            a_link("FPID:1", "CustomerId:B", at=2),
            a_link("ECID:1", "FPID:1", at=3),
        )

        assert graph.together("ECID:1") == {"CustomerId:A", "ECID:1"}
        assert graph.together("FPID:1") == {"CustomerId:B", "FPID:1"}
        assert both == b  # who used one of them last


class TestLoggedOut:
    def test_links_what_is_free(self) -> None:
        graph = Follower()

        graph.follow(a_link("ECID:1", "CustomerId:A", logged_out=("CustomerId:A",)))

        assert graph.together("ECID:1") == {"ECID:1", "CustomerId:A"}

    def test_takes_no_browser_from_another_customer(self) -> None:
        graph = Follower()

        a, _b, event = graph.follow(
            a_link("ECID:1", "CustomerId:A", at=1),
            a_link("ECID:2", "CustomerId:B", at=2),
            a_link("ECID:1", "CustomerId:B", at=3, logged_out=("CustomerId:B",)),
        )

        assert graph.together("ECID:1") == {"CustomerId:A", "ECID:1"}
        assert event == a


class TestUniqueNamespaces:
    def test_the_newest_address_of_a_customer_replaces_the_one_before(self) -> None:
        graph = Follower()

        graph.follow(
            a_link("CustomerId:A", "Email:old@example.com", at=1), a_link("CustomerId:A", "Email:new@example.com", at=2)
        )

        assert graph.together("CustomerId:A") == {"CustomerId:A", "Email:new@example.com"}
        assert graph.profile("Email:old@example.com") is None

    def test_an_older_address_that_comes_late_replaces_nothing(self) -> None:
        graph = Follower()

        first, late = graph.follow(
            a_link("CustomerId:A", "Email:new@example.com", at=2), a_link("CustomerId:A", "Email:old@example.com", at=1)
        )

        assert graph.together("CustomerId:A") == {"CustomerId:A", "Email:new@example.com"}
        assert first == late

    def test_an_address_follows_the_account_that_used_it_last(self) -> None:
        graph = Follower()

        graph.follow(
            a_link("CustomerId:A", "Email:x@example.com", "ECID:1", at=1),
            a_link("CustomerId:B", "Email:x@example.com", at=2),
        )

        assert graph.together("CustomerId:A") == {"CustomerId:A", "ECID:1"}
        assert graph.together("CustomerId:B") == {"CustomerId:B", "Email:x@example.com"}

    def test_a_person_known_by_address_becomes_the_customer(self) -> None:
        graph = Follower()

        graph.follow(a_link("ECID:1", "Email:x@example.com", at=1), a_link("CustomerId:A", "Email:x@example.com", at=2))

        assert graph.together("ECID:1") == {"CustomerId:A", "Email:x@example.com", "ECID:1"}

    def test_a_new_address_of_a_known_visitor_brings_that_visitor(self) -> None:
        graph = Follower()
        graph.follow(
            a_link("CustomerId:A", "Email:old@example.com", at=1), a_link("ECID:2", "Email:new@example.com", at=2)
        )

        graph.follow(a_link("CustomerId:A", "Email:new@example.com", at=3))

        assert graph.together("CustomerId:A") == {"CustomerId:A", "Email:new@example.com", "ECID:2"}

    def test_the_first_namespace_decides_whose_event_it_is(self) -> None:
        graph = Follower()

        a, event = graph.follow(a_link("CustomerId:A", at=1), a_link("Email:x@example.com", "CustomerId:A", at=2))

        assert event == a

    def test_two_customers_in_one_event_are_linked_to_nothing(self) -> None:
        graph = Follower()

        graph.follow(a_link("CustomerId:A", "CustomerId:B", "ECID:1"))

        assert graph.together("ECID:1") == {"ECID:1"}
        assert graph.profile("CustomerId:A") is None
        assert graph.profile("CustomerId:B") is None

    def test_nothing_but_two_customers_in_one_event_is_nobodys(self) -> None:
        assert Follower().follow(a_link("CustomerId:A", "CustomerId:B")) == [None]

    @pytest.mark.parametrize(
        "contradictory",
        [
            a_link("CustomerId:A", "CustomerId:B", "ECID:1", primary=("CustomerId:B",)),
            a_link("CustomerId:A", "CustomerId:B", "ECID:1", logged_out=("CustomerId:A",)),
        ],
    )
    def test_of_two_customers_in_one_event_the_one_who_stands_out_counts(self, contradictory: Link) -> None:
        graph = Follower()

        graph.follow(contradictory)

        assert graph.together("ECID:1") == {"CustomerId:B", "ECID:1"}

    def test_which_they_are_is_a_rule(self) -> None:
        graph = Follower(GraphRules(unique_namespaces=()))

        graph.follow(a_link("ECID:1", "CustomerId:A"), a_link("ECID:1", "CustomerId:B"))

        assert graph.together("ECID:1") == {"ECID:1", "CustomerId:A", "CustomerId:B"}


def devices(*, first: int, last: int, with_: str, day_ms: int) -> Sequence[Link]:
    return [a_link(f"ECID:{n:03}", with_, at=n * day_ms) for n in range(first, last + 1)]


class TestLimit:
    def test_fifty_identities_fit(self) -> None:
        graph = Follower()

        graph.follow(*devices(first=1, last=49, with_="CustomerId:A", day_ms=0))

        assert len(graph.together("CustomerId:A")) == 50
        assert graph.quarantined() == set()

    def test_a_customer_whose_browser_forgets_cookies_keeps_the_newest_devices(self) -> None:
        graph = Follower()

        profiles = graph.follow(*devices(first=1, last=100, with_="CustomerId:A", day_ms=DAY_MS))

        assert set(profiles) == {graph.profile("CustomerId:A")}
        assert graph.together("CustomerId:A") == {"CustomerId:A", *(f"ECID:{n:03}" for n in range(52, 101))}
        assert graph.quarantined() == set()

    def test_an_id_that_links_too_many_within_a_week_is_quarantined_and_its_devices_are_free(self) -> None:
        graph = Follower()
        *_, last = graph.follow(*devices(first=1, last=50, with_="CustomerId:demo", day_ms=1000))

        assert graph.quarantined() == {"CustomerId:demo"}
        assert graph.together("CustomerId:demo") == {"CustomerId:demo"}
        assert graph.together("ECID:050") == {"ECID:050"}
        assert last == graph.profile("ECID:050") != graph.profile("CustomerId:demo")

    def test_a_quarantined_id_links_nothing_any_more(self) -> None:
        graph = Follower()
        graph.follow(*devices(first=1, last=50, with_="CustomerId:demo", day_ms=1000))

        of_device, alone = graph.follow(a_link("ECID:100", "CustomerId:demo", at=DAY_MS), a_link("CustomerId:demo"))

        assert graph.together("ECID:100") == {"ECID:100"}
        assert of_device == graph.profile("ECID:100")
        assert alone == graph.profile("CustomerId:demo")

    def test_devices_of_a_quarantined_id_can_link_to_customers(self) -> None:
        graph = Follower()
        graph.follow(*devices(first=1, last=50, with_="FPID:kiosk", day_ms=1000))

        graph.follow(a_link("ECID:007", "CustomerId:A", "FPID:kiosk", at=DAY_MS))

        assert graph.quarantined() == {"FPID:kiosk"}
        assert graph.together("ECID:007") == {"ECID:007", "CustomerId:A"}

    def test_a_shared_address_of_many_customers_joins_no_two(self) -> None:
        graph = Follower()

        graph.follow(*(a_link(f"CustomerId:{n}", "Email:info@example.com", f"ECID:{n}", at=n) for n in range(100)))

        assert {len(graph.together(f"CustomerId:{n}")) for n in range(99)} == {2}
        assert graph.together("CustomerId:99") == {"CustomerId:99", "Email:info@example.com", "ECID:99"}

    def test_the_larger_profiles_id_is_the_shared_one(self) -> None:
        graph = Follower()
        graph.follow(*devices(first=1, last=40, with_="FPID:kiosk", day_ms=1000))
        graph.follow(*devices(first=101, last=120, with_="CustomerId:A", day_ms=1000))

        graph.follow(a_link("FPID:kiosk", "CustomerId:A", at=DAY_MS))

        assert graph.quarantined() == {"FPID:kiosk"}
        assert len(graph.together("CustomerId:A")) == 21

    def test_profiles_that_together_are_too_large_lose_their_idle_devices(self) -> None:
        graph = Follower()
        graph.follow(*devices(first=1, last=40, with_="FPID:home", day_ms=DAY_MS))
        graph.follow(*devices(first=101, last=120, with_="CustomerId:A", day_ms=DAY_MS))

        graph.follow(a_link("FPID:home", "CustomerId:A", at=121 * DAY_MS))

        assert len(graph.together("CustomerId:A")) == 50
        assert graph.profile("ECID:001") is None
        assert graph.profile("ECID:120") == graph.profile("ECID:040") == graph.profile("CustomerId:A")

    def test_a_quarantine_frees_devices_but_not_the_person(self) -> None:
        graph = Follower(GraphRules(max_identities_per_profile=3))
        graph.follow(a_link("CustomerId:A", "FPID:kiosk", at=1), a_link("FPID:kiosk", "ECID:1", at=2))

        graph.follow(a_link("FPID:kiosk", "ECID:2", at=3))

        assert graph.quarantined() == {"FPID:kiosk"}
        assert graph.together("CustomerId:A") == {"CustomerId:A", "FPID:kiosk"}

    def test_who_the_person_is_never_leaves_however_idle(self) -> None:
        graph = Follower(GraphRules(max_identities_per_profile=3))
        graph.follow(a_link("CustomerId:A", "ECID:1"), a_link("ECID:1", "ECID:2", at=5 * DAY_MS))

        graph.follow(a_link("ECID:2", "ECID:3", at=30 * DAY_MS))

        assert graph.together("CustomerId:A") == {"CustomerId:A", "ECID:2", "ECID:3"}

    def test_a_new_address_takes_the_place_of_the_one_before_in_a_full_profile(self) -> None:
        graph = Follower(GraphRules(max_identities_per_profile=2))
        graph.follow(a_link("CustomerId:A", "Email:old@example.com", at=1))

        graph.follow(a_link("CustomerId:A", "Email:new@example.com", at=2))

        assert graph.together("CustomerId:A") == {"CustomerId:A", "Email:new@example.com"}
        assert graph.quarantined() == set()

    def test_a_late_event_puts_nobody_in_quarantine(self) -> None:
        graph = Follower()
        graph.follow(*devices(first=1, last=49, with_="CustomerId:A", day_ms=DAY_MS))

        graph.follow(a_link("ECID:late", "CustomerId:A", at=0))

        assert graph.quarantined() == set()
        assert graph.profile("ECID:late") == graph.profile("CustomerId:A")

    def test_a_device_leaves_only_after_a_week(self) -> None:
        graph = Follower(GraphRules(max_identities_per_profile=2))

        graph.follow(a_link("ECID:1", "CustomerId:A"), a_link("ECID:2", "CustomerId:A", at=IDLE_BEFORE_LEAVING_MS - 1))

        assert graph.quarantined() == {"CustomerId:A"}

    def test_a_quarantined_address_can_be_replaced_and_stays_on_record(self) -> None:
        graph = Follower(GraphRules(max_identities_per_profile=3))
        graph.follow(
            a_link("CustomerId:A", "Email:shared@example.com", at=1),
            a_link("Email:shared@example.com", "ECID:1", at=2),
            a_link("Email:shared@example.com", "ECID:2", at=3),
        )
        assert graph.quarantined() == {"Email:shared@example.com"}

        graph.follow(a_link("CustomerId:A", "Email:own@example.com", at=4))

        assert graph.together("CustomerId:A") == {"CustomerId:A", "Email:own@example.com"}
        assert graph.together("Email:shared@example.com") == {"Email:shared@example.com"}
        assert graph.quarantined() == {"Email:shared@example.com"}


def test_link_never_changes_its_graph() -> None:
    graph = Follower()
    graph.follow(a_link("ECID:1", "CustomerId:A"))
    nodes = dict(graph.graph.nodes)
    before = graph.graph

    graph.follow(a_link("ECID:1", "CustomerId:B", at=5), a_link("ECID:1", "ECID:2", at=6))

    assert before.nodes == nodes
    assert before.merged == {}
