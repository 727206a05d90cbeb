"""A time as a curve of bars: a drawing that says in words what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.web.views.live_facts import iso
from server.web.views.time_chart import Span

BARS = 48
BAR_MS = 1_800_000
DAY_MS = BARS * BAR_MS

_STEP = 5.0
_GAP = 1.5
WIDTH = int(BARS * _STEP)
HEIGHT = 40

# So much of a bar is seen of a single event beside thousands.
_LEAST_HEIGHT = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """``path``: of an SVG, all bars in one. ``label``: what it shows, for those who do not see it."""

    path: str
    label: str
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(counts: Sequence[int], *, what: str, start_ms: int) -> Sparkline:
    """``counts``: one a bar, the oldest first; the first begins at ``start_ms``."""
    peak = max(counts, default=0)
    label = f"{what} by half hours over a day: none"
    if peak:
        busiest = iso(start_ms + counts.index(peak) * BAR_MS)[11:16]
        label = f"{what} by half hours over a day: {sum(counts):,} in all, at most {peak:,}, at {busiest} UTC"
    return Sparkline(path=_bars(counts, peak), label=label)


def span_sparkline(counts: Sequence[int], span: Span) -> Sparkline:
    """Of any time, one number an interval."""
    peak = max(counts, default=0)
    label = "none in this time"
    if peak:
        at = iso(span.start_ms + counts.index(peak) * span.step_ms)
        label = f"at most {peak:,}, from {at[:10]} {at[11:16]} UTC on"
    return Sparkline(path=_bars(counts, peak), label=label, width=int(span.steps * _STEP))


def _bars(counts: Sequence[int], peak: int) -> str:
    return "".join(_bar(index, count, peak) for index, count in enumerate(counts) if count)


def _bar(index: int, count: int, peak: int) -> str:
    x, width = index * _STEP, _STEP - _GAP
    height = max(_LEAST_HEIGHT, round(HEIGHT * count / peak, 1))
    return f"M{x:g} {HEIGHT}v-{height:g}h{width:g}v{height:g}z"
