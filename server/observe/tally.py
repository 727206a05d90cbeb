"""Outcomes, counted: how many of what kind in each ten minutes, and what happened for the first time when. Pure.

Beside that, by which way they came (traffic.py), what was wrong with them (failure_groups.py), and which rules sent
them (rule_counts.py).
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from server.model.identity import ECID
from server.observe.failure_groups import FailureCount, FailureGroup, FailureSlot, failure_groups
from server.observe.glance import DUPLICATE as DUPLICATE
from server.observe.glance import PROCESSED as PROCESSED
from server.observe.glance import GlancedEvent, glance
from server.observe.rule_counts import RuleCount, RuleKey, RuleSlot, rule_counts
from server.observe.traffic import KnowsDataset, Latency, Numbers, Slot, traffic, way_of
from server.ports import LogRecord

SLOT_MS = 600_000
"""Events are counted by the ten minutes they were received in: fine enough for a day's curve, 144 numbers a day."""

MAX_EVENT_TYPES = 300
"""So many types are told apart; a page that invents types without end shall not make a table without end."""
_MAX_TYPE_CHARACTERS = 100

# Namespaces that every browser gets by itself: none of them says who somebody is.
_DEVICES = frozenset({ECID, "FPID", "AAID", "GAID", "IDFA", "WAID"})

_MAX_HOST_CHARACTERS = 100


class Milestone(StrEnum):
    """Something that happens for the first time once."""

    SITE = "site"
    """An event came from a page that is not this server's own."""
    ACTION = "action"
    """Something else than a page view was processed."""
    CUSTOMER = "customer"
    """A processed event named a person, not only a browser."""


class Kind(NamedTuple):
    """What is counted together. ``outcome``: PROCESSED, DUPLICATE, or the reason of a failed event."""

    slot_ms: int
    dataset_id: str
    outcome: str
    event_type: str


class FailedSlot(NamedTuple):
    """Failed events that are counted together, whatever their type."""

    slot_ms: int
    dataset: str
    reason: str


class First(NamedTuple):
    """``at_ms``: server's clock. ``detail``: the site's host, the event's type or the namespace."""

    at_ms: int
    detail: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What some records of one topic add."""

    counts: Mapping[Kind, int] = field(default_factory=dict)
    firsts: Mapping[Milestone, First] = field(default_factory=dict)
    traffic: Mapping[Slot, Numbers] = field(default_factory=dict)
    latencies: Mapping[Latency, int] = field(default_factory=dict)
    failures: Mapping[FailureSlot, FailureCount] = field(default_factory=dict)
    rules: Mapping[RuleSlot, RuleCount] = field(default_factory=dict)


def tally(
    records: Sequence[LogRecord],
    *,
    known_types: Set[str],
    own_host: str,
    now_ms: int,
    known_groups: Set[FailureGroup] = frozenset(),
    known_rules: Set[RuleKey] = frozenset(),
    knows: KnowsDataset = lambda _dataset_id: True,
) -> Tally:
    """``known_types``, ``known_groups``, ``known_rules``: counted before. ``own_host``: the console's.

    ``now_ms`` is the time of what cannot be read. Records that are none are not counted.
    """
    counts: Counter[Kind] = Counter()
    firsts: dict[Milestone, First] = {}
    types = set(known_types)
    glanced = glance(records, now_ms=now_ms)
    for each in glanced:
        event, kind = each.seen.event, each.seen.outcome
        event_type = _event_type(event, types)
        dataset_id = way_of(each, knows=knows).dataset
        if not each.seen.is_replay or each.seen.reason == PROCESSED:
            # What was replayed and failed again is the same event, and failed once.
            counts[Kind(each.at_ms - each.at_ms % SLOT_MS, dataset_id, kind, event_type)] += 1
        for milestone, detail in _milestones(event, event_type, own_host, is_processed=kind == PROCESSED):
            firsts.setdefault(milestone, First(each.at_ms, detail))
    failed = [each for each in glanced if each.seen.reason != PROCESSED]
    numbers, latencies = traffic(glanced, knows=knows)
    groups = failure_groups(failed, known=known_groups, knows=knows)
    return Tally(counts, firsts, numbers, latencies, groups, rule_counts(glanced, known=known_rules))


def _event_type(event: GlancedEvent | None, types: set[str]) -> str:
    given = None if event is None else event.xdm.event_type
    if not isinstance(given, str) or len(given) > _MAX_TYPE_CHARACTERS:
        return ""
    if given not in types and len(types) >= MAX_EVENT_TYPES:
        return ""
    types.add(given)
    return given


def _milestones(
    event: GlancedEvent | None, event_type: str, own_host: str, *, is_processed: bool
) -> Sequence[tuple[Milestone, str]]:
    if event is None:
        return ()
    found = []
    host = _host(event.client.origin) or _host(event.client.referer)
    if host and host != own_host:
        found.append((Milestone.SITE, host[:_MAX_HOST_CHARACTERS]))
    if is_processed and event_type and not event_type.endswith(".pageViews"):
        found.append((Milestone.ACTION, event_type))
    namespaces = event.xdm.identity_map if is_processed and isinstance(event.xdm.identity_map, dict) else {}
    person = next((name for name in namespaces if name not in _DEVICES), None)
    if person is not None:
        found.append((Milestone.CUSTOMER, str(person)[:_MAX_TYPE_CHARACTERS]))
    return found


def _host(address: str) -> str:
    """Name and port; empty for none, and for what a sandboxed page says of itself (``null``)."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""
