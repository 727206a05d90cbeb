import pytest

from server.observe.tally import SLOT_MS, Kind
from server.web.views.home_view import MAX_TYPES, Day, day, since_ms
from server.web.views.sparkline import DAY_MS
from tests.builders import DATASET_ID, NOON_MS

VIEW = "web.webpagedetails.pageViews"
HOUR_MS = 3_600_000


def kind(*, ago_ms: int = 0, outcome: str = "processed", event_type: str = VIEW) -> Kind:
    at_ms = NOON_MS - ago_ms
    return Kind(at_ms - at_ms % SLOT_MS, DATASET_ID, outcome, event_type)


def of(counts: dict[Kind, int]) -> Day:
    return day(counts, now_ms=NOON_MS)


def test_everything_with_an_outcome_came_in() -> None:
    shown = of({kind(): 5, kind(outcome="duplicate"): 2, kind(outcome="schema_violation"): 1})

    assert (shown.events.total, shown.duplicates, shown.failed.total) == (8, 2, 1)


def test_a_day_reaches_back_24_hours_and_the_one_before_it_as_far_again() -> None:
    assert of({kind(ago_ms=DAY_MS - HOUR_MS): 1}).events.total == 1
    assert of({kind(ago_ms=DAY_MS + HOUR_MS): 1}).events.total == 0
    assert since_ms(NOON_MS) <= NOON_MS - 2 * DAY_MS + HOUR_MS


def test_what_a_clock_that_is_ahead_received_is_left_out() -> None:
    assert of({kind(ago_ms=-HOUR_MS): 1}).events.total == 0


@pytest.mark.parametrize(
    ("today", "before", "said"),
    [
        (0, 0, ""),
        (5, 0, "none the day before"),
        (0, 5, "100 % fewer than the day before"),
        (15, 10, "50 % more than the day before"),
        (5, 10, "50 % fewer than the day before"),
        (1_001, 1_000, "as many as the day before"),
        (12_000, 1_000, "1,000 the day before"),
    ],
)
def test_the_change_is_said_in_words(today: int, before: int, said: str) -> None:
    assert of({kind(): today, kind(ago_ms=DAY_MS + HOUR_MS): before}).events.change == said


def test_types_are_ranked_by_how_many_were_processed_and_the_last_are_counted_together() -> None:
    counts = {kind(event_type=f"a.t{number}"): number for number in range(1, MAX_TYPES + 3)}

    shown = of(counts | {kind(event_type="a.failedOnly", outcome="schema_violation"): 99, kind(event_type=""): 50})

    assert [each.total for each in shown.types] == [50, 10, 9, 8, 7, 6, 5, 4]
    assert (shown.types[0].name, shown.types[0].key) == ("Without a type", "")
    assert shown.other_types == 3 + 2 + 1


def test_a_type_has_a_name_for_people_and_is_shown_as_it_is() -> None:
    (shown,) = of({kind(event_type="a.b\u202e"): 1}).types

    assert (shown.detail, shown.key) == ("a.b⟨U+202E⟩", "a.b\u202e")


def test_what_failed_is_told_apart_by_reason() -> None:
    shown = of({kind(outcome="schema_violation"): 3, kind(outcome="unreadable", event_type=""): 1, kind(): 7})

    assert [(each.name, each.key, each.total) for each in shown.reasons] == [
        ("Schema violation", "schema_violation", 3),
        ("Unreadable record", "unreadable", 1),
    ]
    assert shown.reasons[0].chart.label.startswith("Failed, schema violation, by half hours")


def test_an_outcome_of_a_newer_version_came_in_and_is_nothing_else() -> None:
    shown = of({kind(outcome="reason_of_the_future"): 3})

    assert (shown.events.total, shown.failed.total, shown.reasons, shown.types) == (3, 0, [], [])
