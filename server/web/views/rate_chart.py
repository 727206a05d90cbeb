"""Events a second over the last minute, as bars of one SVG. The server draws what it knows; a script goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.observe.tap import Line

SECONDS = 60
WIDTH = 300
HEIGHT = 48
_STEP = WIDTH / SECONDS
_GAP = 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One second. Lengths in units of the drawing; y counts from the top."""

    x: float
    processed_y: float
    processed_height: float
    failed_y: float
    failed_height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChart:
    """The drawing and what it says."""

    bars: Sequence[Bar]
    """The oldest second first, SECONDS of them."""
    counts: str
    """The numbers behind the bars, as ``processed,failed`` a second, separated by spaces: where the script goes on."""
    peak: int
    """Most events in one second."""
    total: int
    bar_width: float = _STEP - _GAP
    width: int = WIDTH
    height: int = HEIGHT


def rate_chart(lines: Sequence[Line], *, now_ms: int) -> RateChart:
    """``lines``: recent ones of both topics; what is older than a minute does not matter."""
    processed, failed = [0] * SECONDS, [0] * SECONDS
    for line in lines:
        second = SECONDS - 1 - (now_ms - line.received_ms) // 1000
        if 0 <= second < SECONDS:
            (processed if line.topic == "processed" else failed)[second] += 1
    totals = [sum(pair) for pair in zip(processed, failed, strict=True)]
    peak = max(totals)
    scale = HEIGHT / max(peak, 1)
    return RateChart(
        bars=tuple(
            Bar(
                x=round(index * _STEP, 2),
                processed_y=round(HEIGHT - good * scale, 2),
                processed_height=round(good * scale, 2),
                failed_y=round(HEIGHT - (good + bad) * scale, 2),
                failed_height=round(bad * scale, 2),
            )
            for index, (good, bad) in enumerate(zip(processed, failed, strict=True))
        ),
        counts=" ".join(f"{good},{bad}" for good, bad in zip(processed, failed, strict=True)),
        peak=peak,
        total=sum(totals),
    )
