from server.model.outcome import Offset
from server.observe.failure_groups import FailureCount, FailureGroup, FailureSlot
from server.observe.tally import FailedSlot
from server.web.views.failed_groups import (
    MAX_GROUPS_SHOWN,
    FailureOverview,
    Looked,
    failure_overview,
    failure_span,
)
from tests.builders import NOON_MS

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEB = FailureGroup("schema_violation", "/web", "type", "search", "shop.example/s", "d", "test")
PRICE = WEB._replace(field="/price", keyword="required")
MAPPED = FailureGroup("mapping_failed", "", "mapping", "", "", "other", "inlet")


def count(events: int, *, ago_ms: int = 0) -> FailureCount:
    return FailureCount(events, NOON_MS - ago_ms, NOON_MS - ago_ms, Offset(1))


def overview(looked: Looked | None = None, *more: FailureGroup) -> FailureOverview:
    """Of a day: eight events with `/web` wrong, two of those without a price as well, and two that were not mapped."""
    failures = {
        FailureSlot(NOON_MS, WEB): count(5),
        FailureSlot(NOON_MS - HOUR_MS, WEB._replace(connection="other")): count(3, ago_ms=HOUR_MS),
        FailureSlot(NOON_MS, PRICE): count(2),
        FailureSlot(NOON_MS, MAPPED): count(2),
    } | {FailureSlot(NOON_MS, group): count(1) for group in more}
    failed = {
        FailedSlot(NOON_MS, "d", "schema_violation"): 5,
        FailedSlot(NOON_MS - HOUR_MS, "d", "schema_violation"): 3,
        FailedSlot(NOON_MS, "other", "mapping_failed"): 2,
    }
    return failure_overview(failed, failures, failure_span(DAY_MS, NOON_MS + 1), looked or Looked())


def test_the_most_frequent_group_is_first_with_its_share_and_when_it_was_seen() -> None:
    seen = overview()

    assert [(row.fault.field, row.events, row.share) for row in seen.groups] == [
        ("/web", 8, "80 %"),
        ("", 2, "20 %"),
        ("/price", 2, "20 %"),
    ]
    assert (seen.groups[0].first, seen.groups[0].last) == ("2026-01-01T11:00:00.000Z", "2026-01-01T12:00:00.000Z")
    assert seen.total == 10


def test_a_group_that_is_one_in_hundreds_has_a_share_of_under_one_percent() -> None:
    seen = failure_overview(
        {FailedSlot(NOON_MS, "d", "schema_violation"): 500},
        {FailureSlot(NOON_MS, WEB): count(1)},
        failure_span(DAY_MS, NOON_MS),
        Looked(),
    )

    assert seen.groups[0].share == "under 1 %"


def test_dataset_and_reason_narrow_groups_and_chart() -> None:
    of_dataset, of_reason = overview(Looked(dataset="other")), overview(Looked(reason="schema_violation"))

    assert [row.fault.reason for row in of_dataset.groups] == ["mapping_failed"]
    assert (of_dataset.total, of_dataset.groups[0].share) == (2, "100 %")
    assert [row.fault.field for row in of_reason.groups] == ["/web", "/price"]
    assert of_reason.chart.label == "Failed events, by half hour: 8 schema violation"


def test_each_reason_has_a_colour_and_rare_ones_share_one() -> None:
    seen = overview()
    assert seen.chart.label == "Failed events, by half hour: 8 schema violation, 2 mapping failed"

    many = failure_overview(
        {
            FailedSlot(NOON_MS, "d", reason): number
            for number, reason in enumerate(("internal", "crashed", "unreadable", "schema_violation"), 1)
        },
        {},
        failure_span(DAY_MS, NOON_MS),
        Looked(),
    )
    assert [mark.name for mark in many.chart.marks] == ["schema violation", "unreadable record", "other reasons"]


def test_a_chosen_group_has_a_chart_of_its_own() -> None:
    seen = overview(Looked(fault=WEB.fault.id))

    assert seen.chosen is not None
    assert seen.chosen.events == 8
    assert seen.chart.label == "Failed events of this group, by half hour: 8 failed"
    assert overview(Looked(fault="0" * 16)).chosen is None


def test_groups_that_are_not_listed_are_counted() -> None:
    rare = [WEB._replace(field=f"/f{number}") for number in range(MAX_GROUPS_SHOWN)]

    seen = overview(None, *rare)

    assert (len(seen.groups), seen.more_groups) == (MAX_GROUPS_SHOWN, 3)


def test_a_time_without_failures_is_an_empty_chart() -> None:
    seen = failure_overview({}, {}, failure_span(DAY_MS, NOON_MS), Looked())

    assert seen.chart.label == "Failed events, by half hour: nothing"
    assert (seen.groups, seen.total) == ([], 0)


def test_a_time_is_drawn_in_as_many_bars_as_are_told_apart() -> None:
    spans = [failure_span(days * DAY_MS, NOON_MS + 1) for days in (1, 7, 35)]
    hour = failure_span(HOUR_MS, NOON_MS + 1)

    assert [(span.step_ms, span.steps) for span in spans] == [(HOUR_MS // 2, 48), (2 * HOUR_MS, 84), (DAY_MS, 35)]
    assert (hour.step_ms, hour.steps) == (600_000, 6)
    assert all(span.at(NOON_MS + 1) == span.steps - 1 for span in (*spans, hour))
