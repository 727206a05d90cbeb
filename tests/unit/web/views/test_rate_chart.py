from server.model.outcome import Offset, Outcome
from server.observe.tap import Line
from server.web.views.rate_chart import HEIGHT, SECONDS, WIDTH, rate_chart
from tests.builders import NOON_MS, a_failed, a_processed, an_event


def ago(seconds: float, *, failed: bool = False) -> Line:
    event = an_event(received_ms=NOON_MS - int(seconds * 1000))
    outcome: Outcome = a_failed(event=event) if failed else a_processed(received_ms=event.received_ms)
    return Line("failed" if failed else "processed", Offset(0), outcome)


def test_each_second_has_a_bar_and_the_newest_is_the_last() -> None:
    chart = rate_chart([ago(0), ago(0.5), ago(0.9, failed=True), ago(59.9)], now_ms=NOON_MS)

    counts = chart.counts.split(" ")
    assert len(chart.bars) == len(counts) == SECONDS
    assert (counts[0], counts[-1]) == ("1,0", "2,1")
    assert (chart.total, chart.peak) == (4, 3)


def test_what_is_older_than_a_minute_or_in_the_future_is_left_out() -> None:
    chart = rate_chart([ago(60.1), ago(5000), ago(-5)], now_ms=NOON_MS)

    assert (chart.total, chart.peak) == (0, 0)


def test_the_highest_bar_fills_the_drawing_with_failed_on_top() -> None:
    chart = rate_chart([ago(1), ago(1.1), ago(1.2, failed=True), ago(3)], now_ms=NOON_MS)

    highest = max(chart.bars, key=lambda bar: bar.processed_height + bar.failed_height)
    assert highest.failed_y == 0
    assert highest.failed_y + highest.failed_height == highest.processed_y
    assert highest.processed_y + highest.processed_height == HEIGHT
    assert chart.bars[-1].x + chart.bar_width <= WIDTH


def test_no_events_draw_nothing() -> None:
    assert all(bar.processed_height == bar.failed_height == 0 for bar in rate_chart([], now_ms=NOON_MS).bars)
