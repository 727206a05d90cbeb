"""What the events of a profile say of its person, folded one by one into a few facts. Pure.

The facts of one event and the facts of a thousand are the same kind of value, and ``combine`` lays two of them
together, in either order: counts and sums add up, first and last are least and greatest, and "the last page" is that of
the newest event, not of the one that came last. So two profiles can become one, and a late event does no harm.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from server.model.event import Event
from server.model.identity import Identity, Namespace
from server.model.json import Json, JsonObject
from server.model.xdm import get
from server.profile.graph import Node

# A page chooses event types; a person needs few of them, and an attacker must not fill a profile with others.
MAX_EVENT_TYPES = 50
MAX_CURRENCIES = 20
OTHER_EVENT_TYPES = "(other)"

MAX_TEXT_CHARACTERS = 512

# More is a slip or an attack, and would drown every true number.
MAX_PURCHASES_PER_EVENT = 1_000
MAX_ORDER_TOTAL = 10**12

# Money is summed in ten-thousandths, as integers: no currency has more decimals (ISO 4217), and sums of floats would
# differ by the order of the events.
_PARTS_PER_UNIT = 10_000

_CURRENCY = re.compile(r"[A-Z]{3}")
NO_CURRENCY = "XXX"
"""ISO 4217's own code for "no currency"."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What is kept of the newest event that has any of it: fact, then its own word and the XDM path it comes from.
_LATEST: Mapping[str, Mapping[str, str]] = {
    "lastPage": {"URL": "web.webPageDetails.URL", "name": "web.webPageDetails.name"},
    "lastDevice": {"type": "device.type", "manufacturer": "device.manufacturer", "model": "device.model"},
    "lastBrowser": {"name": "environment.browserDetails.name", "version": "environment.browserDetails.version"},
    "lastOperatingSystem": {
        "name": "environment.operatingSystem",
        "version": "environment.operatingSystemVersion",
    },
}

LAST_CONSENT = "lastConsent"


class Latest(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A fact of the newest event that had one. Ordered by time, then by the rest, so that no two tie."""

    at_ms: int
    event_id: str
    values: tuple[tuple[str, str], ...]


class Attributes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The facts of some events. ``revenue``: by currency, in ten-thousandths of its unit.

    Without events, ``first_seen_ms`` and ``last_seen_ms`` mean nothing.
    """

    first_seen_ms: int = 0
    last_seen_ms: int = 0
    event_count: int = 0
    events_by_type: dict[str, int] = {}
    order_count: int = 0
    revenue: dict[str, int] = {}
    latest: dict[str, Latest] = {}


def occurred_ms(event: Event) -> int:
    """When the event happened: its ``timestamp``, but never after it was received (a clock may be wrong).

    The time it was received when the timestamp cannot be read or is before 1970. One without a zone is taken as UTC.
    """
    at_ms = instant_ms(event.xdm.get("timestamp"))
    return event.received_ms if at_ms is None else min(at_ms, event.received_ms)


def instant_ms(text: Json) -> int | None:
    """An RFC 3339 time in milliseconds since the epoch; None for anything else, and for one before it."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    at_ms = (moment - _EPOCH) // timedelta(milliseconds=1)
    return at_ms if at_ms >= 0 else None


def fold(attributes: Attributes, event: Event) -> Attributes:
    """The attributes with one more event. Offer each event once: nothing here tells whether it was counted already."""
    return combine(attributes, facts(event))


def facts(event: Event) -> Attributes:
    """What one event says."""
    at_ms = occurred_ms(event)
    event_type = event.xdm.get("eventType")
    orders = _orders(get(event.xdm, "commerce.purchases.value"))
    return Attributes(
        first_seen_ms=at_ms,
        last_seen_ms=at_ms,
        event_count=1,
        events_by_type={event_type[:MAX_TEXT_CHARACTERS]: 1} if isinstance(event_type, str) and event_type else {},
        order_count=orders,
        revenue=_revenue(get(event.xdm, "commerce.order")) if orders else {},
        latest={
            fact: Latest(at_ms, event.id, values)
            for fact, values in (
                *((fact, _texts(event.xdm, paths)) for fact, paths in _LATEST.items()),
                (LAST_CONSENT, _consent(event, at_ms)),
            )
            if values
        },
    )


def combine(one: Attributes, other: Attributes) -> Attributes:
    """Both together, as if all their events had been folded into one. The order of the two does not matter."""
    if not one.event_count:
        return other
    if not other.event_count:
        return one
    return Attributes(
        first_seen_ms=min(one.first_seen_ms, other.first_seen_ms),
        last_seen_ms=max(one.last_seen_ms, other.last_seen_ms),
        event_count=one.event_count + other.event_count,
        events_by_type=_with_others(_sum(one.events_by_type, other.events_by_type)),
        order_count=one.order_count + other.order_count,
        revenue=dict(_largest(_sum(one.revenue, other.revenue), MAX_CURRENCIES)),
        latest={
            fact: max(each for each in (one.latest.get(fact), other.latest.get(fact)) if each is not None)
            for fact in (*_LATEST, LAST_CONSENT)
            if fact in one.latest or fact in other.latest
        },
    )


def describe(
    attributes: Attributes, nodes: Mapping[Identity, Node], *, unique_namespaces: Collection[Namespace]
) -> JsonObject:
    """The attributes as a person or a program reads them; ``docs/reference/profiles.md`` explains each.

    The customer ids come from the identity graph, not from events: it knows which of them are this person's today.
    """
    described: JsonObject = {
        "firstSeen": _iso(attributes.first_seen_ms) if attributes.event_count else None,
        "lastSeen": _iso(attributes.last_seen_ms) if attributes.event_count else None,
        "eventCount": attributes.event_count,
        "eventsByType": dict(sorted(attributes.events_by_type.items())),
        "orders": {
            "count": attributes.order_count,
            "revenue": {
                currency: float(Decimal(parts) / _PARTS_PER_UNIT)
                for currency, parts in sorted(attributes.revenue.items())
            },
        },
        "customerIds": {one.namespace: one.id for one in sorted(nodes) if one.namespace in unique_namespaces},
    }
    described |= {fact: dict(latest.values) for fact, latest in attributes.latest.items()}
    quarantined = [str(one) for one, node in sorted(nodes.items()) if node.quarantined_ms is not None]
    return {**described, "quarantinedIdentities": quarantined} if quarantined else described


def _orders(value: Json) -> int:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 1 <= value <= MAX_PURCHASES_PER_EVENT:
        return 0
    return int(value)


def _revenue(order: Json) -> dict[str, int]:
    if not isinstance(order, dict):
        return {}
    total = order.get("priceTotal")
    # "not <=" rather than ">": it is also true of NaN.
    if not isinstance(total, int | float) or isinstance(total, bool) or not abs(total) <= MAX_ORDER_TOTAL:
        return {}
    currency = order.get("currencyCode")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        currency = NO_CURRENCY
    # By way of its shortest text: 0.1 is then one tenth, as the page meant it.
    return {currency: round(Decimal(repr(total)) * _PARTS_PER_UNIT)}


def _consent(event: Event, at_ms: int) -> tuple[tuple[str, str], ...]:
    """Where it was known from that the event may be kept, and when that was. Nothing for what came by an inlet."""
    return () if event.consent is None else (("basis", event.consent), ("at", _iso(at_ms)))


def _texts(xdm: Mapping[str, Any], paths: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found = ((word, get(xdm, path)) for word, path in paths.items())
    return tuple((word, value[:MAX_TEXT_CHARACTERS]) for word, value in found if isinstance(value, str) and value)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


def _largest(counts: Mapping[str, int], limit: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-abs(each[1]), each[0]))[:limit]


def _with_others(counts: dict[str, int]) -> dict[str, int]:
    """The most frequent types; the rest together under one name, so that the counts still add up."""
    if len(counts) <= MAX_EVENT_TYPES:
        return counts
    others = counts.pop(OTHER_EVENT_TYPES, 0)
    kept = dict(_largest(counts, MAX_EVENT_TYPES - 1))
    return {**kept, OTHER_EVENT_TYPES: others + sum(counts.values()) - sum(kept.values())}


def _iso(at_ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
