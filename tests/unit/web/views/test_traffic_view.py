"""A day of one connection: numbers and curves of what came by the ways that are meant."""

from server.observe.traffic import Numbers, Slot, Way
from server.web.views.sparkline import DAY_MS
from server.web.views.traffic_view import day_since_ms, traffic_day
from tests.builders import NOON_MS

WEB, SHOP = Way("web", "", "a"), Way("shop", "", "a")
HOUR_MS = 3_600_000


def test_only_the_ways_that_are_meant_are_counted_and_the_numbers_add_up() -> None:
    numbers = {
        Slot(NOON_MS, WEB): Numbers(received=3, ingested=1, failed=1, skipped=1),
        Slot(NOON_MS - HOUR_MS, WEB): Numbers(received=2, ingested=2),
        Slot(NOON_MS, SHOP): Numbers(received=9, failed=9),
    }

    day = traffic_day(numbers, of=lambda way: way.connection == "web", now_ms=NOON_MS)

    assert (day.received, day.ingested, day.failed, day.skipped) == (5, 3, 1, 1)
    assert "5 in all, at most 3" in day.received_chart.label
    assert "1 in all" in day.failed_chart.label


def test_what_is_older_than_a_day_is_left_out() -> None:
    numbers = {Slot(day_since_ms(NOON_MS) - 1, WEB): Numbers(received=1)}

    assert traffic_day(numbers, of=lambda _way: True, now_ms=NOON_MS).received == 0
    assert 0 < NOON_MS - day_since_ms(NOON_MS) < DAY_MS
