from server.observe.traffic import HOUR_MS, MINUTE_MS, OUTCOME, Latency, Numbers, Slot, Way, dead_letters
from server.web.views.monitoring_view import GROUPINGS, RANGES, Monitoring, Only, monitoring
from tests.builders import NOON_MS

A, B = Way("web", "", "visits"), Way("inlet", "flow", "orders")
TRAFFIC = {
    Slot(NOON_MS, A): Numbers(received=10, ingested=8, skipped=1, failed=1),
    Slot(NOON_MS - MINUTE_MS, A): Numbers(received=5, ingested=5),
    Slot(NOON_MS, B): Numbers(received=20, ingested=16, failed=4, repaired=3),
}
LATENCIES = {
    Latency(Slot(NOON_MS, A), OUTCOME, 5): 90,
    Latency(Slot(NOON_MS, A), OUTCOME, 700): 10,
    Latency(Slot(NOON_MS, B), "lake", 3_000): 4,
    Latency(Slot(NOON_MS, B), dead_letters("lake"), 3_000): 2,
}
SINKS = {"lake": "Data lake", "profile": "Profiles"}


def view(range_name: str = "hour", *, only: Only | None = None) -> Monitoring:
    only = only or Only()
    return monitoring(TRAFFIC, LATENCIES, RANGES[range_name], now_ms=NOON_MS + 5_000, sinks=SINKS, only=only)


def test_totals_are_of_the_whole_time_and_say_what_is_still_to_be_repaired() -> None:
    found = view()

    assert (found.total.received, found.total.failed, found.total.repaired) == (35, 5, 3)
    assert found.open_failures == 2


def test_the_chart_has_a_bar_a_minute_up_to_now() -> None:
    chart = view().events

    assert len(chart.intervals) == 60
    assert [row.values for row in chart.intervals[-2:]] == [["5", "0", "0"], ["24", "1", "5"]]
    assert chart.label == "Events received, by minute: 29 ingested, 1 skipped, 5 failed"


def test_ways_are_listed_with_the_busiest_first() -> None:
    rows = view().ways

    assert [(row.way, row.numbers.received, row.open_failures) for row in rows] == [(B, 20, 1), (A, 15, 1)]
    assert [(row.half, row.most) for row in rows] == [("", ["", "3 s", ""]), ("5 ms", ["700 ms", "", ""])]
    assert [row.last_ms for row in rows] == [NOON_MS, NOON_MS]


def test_rows_can_be_of_connections_flows_or_datasets() -> None:
    more = TRAFFIC | {Slot(NOON_MS, B._replace(flow="other")): Numbers(received=3, ingested=3)}

    def rows(by: str) -> list[tuple[Way, int]]:
        found = monitoring(more, LATENCIES, RANGES["hour"], now_ms=NOON_MS, sinks=SINKS, only=Only(), by=GROUPINGS[by])
        return [(row.way, row.numbers.received) for row in found.ways]

    assert rows("connection") == [(Way("inlet", "", ""), 23), (Way("web", "", ""), 15)]
    assert rows("dataset") == [(Way("", "", "orders"), 23), (Way("", "", "visits"), 15)]
    assert rows("flow")[:2] == [(Way("inlet", "flow", ""), 20), (Way("web", "", ""), 15)]


def test_hours_of_one_way_have_the_states_of_its_runs() -> None:
    hours = {
        0: Numbers(received=1, ingested=1, latency_ms=40, most_ms=40),
        1: Numbers(received=2, ingested=1, failed=1),
        2: Numbers(received=2, ingested=2),
        3: Numbers(received=1, failed=1),
    }
    traffic = {Slot(NOON_MS - back * HOUR_MS, A): numbers for back, numbers in hours.items()}

    found = monitoring(traffic, {}, RANGES["day"], now_ms=NOON_MS, sinks=SINKS, only=Only(connection="web"))

    assert [(row.state, row.mean) for row in found.hours] == [
        ("Processing", "40 ms"),
        ("Completed, with errors", ""),
        ("Success", ""),
        ("Error", ""),
    ]
    assert monitoring(traffic, {}, RANGES["day"], now_ms=NOON_MS, sinks=SINKS, only=Only()).hours == []


def test_each_stage_has_its_latency_and_a_sink_what_it_refused() -> None:
    found = view()

    assert [(stage.title, stage.events, stage.half, stage.most) for stage in found.stages] == [
        ("Processing", 100, "5 ms", "700 ms"),
        ("Data lake", 4, "3 s", "3 s"),
        ("Profiles", 0, "", ""),
    ]
    assert found.dead == {"lake": 2}


def test_latency_is_drawn_by_five_minutes_at_least() -> None:
    assert len(view().latency.intervals) == 12
    assert view().latency.intervals[-1].values == ["700 ms", "3 s", "–"]
    assert len(view("week").latency.intervals) == 84


def test_it_can_be_limited_to_one_way() -> None:
    found = view(only=Only(dataset="visits"))

    assert found.total.received == 15
    assert [row.way for row in found.ways] == [A]
    assert [stage.events for stage in found.stages] == [100, 0, 0]
    assert view(only=Only(connection="inlet", dataset="visits")).total.received == 0
