from server.observe.rule_counts import RuleCount, RuleKey, RuleSlot
from server.web.views.live_facts import iso
from server.web.views.rule_activity import DAY_MS, DAYS, activity_of, stopped_rules
from tests.builders import NOON_MS
from tests.unit.property.factories import a_property, a_rule

SHOP = a_property(rules=[a_rule(id="cart"), a_rule(id="off", enabled=False)])


def fired(*days_ago: int, rule: str = "cart", connection: str = "shop") -> dict[RuleSlot, RuleCount]:
    return {
        RuleSlot(NOON_MS - days * DAY_MS, RuleKey(connection, rule)): RuleCount(2, 1, 0, NOON_MS - days * DAY_MS)
        for days in days_ago
    }


def test_a_rules_firing_is_told_by_days_with_what_failed_and_the_last_time() -> None:
    cart = activity_of(fired(0, 1, 5, DAYS), SHOP, now_ms=NOON_MS)["cart"]

    assert (cart.fired, cart.failed, cart.last_day) == (6, 3, 2)
    assert cart.last_at == iso(NOON_MS)
    assert not cart.has_stopped


def test_what_came_by_other_datastreams_is_not_of_this_property() -> None:
    assert activity_of(fired(0, connection="other"), SHOP, now_ms=NOON_MS) == {}


def test_a_rule_that_fired_on_most_days_and_not_in_the_last_one_has_stopped() -> None:
    activity = activity_of(fired(2, 3, 4, 5) | fired(2, 3, 4, 5, rule="off"), SHOP, now_ms=NOON_MS)

    assert activity["cart"].has_stopped
    assert [rule["id"] for rule in stopped_rules(activity, SHOP)] == ["cart"]


def test_a_rule_that_fires_now_and_then_has_not_stopped() -> None:
    assert not activity_of(fired(2, 6), SHOP, now_ms=NOON_MS)["cart"].has_stopped
