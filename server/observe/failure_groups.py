"""Failed events that have the same fault, counted together: by reason, field, what was broken, rule and page. Pure."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple, Protocol

from server.model.outcome import FailedEvent, Offset
from server.observe.glance import Glanced, page_of
from server.observe.traffic import KnowsDataset, way_of

FAILURE_SLOT_MS = 600_000
"""Failures are counted by ten minutes: an hour has bars enough to show when it began."""

MAX_GROUPS = 2_000
"""So many groups are told apart. A page that makes up fields or addresses without end is one group from there on."""

ANY = "*"
"""The field, rule and page of that one group: whichever they were."""

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

    @property
    def fault(self) -> "Fault":
        return Fault(self.reason, self.field, self.keyword, self.rule, self.page)


class Fault(NamedTuple):
    """What people mend at once: a group, by whichever connection it came, into whichever dataset."""

    reason: str
    field: str
    keyword: str
    rule: str
    page: str

    @property
    def id(self) -> str:
        """16 hexadecimal digits, the same on every machine: its name in addresses and commands."""
        return hashlib.blake2b("\0".join(self).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


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
    """``start_ms``: of the ten minutes that they were received in; of the hour, once they are a day old."""

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
            slot = FailureSlot(each.at_ms - each.at_ms % FAILURE_SLOT_MS, told)
            one = FailureCount(1, each.at_ms, each.at_ms, each.offset)
            counts[slot] = counts[slot].plus(one) if slot in counts else one
    return counts


def groups_of(each: Glanced, *, knows: KnowsDataset) -> Sequence[FailureGroup]:
    """All that one failed event is in: at least one."""
    event, way = each.seen.event, way_of(each, knows=knows)
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
        for field, keyword in _broken(each.seen.violations)
    ]


def faults_of(failed: FailedEvent) -> Sequence[Fault]:
    """The same of a whole record."""
    event = failed.event
    return [
        Fault(
            reason=failed.reason.value,
            field=field,
            keyword=keyword,
            rule="" if event is None else _word(event.rule),
            page="" if event is None else page_of(event.xdm.get("web"), event.client.referer),
        )
        for field, keyword in _broken(failed.violations)
    ]


def has_fault(failed: FailedEvent, fault_id: str) -> bool:
    """Whether it is in the group of this id, or would be in the one of what is not told apart."""
    return any(fault_id in (each.id, _not_told_apart(each).id) for each in faults_of(failed))


class _Broken(Protocol):
    """A violation."""

    @property
    def path(self) -> str: ...
    @property
    def keyword(self) -> str: ...


def _broken(violations: Iterable[_Broken]) -> Sequence[tuple[str, str]]:
    """(field, keyword), each once; one of nothing where nothing is said of what is wrong."""
    faults = dict.fromkeys((field_of(each.path), _word(each.keyword)) for each in violations)
    return list(faults or {("", ""): None})[:_MAX_FAULTS]


def _not_told_apart(fault: Fault) -> Fault:
    return fault._replace(field=ANY, rule=ANY, page=ANY)


def field_of(pointer: str) -> str:
    """A violation's place as groups have it: whichever item of a list it was."""
    return _ITEM.sub("/*", pointer)[:_MAX_FIELD_CHARACTERS]


def _told_apart(group: FailureGroup, groups: set[FailureGroup]) -> FailureGroup:
    if group not in groups and len(groups) >= MAX_GROUPS:
        group = group._replace(field=ANY, page=ANY, rule=ANY)
    groups.add(group)
    return group


def _word(text: str) -> str:
    return text[:_MAX_WORD_CHARACTERS]
