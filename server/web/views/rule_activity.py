"""How often a property's rules fire: a curve by days, what failed, and which have stopped. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS
from server.observe.rule_counts import RuleCount, RuleSlot
from server.web.views.live_facts import iso
from server.web.views.sparkline import Sparkline, span_sparkline
from server.web.views.time_chart import Span

DAY_MS = 24 * 3600 * 1000

DAYS = 14
"""Two weeks: the same days of the week stand beside each other."""

# A rule that fired on so many of the seven days before the last one is expected to fire every day.
_STEADY_DAYS = 4
_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleActivity:
    """Of one rule in DAYS days. ``last_at``: ISO 8601.

    ``has_stopped``: it fired on most days of a week, and not in the last 24 hours.
    """

    fired: int
    failed: int
    last_day: int
    last_at: str
    has_stopped: bool
    curve: Sparkline


@dataclass(slots=True)
class _Days:
    """``fired``: by days back from now, the newest last."""

    fired: list[int] = field(default_factory=lambda: [0] * DAYS)
    count: RuleCount = field(default_factory=RuleCount)


def since_ms(now_ms: int) -> int:
    """From when on counts are needed."""
    return now_ms - DAYS * DAY_MS


def streams_of(document: JsonObject) -> frozenset[str]:
    """Ids of the datastreams that a property's events go to."""
    environments = document.get("environments", {})
    return frozenset(environments.get(name, {}).get("datastream", document["property"]["id"]) for name in ENVIRONMENTS)


def activity_of(
    counts: Mapping[RuleSlot, RuleCount], document: JsonObject, *, now_ms: int
) -> Mapping[str, RuleActivity]:
    """By the id of each rule that fired. ``counts``: those since :func:`since_ms`, of all properties.

    Properties that send to one datastream, with rules of the same id, are counted together.
    """
    streams, days = streams_of(document), dict[str, _Days]()
    for slot, count in counts.items():
        back = max(0, now_ms - slot.start_ms) // DAY_MS
        if slot.key.connection in streams and back < DAYS:
            rule = days.setdefault(slot.key.rule, _Days())
            rule.fired[DAYS - 1 - back] += count.fired
            rule.count = rule.count.plus(count)
    return {rule_id: _activity(each, now_ms) for rule_id, each in days.items()}


def stopped_rules(activity: Mapping[str, RuleActivity], document: JsonObject) -> Sequence[JsonObject]:
    """Rules that are switched on, fired day by day, and do not any more."""
    return [
        rule
        for rule in document["rules"]
        if rule.get("enabled", True) and rule["id"] in activity and activity[rule["id"]].has_stopped
    ]


def _activity(days: _Days, now_ms: int) -> RuleActivity:
    week = days.fired[-1 - _WEEK_DAYS : -1]
    is_steady = sum(1 for fired in week if fired) >= _STEADY_DAYS
    return RuleActivity(
        fired=days.count.fired,
        failed=days.count.failed,
        last_day=days.fired[-1],
        last_at=iso(days.count.last_ms),
        has_stopped=is_steady and now_ms - days.count.last_ms > DAY_MS,
        curve=span_sparkline(days.fired, Span(start_ms=since_ms(now_ms), step_ms=DAY_MS, steps=DAYS)),
    )
