"""Outcomes, counted: how many of what kind in each ten minutes, and what happened for the first time when. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from server.model.identity import ECID
from server.ports import LogRecord

SLOT_MS = 600_000
"""Events are counted by the ten minutes they were received in: fine enough for a day's curve, 144 numbers a day."""

DUPLICATE = "duplicate"
PROCESSED = "processed"

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


class First(NamedTuple):
    """``at_ms``: server's clock. ``detail``: the site's host, the event's type or the namespace."""

    at_ms: int
    detail: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What some records of one topic add."""

    counts: Mapping[Kind, int]
    firsts: Mapping[Milestone, First]


class _Client(msgspec.Struct, frozen=True):
    origin: str = ""
    referer: str = ""


class _Xdm(msgspec.Struct, frozen=True, rename="camel"):
    """What is looked at. Of any type: a failed event may have anything there."""

    event_type: Any = None
    identity_map: Any = None


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    dataset_id: str
    received_ms: int
    client: _Client
    xdm: _Xdm


class _Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """A ``Processed`` or a ``FailedEvent``, of which most is not decoded: that is most of the time it would take."""

    event: _Event | None = None
    duplicate: bool = False
    reason: str = PROCESSED


_decode = msgspec.json.Decoder(_Outcome).decode


def tally(records: Sequence[LogRecord], *, known_types: Set[str], own_host: str, now_ms: int) -> Tally:
    """``known_types``: event types counted before. ``own_host``: where the console and the demo shop are.

    ``now_ms`` is the time of what cannot be read. Records that are none are not counted.
    """
    counts: Counter[Kind] = Counter()
    firsts: dict[Milestone, First] = {}
    types = set(known_types)
    for record in records:
        try:
            outcome = _decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        event = outcome.event
        at_ms = now_ms if event is None else event.received_ms
        event_type = _event_type(event, types)
        kind = DUPLICATE if outcome.duplicate else outcome.reason
        dataset_id = "" if event is None else event.dataset_id
        counts[Kind(at_ms - at_ms % SLOT_MS, dataset_id, kind, event_type)] += 1
        for milestone, detail in _milestones(event, event_type, own_host, is_processed=kind == PROCESSED):
            firsts.setdefault(milestone, First(at_ms, detail))
    return Tally(counts, firsts)


def _event_type(event: _Event | None, types: set[str]) -> str:
    given = None if event is None else event.xdm.event_type
    if not isinstance(given, str) or len(given) > _MAX_TYPE_CHARACTERS:
        return ""
    if given not in types and len(types) >= MAX_EVENT_TYPES:
        return ""
    types.add(given)
    return given


def _milestones(
    event: _Event | None, event_type: str, own_host: str, *, is_processed: bool
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
