"""Failed events that have the same fault, counted together: by reason, field, what was broken, rule and page. Pure."""

import re
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from server.model.outcome import Offset
from server.observe.glance import Glanced
from server.observe.traffic import HOUR_MS, KnowsDataset, way_of

MAX_GROUPS = 2_000
"""So many groups are told apart. A page that makes up fields or addresses without end is one group from there on."""

# An event with two faults is in two groups. Whoever has more faults than this mends some and looks again.
_MAX_FAULTS = 10

_MAX_FIELD_CHARACTERS = 200
_MAX_WORD_CHARACTERS = 60
_ITEM = re.compile(r"/\d+(?=/|$)")


class FailureGroup(NamedTuple):
    """``field``: a JSON pointer with ``*`` for any item of a list. ``keyword``: what of the schema was broken, or a
    word of ours. ``rule``: the id of the property's rule that sent it. ``page``: host and path. Each may be empty.
    """

    reason: str
    field: str
    keyword: str
    rule: str
    page: str
    dataset: str
    connection: str


class FailureCount(NamedTuple):
    """``first_ms``, ``last_ms``: when the first and the last were received. ``newest``: where the last one is."""

    events: int
    first_ms: int
    last_ms: int
    newest: Offset

    def plus(self, other: "FailureCount") -> "FailureCount":
        return FailureCount(
            self.events + other.events,
            min(self.first_ms, other.first_ms),
            max(self.last_ms, other.last_ms),
            max(self.newest, other.newest),
        )


class FailureSlot(NamedTuple):
    """``start_ms``: of the hour that they were received in."""

    start_ms: int
    group: FailureGroup


def failure_groups(
    glanced: Sequence[Glanced], *, known: Set[FailureGroup], knows: KnowsDataset
) -> Mapping[FailureSlot, FailureCount]:
    """``known``: groups that were counted before. What was replayed and failed again is the same event: not counted."""
    groups, counts = set(known), dict[FailureSlot, FailureCount]()
    for each in glanced:
        if each.seen.is_replay:
            continue
        for group in groups_of(each, knows=knows):
            told = _told_apart(group, groups)
            slot = FailureSlot(each.at_ms - each.at_ms % HOUR_MS, told)
            one = FailureCount(1, each.at_ms, each.at_ms, each.offset)
            counts[slot] = counts[slot].plus(one) if slot in counts else one
    return counts


def groups_of(each: Glanced, *, knows: KnowsDataset) -> Sequence[FailureGroup]:
    """All that one failed event is in: at least one."""
    event, way = each.seen.event, way_of(each, knows=knows)
    faults = dict.fromkeys((field_of(fault.path), _word(fault.keyword)) for fault in each.seen.violations)
    return [
        FailureGroup(
            reason=each.seen.reason,
            field=field,
            keyword=keyword,
            rule="" if event is None else _word(event.rule),
            page="" if event is None else event.page,
            dataset=way.dataset,
            connection=way.connection,
        )
        for field, keyword in list(faults or {("", ""): None})[:_MAX_FAULTS]
    ]


def field_of(pointer: str) -> str:
    """A violation's place as groups have it: whichever item of a list it was."""
    return _ITEM.sub("/*", pointer)[:_MAX_FIELD_CHARACTERS]


def _told_apart(group: FailureGroup, groups: set[FailureGroup]) -> FailureGroup:
    if group not in groups and len(groups) >= MAX_GROUPS:
        group = group._replace(field="", page="", rule="")
    groups.add(group)
    return group


def _word(text: str) -> str:
    return text[:_MAX_WORD_CHARACTERS]
