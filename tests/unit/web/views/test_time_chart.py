import pytest

from server.web.views.time_chart import Series, Span, bar_chart, duration, line_chart, summed
from tests.builders import NOON_MS

SPAN = Span(NOON_MS, 60_000, 4)
GOOD = Series("ingested", "good", [10, 0, 5, 0])
BAD = Series("failed", "bad", [0, 0, 5, 0])


def test_bars_are_stacked_and_say_what_they_show() -> None:
    chart = bar_chart([GOOD, BAD], SPAN, caption="Events received, by minute")

    assert chart.label == "Events received, by minute: 15 ingested, 5 failed"
    assert (chart.top, chart.middle) == ("10", "5")
    assert chart.marks[0].path.count("M") == 2
    (bottom,) = [line for line in chart.marks[1].path.split("M") if line]
    # The failed ones of the third minute begin where its ingested ones end: half way up.
    assert float(bottom.split("v")[0].split()[1]) == pytest.approx(chart.height * 0.51)


def test_every_interval_is_a_row_of_the_table_and_has_a_title() -> None:
    chart = bar_chart([GOOD, BAD], SPAN, caption="Events")

    assert [row.values for row in chart.intervals] == [["10", "0"], ["0", "0"], ["5", "5"], ["0", "0"]]
    assert chart.intervals[2].title == "2026-01-01 12:02 UTC: 5 ingested, 5 failed"
    assert [tick[11:16] for tick in chart.ticks] == ["12:00", "12:01", "12:02", "12:03", "12:04"]


def test_a_single_event_beside_thousands_is_seen() -> None:
    chart = bar_chart([Series("failed", "bad", [100_000, 1])], Span(NOON_MS, 60_000, 2), caption="Events")

    assert "v-1.5h" in chart.marks[0].path


def test_lines_have_gaps_where_nothing_is_known() -> None:
    chart = line_chart([Series("lake", "sun", [1_500, None, 300, 700])], SPAN, caption="Latency")

    assert chart.label == "Latency: lake at most 1.5 s"
    assert chart.marks[0].path.count("M") == 2
    assert chart.marks[0].path.count("L") == 1
    assert [row.values for row in chart.intervals] == [["1.5 s"], ["–"], ["300 ms"], ["700 ms"]]


@pytest.mark.parametrize("draw", [bar_chart, line_chart])
def test_nothing_is_said_to_be_nothing(draw: object) -> None:
    chart = draw([Series("ingested", "good", [0, 0, 0, 0])], SPAN, caption="Events")  # type: ignore[operator]

    assert (chart.label, chart.top, chart.middle) == ("Events: nothing", "", "")


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "0 ms"), (999, "999 ms"), (1_000, "1 s"), (1_500, "1.5 s"), (120_000, "2 min"), (86_400_000, "24 h")],
)
def test_durations_have_a_unit(ms: int, text: str) -> None:
    assert duration(ms) == text


def test_moments_outside_are_left_out() -> None:
    found = summed({NOON_MS - 1: 1, NOON_MS: 2, NOON_MS + 59_999: 3, NOON_MS + 240_000: 9}, SPAN)

    assert found == [5, 0, 0, 0]
