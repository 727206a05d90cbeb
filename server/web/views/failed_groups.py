"""Failed events over time, and what they have in common, the most frequent first. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from server.observe.failure_groups import FAILURE_SLOT_MS, FailureCount, FailureSlot, Fault
from server.observe.tally import FailedSlot
from server.observe.traffic import HOUR_MS
from server.web.views.failure_texts import reason_name
from server.web.views.live_facts import iso
from server.web.views.sparkline import Sparkline, span_sparkline
from server.web.views.time_chart import Series, Span, TimeChart, bar_chart, summed

MAX_GROUPS_SHOWN = 30
"""Whoever has more mends some first; a filter shows the others."""

_DAY_MS = 24 * HOUR_MS

# (length, what one is called). The first of them that gives no more bars than a drawing has room for.
_STEPS = (
    (FAILURE_SLOT_MS, "10 minutes"),
    (3 * FAILURE_SLOT_MS, "half hour"),
    (2 * HOUR_MS, "2 hours"),
    (_DAY_MS, "day"),
)
_MAX_BARS = 84

# Colours of the most frequent reasons; all others are the last one's.
_TONES = ("bad", "sun", "quiet")


class Looked(NamedTuple):
    """What is looked at; empty lets everything through."""

    reason: str = ""
    dataset: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """Events with the same fault."""

    fault: Fault
    events: int
    share: str
    """Of all that failed in this time, such as ``12 %``."""
    first: str
    """When the first of them was received, ISO 8601."""
    last: str
    """The same of the last one."""
    spark: Sparkline


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureOverview:
    chart: TimeChart
    tick: str
    """How moments below the drawing are written: ``time`` or ``date``."""
    total: int
    """Events that failed in this time, but for filters other than the dataset."""
    groups: Sequence[GroupRow]
    """The most frequent first."""
    more_groups: int
    """How many are not listed."""
    chosen: GroupRow | None
    """The group that is looked at; None for none, and for one of which nothing failed in this time."""


def failure_span(length_ms: int, now_ms: int) -> Span:
    """The intervals that a time of this length is drawn in; now is in the last one."""
    step_ms = _step_ms(length_ms)
    end_ms = now_ms - now_ms % step_ms + step_ms
    steps = -(-length_ms // step_ms)
    return Span(end_ms - steps * step_ms, step_ms, steps)


def failure_overview(
    failed: Mapping[FailedSlot, int], failures: Mapping[FailureSlot, FailureCount], span: Span, looked: Looked
) -> FailureOverview:
    """``failed``: events by when, dataset and reason. ``failures``: the same events, by what was wrong with them."""
    in_dataset = {slot: events for slot, events in failed.items() if looked.dataset in ("", slot.dataset)}
    total = sum(in_dataset.values())
    rows = _rows(failures, span, looked, total=total)
    chosen = next((row for row in rows if row.fault.id == looked.fault), None)
    by = dict(_STEPS)[span.step_ms]
    if looked.fault:
        series: Sequence[Series] = [Series("failed", "bad", _of_fault(failures, span, looked))]
        caption = f"Failed events of this group, by {by}"
    else:
        series = _by_reason(in_dataset, span, looked)
        caption = f"Failed events, by {by}"
    return FailureOverview(
        chart=bar_chart(series, span, caption=caption),
        tick="date" if span.end_ms - span.start_ms > _DAY_MS + span.step_ms else "time",
        total=total,
        groups=rows[:MAX_GROUPS_SHOWN],
        more_groups=max(0, len(rows) - MAX_GROUPS_SHOWN),
        chosen=chosen,
    )


def _rows(
    failures: Mapping[FailureSlot, FailureCount], span: Span, looked: Looked, *, total: int
) -> Sequence[GroupRow]:
    counts: dict[Fault, FailureCount] = {}
    bars: defaultdict[Fault, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for slot, count in failures.items():
        group = slot.group
        if looked.dataset not in ("", group.dataset) or looked.reason not in ("", group.reason):
            continue
        fault = group.fault
        counts[fault] = counts[fault].plus(count) if fault in counts else count
        bars[fault][slot.start_ms] += count.events
    rows = [
        GroupRow(
            fault=fault,
            events=count.events,
            share=_share(count.events, total),
            first=iso(count.first_ms),
            last=iso(count.last_ms),
            spark=span_sparkline(summed(bars[fault], span), span),
        )
        for fault, count in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.events, row.fault))


def _of_fault(failures: Mapping[FailureSlot, FailureCount], span: Span, looked: Looked) -> Sequence[int]:
    moments: defaultdict[int, int] = defaultdict(int)
    for slot, count in failures.items():
        if looked.dataset in ("", slot.group.dataset) and slot.group.fault.id == looked.fault:
            moments[slot.start_ms] += count.events
    return summed(moments, span)


def _by_reason(failed: Mapping[FailedSlot, int], span: Span, looked: Looked) -> Sequence[Series]:
    """One a reason, the most frequent at the bottom; those that are rare are one together."""
    by_reason: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for slot, events in failed.items():
        if looked.reason in ("", slot.reason):
            by_reason[slot.reason][slot.slot_ms] += events
    ranked = sorted(by_reason.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    if len(ranked) > len(_TONES):
        rest: defaultdict[int, int] = defaultdict(int)
        for _, moments in ranked[len(_TONES) - 1 :]:
            for at_ms, events in moments.items():
                rest[at_ms] += events
        ranked = [*ranked[: len(_TONES) - 1], ("", rest)]
    return [
        Series(reason_name(reason).lower() or "other reasons", tone, summed(moments, span))
        for (reason, moments), tone in zip(ranked, _TONES, strict=False)
    ] or [Series("failed", "bad", [0] * span.steps)]


def _share(events: int, total: int) -> str:
    if not total:
        return ""
    percent = min(100.0, events * 100 / total)
    return "under 1 %" if percent < 1 else f"{percent:.0f} %"


def _step_ms(length_ms: int) -> int:
    return next((step_ms for step_ms, _ in _STEPS if length_ms <= step_ms * _MAX_BARS), _STEPS[-1][0])
