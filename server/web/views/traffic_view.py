"""What came by one connection, or into one dataset, over a day: numbers and curves. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.observe.traffic import Numbers, Slot, Way
from server.web.views.sparkline import BAR_MS, BARS, DAY_MS, Sparkline, sparkline


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficDay:
    """The last 24 hours. Every event that was received was ingested, or failed, or skipped as a duplicate."""

    received: int
    ingested: int
    failed: int
    skipped: int
    received_chart: Sparkline
    failed_chart: Sparkline


def day_since_ms(now_ms: int) -> int:
    """From when on numbers are needed."""
    return _end_ms(now_ms) - DAY_MS


def traffic_day(numbers: Mapping[Slot, Numbers], *, of: Callable[[Way], bool], now_ms: int) -> TrafficDay:
    """``numbers``: those since :func:`day_since_ms`. ``of``: which ways are meant."""
    start_ms = day_since_ms(now_ms)
    received, failed = [0] * BARS, [0] * BARS
    total = Numbers()
    for slot, each in numbers.items():
        bar = (slot.start_ms - start_ms) // BAR_MS
        if of(slot.way) and 0 <= bar < BARS:
            total = total.plus(each)
            received[bar] += each.received
            failed[bar] += each.failed
    return TrafficDay(
        received=total.received,
        ingested=total.ingested,
        failed=total.failed,
        skipped=total.skipped,
        received_chart=sparkline(received, what="Received", start_ms=start_ms),
        failed_chart=sparkline(failed, what="Failed", start_ms=start_ms),
    )


def _end_ms(now_ms: int) -> int:
    """The end of the half hour that it is in."""
    return (now_ms // BAR_MS + 1) * BAR_MS
