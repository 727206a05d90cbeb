"""What the first page says of a day: how much of what came in, beside the day before. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from server.model.outcome import FailureReason
from server.observe.tally import DUPLICATE, PROCESSED, Kind
from server.web.views.event_names import event_name
from server.web.views.failure_texts import reason_title
from server.web.views.sparkline import BAR_MS, BARS, DAY_MS, Sparkline, sparkline
from server.web.views.visible import visible

# A page is read at a glance; the rest is one line.
MAX_TYPES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One curve and its numbers."""

    name: str
    """For people; safe to show."""
    detail: str
    """The event type or reason itself; safe to show, may be empty."""
    key: str
    """The same as it is in an address."""
    total: int
    """Of the last 24 hours."""
    change: str
    """Beside the 24 hours before, in words; empty when there was nothing in either."""
    chart: Sparkline


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The last 24 hours."""

    events: Trend
    """Everything that got its outcome, duplicates and failed ones included."""
    duplicates: int
    failed: Trend
    types: Sequence[Trend]
    """Of what was processed, the most frequent first."""
    other_types: int
    """How many events are of types that are not listed."""
    reasons: Sequence[Trend]
    """Of what failed, the most frequent first."""


def since_ms(now_ms: int) -> int:
    """From when on counts are needed for the day up to now and the one before it."""
    return _end_ms(now_ms) - 2 * DAY_MS


def day(counts: Mapping[Kind, int], *, now_ms: int) -> Day:
    """``counts``: those since :func:`since_ms`."""
    end_ms = _end_ms(now_ms)
    everything, duplicates, failed = _Bars(), _Bars(), _Bars()
    types: defaultdict[str, _Bars] = defaultdict(_Bars)
    reasons: defaultdict[FailureReason, _Bars] = defaultdict(_Bars)
    for kind, events in counts.items():
        bar = BARS - 1 - (end_ms - 1 - kind.slot_ms) // BAR_MS
        everything.add(bar, events)
        if kind.outcome == PROCESSED:
            types[kind.event_type].add(bar, events)
        elif kind.outcome == DUPLICATE:
            duplicates.add(bar, events)
        elif kind.outcome in _REASONS:
            failed.add(bar, events)
            reasons[_REASONS[kind.outcome]].add(bar, events)

    def trend(name: str, bars: _Bars, *, key: str = "", what: str = "") -> Trend:
        return Trend(
            name=name,
            detail=visible(key),
            key=key,
            total=bars.total,
            change=_change(bars.total, before=bars.before),
            chart=sparkline(bars.counts, what=what or name, start_ms=end_ms - DAY_MS),
        )

    def of_type(event_type: str, bars: _Bars) -> Trend:
        return trend(visible(event_name(event_type)) if event_type else "Without a type", bars, key=event_type)

    def of_reason(reason: FailureReason, bars: _Bars) -> Trend:
        return trend(reason_title(reason), bars, key=reason.value, what=f"Failed, {reason_title(reason).lower()},")

    ranked = _ranked(of_type(event_type, bars) for event_type, bars in types.items())
    return Day(
        events=trend("Events", everything),
        duplicates=duplicates.total,
        failed=trend("Failed events", failed),
        types=ranked[:MAX_TYPES],
        other_types=sum(each.total for each in ranked[MAX_TYPES:]),
        reasons=_ranked(of_reason(reason, bars) for reason, bars in reasons.items()),
    )


_REASONS: Mapping[str, FailureReason] = MappingProxyType({reason.value: reason for reason in FailureReason})


class _Bars:
    """The last day by half hours, and what was in the one before it."""

    def __init__(self) -> None:
        self.counts = [0] * BARS
        self.before = 0

    @property
    def total(self) -> int:
        return sum(self.counts)

    def add(self, bar: int, events: int) -> None:
        """``bar``: 0 up to BARS for the last day; what is older counts as the day before."""
        if 0 <= bar < BARS:
            self.counts[bar] += events
        elif -BARS <= bar < 0:
            self.before += events


def _ranked(trends: Iterable[Trend]) -> Sequence[Trend]:
    return sorted((each for each in trends if each.total), key=lambda each: (-each.total, each.name))


def _end_ms(now_ms: int) -> int:
    """The end of the half hour that now is in."""
    return now_ms - now_ms % BAR_MS + BAR_MS


def _change(total: int, *, before: int) -> str:
    if not before:
        return "none the day before" if total else ""
    percent = round((total - before) / before * 100)
    if percent == 0:
        return "as many as the day before"
    if total > 10 * before:
        return f"{before:,} the day before"
    return f"{abs(percent)} % {'more' if percent > 0 else 'fewer'} than the day before"
