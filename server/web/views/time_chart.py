"""Numbers over time as a drawing, and as the table behind it. Pure: the template draws what is here.

Two kinds: bars, stacked, for how many; lines for how long. The drawing is one SVG that says in words what it shows;
every interval has a title for who points at it, and the table is for who does not see the drawing at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from server.web.views.live_facts import iso

WIDTH = 960
HEIGHT = 180

_TICKS = 5

# So much of a bar is seen of a single event beside thousands.
_LEAST_HEIGHT = 1.5
_BAR_SHARE = 0.78


class Series(NamedTuple):
    """``tone``: good, bad, quiet or sun: how its marks are coloured. ``values``: one an interval; None for no value."""

    name: str
    tone: str
    values: Sequence[int | None]


class Span(NamedTuple):
    """Intervals of ``step_ms``, so many, from ``start_ms`` on."""

    start_ms: int
    step_ms: int
    steps: int

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.step_ms * self.steps

    def at(self, at_ms: int) -> int | None:
        """The number of the interval that a moment is in; None for none."""
        index = (at_ms - self.start_ms) // self.step_ms
        return index if 0 <= index < self.steps else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """One series as it is drawn."""

    name: str
    tone: str
    path: str
    """Of an SVG path: an area for bars, a line for lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One column of the drawing, one row of the table."""

    at: str
    """When it begins, ISO 8601."""
    x: float
    title: str
    values: Sequence[str]
    """One a series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeChart:
    """What templates/_chart.html draws."""

    kind: str
    """``bars`` or ``lines``."""
    caption: str
    label: str
    """What it shows, for those who do not see it."""
    marks: Sequence[Marks]
    intervals: Sequence[Interval]
    ticks: Sequence[str]
    """Moments below the drawing, evenly spread, ISO 8601."""
    top: str
    """What the upper edge stands for; empty when there is nothing to draw."""
    middle: str
    interval_width: float
    width: int = WIDTH
    height: int = HEIGHT


Told = Callable[[int], str]


def grouped(value: int) -> str:
    """12345 as 12,345."""
    return f"{value:,}"


def duration(ms: int) -> str:
    """1500 as 1.5 s."""
    if ms < 1_000:
        return f"{ms} ms"
    if ms < 60_000:
        return f"{ms / 1_000:g} s"
    if ms < 3_600_000:
        return f"{ms / 60_000:.3g} min"
    return f"{ms / 3_600_000:.3g} h"


def bar_chart(series: Sequence[Series], span: Span, *, caption: str) -> TimeChart:
    """Stacked, the first series at the bottom."""
    totals = [sum(each.values[index] or 0 for each in series) for index in range(span.steps)]
    peak = max(totals, default=0)
    step = WIDTH / max(1, span.steps)
    heights = [0.0] * span.steps
    marks = []
    for each in series:
        parts = []
        for index, value in enumerate(each.values):
            if not value:
                continue
            height = max(_LEAST_HEIGHT, HEIGHT * value / peak * 0.98)
            x, width = index * step + step * (1 - _BAR_SHARE) / 2, step * _BAR_SHARE
            parts.append(f"M{x:.1f} {HEIGHT - heights[index]:.1f}v-{height:.1f}h{width:.1f}v{height:.1f}z")
            heights[index] += height
        marks.append(Marks(name=each.name, tone=each.tone, path="".join(parts)))
    sums = [f"{sum(value or 0 for value in each.values):,} {each.name}" for each in series]
    return _chart("bars", series, span, marks, caption=caption, peak=peak, told=grouped, summary=", ".join(sums))


def line_chart(series: Sequence[Series], span: Span, *, caption: str) -> TimeChart:
    """Of milliseconds."""
    known = [value for each in series for value in each.values if value is not None]
    peak = max(known, default=0)
    step = WIDTH / max(1, span.steps)
    marks = [Marks(name=each.name, tone=each.tone, path=_line(each.values, step, peak)) for each in series]
    highest = [
        f"{each.name} at most {duration(max(there))}"
        for each in series
        if (there := [value for value in each.values if value is not None])
    ]
    return _chart("lines", series, span, marks, caption=caption, peak=peak, told=duration, summary=", ".join(highest))


def _line(values: Sequence[int | None], step: float, peak: int) -> str:
    """A short level stroke for each value, joined where the next one has a value as well."""
    parts, was_there = [], False
    for index, value in enumerate(values):
        if value is not None:
            y = HEIGHT - HEIGHT * value / max(1, peak) * 0.96 - 1
            parts.append(f"{'L' if was_there else 'M'}{index * step:.1f} {y:.1f}h{step:.1f}")
        was_there = value is not None
    return "".join(parts)


def _chart(
    kind: str,
    series: Sequence[Series],
    span: Span,
    marks: Sequence[Marks],
    *,
    caption: str,
    peak: int,
    told: Told,
    summary: str,
) -> TimeChart:
    step = WIDTH / max(1, span.steps)
    intervals = []
    for index in range(span.steps):
        values = ["–" if each.values[index] is None else told(each.values[index] or 0) for each in series]
        at = iso(span.start_ms + index * span.step_ms)
        there = ", ".join(f"{value} {each.name}" for each, value in zip(series, values, strict=True))
        title = f"{at[:10]} {at[11:16]} UTC: {there}"
        intervals.append(Interval(at=at, x=round(index * step, 2), title=title, values=values))
    ticks = [iso(span.start_ms + span.step_ms * span.steps * number // (_TICKS - 1)) for number in range(_TICKS)]
    return TimeChart(
        kind=kind,
        caption=caption,
        label=f"{caption}: {summary}" if peak else f"{caption}: nothing",
        marks=marks,
        intervals=intervals,
        ticks=ticks,
        top=told(peak) if peak else "",
        middle=told(peak // 2) if peak > 1 else "",
        interval_width=round(step, 2),
    )


def summed(values: Mapping[int, int], span: Span) -> Sequence[int]:
    """Numbers by the moments they are of, put together by interval."""
    sums = [0] * span.steps
    for at_ms, value in values.items():
        index = span.at(at_ms)
        if index is not None:
            sums[index] += value
    return sums
