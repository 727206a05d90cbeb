from functools import reduce

import pytest

from server.model.event import Event
from server.model.json import Json, JsonObject
from server.model.profile import ProfileId
from server.profile.fold import (
    MAX_CURRENCIES,
    MAX_EVENT_TYPES,
    MAX_ORDER_TOTAL,
    MAX_TEXT_CHARACTERS,
    OTHER_EVENT_TYPES,
    Attributes,
    combine,
    describe,
    facts,
    fold,
    occurred_ms,
)
from server.profile.graph import Node
from tests.builders import NOON_MS, an_event, an_xdm
from tests.unit.profile.builders import an_identity, iso

MINUTE_MS = 60_000


def at(minute: int, *, event_id: str = "", **xdm: Json) -> Event:
    """An event so many minutes after noon."""
    at_ms = NOON_MS + minute * MINUTE_MS
    identifier = event_id or f"e-{minute}"
    return an_event(id=identifier, received_ms=at_ms, xdm=an_xdm(timestamp=iso(at_ms)) | xdm)


def folded(*events: Event) -> Attributes:
    return reduce(fold, events, Attributes())


def described(*events: Event) -> JsonObject:
    return describe(folded(*events), {}, unique_namespaces=())


def a_purchase(minute: int, *, value: Json = 1, **order: Json) -> Event:
    return at(minute, eventType="commerce.purchases", commerce={"purchases": {"value": value}, "order": order})


def test_first_last_and_count() -> None:
    seen = described(at(5), at(0), at(9))

    assert seen["firstSeen"] == "2026-01-01T12:00:00.000Z"
    assert seen["lastSeen"] == "2026-01-01T12:09:00.000Z"
    assert seen["eventCount"] == 3


def test_events_are_counted_by_type() -> None:
    counted = described(at(0), at(1), at(2, eventType="commerce.purchases"), at(3, eventType=None))

    assert counted["eventsByType"] == {"commerce.purchases": 1, "web.webpagedetails.pageViews": 2}
    assert counted["eventCount"] == 4


def test_the_last_page_is_that_of_the_newest_event_whatever_came_last() -> None:
    cart = {"webPageDetails": {"URL": "https://shop.example/cart", "name": "cart"}}

    assert described(at(9, web=cart), at(1))["lastPage"] == {"URL": "https://shop.example/cart", "name": "cart"}


def test_an_event_without_a_page_leaves_the_last_page() -> None:
    assert described(at(0), at(1, web=None))["lastPage"]["name"] == "home"


def test_last_device_browser_and_operating_system() -> None:
    enriched = at(
        0,
        device={"type": "mobile", "manufacturer": "Apple", "model": "iPhone", "screenHeight": 5},
        environment={
            "browserDetails": {"name": "Safari", "version": "18.1"},
            "operatingSystem": "iOS",
            "operatingSystemVersion": "18",
        },
    )

    last = described(enriched)

    assert last["lastDevice"] == {"type": "mobile", "manufacturer": "Apple", "model": "iPhone"}
    assert last["lastBrowser"] == {"name": "Safari", "version": "18.1"}
    assert last["lastOperatingSystem"] == {"name": "iOS", "version": "18"}


def test_what_no_event_told_is_absent() -> None:
    assert "lastDevice" not in described(at(0))


def test_revenue_is_summed_by_currency_exactly() -> None:
    events = [a_purchase(minute, priceTotal=0.1, currencyCode="EUR") for minute in range(3)]

    orders = described(*events, a_purchase(9, priceTotal=20, currencyCode="CHF"))["orders"]

    assert orders == {"count": 4, "revenue": {"CHF": 20.0, "EUR": 0.3}}


def test_an_order_without_a_known_currency_is_kept_apart() -> None:
    events = (a_purchase(0, priceTotal=5), a_purchase(1, priceTotal=6, currencyCode="euro"))

    assert described(*events)["orders"] == {"count": 2, "revenue": {"XXX": 11.0}}


@pytest.mark.parametrize("total", [None, "5", True, [], float("nan"), float("inf"), MAX_ORDER_TOTAL + 1, 10**400])
def test_a_total_that_is_no_sum_of_money_adds_an_order_but_no_revenue(total: Json) -> None:
    assert described(a_purchase(0, priceTotal=total, currencyCode="EUR"))["orders"] == {"count": 1, "revenue": {}}


@pytest.mark.parametrize("value", [None, 0, -1, 0.5, "1", True, float("nan"), 10**400, 1_001])
def test_a_measure_that_counts_no_purchase_is_no_order(value: Json) -> None:
    assert described(a_purchase(0, value=value, priceTotal=5))["orders"] == {"count": 0, "revenue": {}}


def test_a_measure_of_several_purchases_counts_them() -> None:
    assert described(a_purchase(0, value=3, priceTotal=5))["orders"]["count"] == 3


def test_an_order_that_was_not_placed_is_no_revenue() -> None:
    cart = at(0, commerce={"checkouts": {"value": 1}, "order": {"priceTotal": 5, "currencyCode": "EUR"}})

    assert described(cart)["orders"] == {"count": 0, "revenue": {}}


def test_refunds_lower_the_revenue() -> None:
    events = (a_purchase(0, priceTotal=50, currencyCode="EUR"), a_purchase(1, priceTotal=-20, currencyCode="EUR"))

    assert described(*events)["orders"]["revenue"] == {"EUR": 30.0}


def test_customer_ids_are_those_of_the_graph() -> None:
    nodes = {an_identity(text): Node(ProfileId("p"), 0) for text in ("ECID:1", "Email:x@example.com", "CustomerId:A")}
    unique = [an_identity(text).namespace for text in ("CustomerId:", "Email:", "CRMID:")]

    told = describe(folded(at(0)), nodes, unique_namespaces=unique)

    assert told["customerIds"] == {"CustomerId": "A", "Email": "x@example.com"}
    assert "quarantinedIdentities" not in told


def test_identities_in_quarantine_are_told() -> None:
    nodes = {an_identity("FPID:kiosk"): Node(ProfileId("p"), 0, None, 5)}

    assert describe(folded(at(0)), nodes, unique_namespaces=())["quarantinedIdentities"] == ["FPID:kiosk"]


def test_a_profile_without_events_was_never_seen() -> None:
    assert described() == {
        "firstSeen": None,
        "lastSeen": None,
        "eventCount": 0,
        "eventsByType": {},
        "orders": {"count": 0, "revenue": {}},
        "customerIds": {},
    }


def test_rare_event_types_beyond_the_limit_are_counted_together() -> None:
    common = [at(minute, event_id=f"c-{minute}", eventType="common") for minute in range(3)]
    rare = [at(minute, eventType=f"type-{minute}") for minute in range(MAX_EVENT_TYPES + 10)]

    counts = folded(*common, *rare).events_by_type

    assert len(counts) == MAX_EVENT_TYPES
    assert counts["common"] == 3
    assert counts[OTHER_EVENT_TYPES] > 1
    assert sum(counts.values()) == len(common) + len(rare)


def test_currencies_beyond_the_limit_are_dropped_the_least_first() -> None:
    codes = [f"A{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(MAX_CURRENCIES + 5)]
    events = [a_purchase(n, priceTotal=100 + n, currencyCode=code) for n, code in enumerate(codes)]

    assert set(folded(*events).revenue) == set(codes[5:])


def test_long_texts_are_cut() -> None:
    long = "x" * (MAX_TEXT_CHARACTERS + 1)

    told = described(at(0, eventType=long, web={"webPageDetails": {"URL": long}}))

    assert told["lastPage"] == {"URL": "x" * MAX_TEXT_CHARACTERS}
    assert told["eventsByType"] == {"x" * MAX_TEXT_CHARACTERS: 1}


def test_combine_is_folding_both() -> None:
    some, others = [at(0), a_purchase(7, priceTotal=5)], [at(3), at(9)]

    assert combine(folded(*some), folded(*others)) == folded(*some, *others)


def test_combine_with_nothing_changes_nothing() -> None:
    told = folded(at(0), a_purchase(1, priceTotal=1))

    assert combine(told, Attributes()) == combine(Attributes(), told) == told


@pytest.mark.parametrize(
    ("timestamp", "expected_ms"),
    [
        ("2026-01-01T11:59:59.250Z", NOON_MS - 750),
        ("2026-01-01T12:59:00+01:00", NOON_MS - MINUTE_MS),
        ("2026-01-01T11:59:00", NOON_MS - MINUTE_MS),
        ("2026-01-01T12:00:01Z", NOON_MS),  # the future: the client's clock is wrong
        ("9999-12-31T23:59:59Z", NOON_MS),
        ("0001-01-01T00:00:00+14:00", NOON_MS),
        ("1969-12-31T23:59:59Z", NOON_MS),
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-01T12:00:60Z", NOON_MS),
        ("yesterday", NOON_MS),
        ("", NOON_MS),
        (None, NOON_MS),
        (1_767_268_800, NOON_MS),
    ],
)
def test_an_event_happened_at_its_timestamp_but_never_after_it_was_received(timestamp: Json, expected_ms: int) -> None:
    assert occurred_ms(an_event(xdm=an_xdm(timestamp=timestamp))) == expected_ms


@pytest.mark.parametrize(
    "xdm",
    [
        {"web": 5, "device": [], "environment": "x", "commerce": None, "eventType": 7},
        {"web": {"webPageDetails": []}, "commerce": {"purchases": 1, "order": 1}},
        {"web": {"webPageDetails": {"URL": 5, "name": {}}}, "commerce": {"purchases": {"value": 1}, "order": []}},
    ],
)
def test_facts_of_any_event_at_all(xdm: JsonObject) -> None:
    told = facts(at(0, **xdm))

    assert told.event_count == 1
    assert told.latest == {}
    assert told.revenue == {}


def test_the_last_event_of_a_page_says_by_what_it_was_kept() -> None:
    asked = an_event(consent="state", xdm=an_xdm(timestamp="2026-01-01T11:00:00Z"))
    later = an_event(consent="default", xdm=an_xdm(_id="e-2", timestamp="2026-01-01T11:30:00Z"))
    streamed = an_event(xdm=an_xdm(_id="e-3"))

    folded = fold(fold(facts(streamed), later), asked)

    told = describe(folded, {}, unique_namespaces=())
    assert told["lastConsent"] == {"basis": "default", "at": "2026-01-01T11:30:00.000Z"}
    assert "lastConsent" not in describe(facts(streamed), {}, unique_namespaces=())
