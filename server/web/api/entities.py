"""What the profile API tells: a person's entity, events as entities, in the platform's shapes. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from server.model.identity import Identity
from server.model.json import Json, JsonObject
from server.model.profile import ProfileEvent, ProfileView
from server.model.xdm import get, merge, nest
from server.web.api.xid import xid_of
from server.web.views.live_facts import iso

MERGE_POLICY_ID: Final = "6d1d9c4e-7a53-4c0b-9a39-0f9a4f1c3f11"
"""There is one, by time; it has an id because clients send and expect one."""

_NEVER = "1970-01-01T00:00:00Z"

# eventType=commerce.purchases, commerce.order.priceTotal>=20
_FILTER = re.compile(r"([A-Za-z_][\w.]{0,255})(<=|>=|!=|=|<|>)(.{1,255})")

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}

EventFilter = Callable[[JsonObject], bool]


class FilterRefused(ValueError):
    """A ``property`` that cannot be read. ``args``: a sentence."""


def profile_entity(view: ProfileView, asked: Identity, *, fields: Sequence[str]) -> JsonObject:
    """One value of the answer to a look-up. ``asked``: by which identity."""
    identity_map: JsonObject = {}
    for identity in view.identities:
        identity_map.setdefault(identity.namespace, []).append({"id": identity.id})
    sources = dict.fromkeys(source.dataset_id for source in view.record_sources)
    said_ms = max((source.at_ms for source in view.record_sources), default=None)
    last_seen = view.attributes.get("lastSeen")
    modified = [time for time in (None if said_ms is None else iso(said_ms), last_seen) if isinstance(time, str)]
    return {
        "entityId": xid_of(asked),
        "mergePolicy": {"id": MERGE_POLICY_ID},
        "sources": list(sources) or [""],
        "tags": [source.tag for source in view.record_sources if source.tag],
        "identityGraph": [xid_of(identity) for identity in view.identities],
        "entity": chosen({**view.record, "identityMap": identity_map}, fields),
        "lastModifiedAt": max(modified, default=_NEVER),
    }


def no_entity(asked: Identity) -> JsonObject:
    """Of an identity that nobody has, in an answer about several."""
    return {
        "entityId": xid_of(asked),
        "mergePolicy": {"id": MERGE_POLICY_ID},
        "sources": [""],
        "entity": {},
        "lastModifiedAt": _NEVER,
    }


def event_entities(
    events: Sequence[ProfileEvent], asked: Identity, *, fields: Sequence[str], newest_first: bool, next_: str, href: str
) -> JsonObject:
    """A page of a person's events. ``next_``: where the following page begins; empty for the last."""
    return {
        "_page": {
            "orderby": "-timestamp" if newest_first else "timestamp",
            "start": events[0].id if events else "",
            "count": len(events),
            "next": next_,
        },
        "children": [
            {
                "relatedEntityId": xid_of(asked),
                "entityId": event.id,
                "timestamp": event.timestamp_ms,
                "entity": chosen(event.xdm, fields),
                "lastModifiedAt": iso(event.timestamp_ms),
            }
            for event in events
        ],
        "_links": {"next": {"href": href if next_ else ""}},
    }


def merge_policy(org_id: str) -> JsonObject:
    """The one that there is, and that cannot be changed."""
    return {
        "id": MERGE_POLICY_ID,
        "name": "Default, by time",
        "imsOrgId": org_id,
        "schema": {"name": "_xdm.context.profile"},
        "version": 1,
        "identityGraph": {"type": "pdg"},
        "attributeMerge": {"type": "timestampOrdered"},
        "default": True,
        "isActiveOnEdge": False,
        "updateEpoch": 0,
    }


def chosen(entity: JsonObject, fields: Sequence[str]) -> JsonObject:
    """What these dotted paths lead to; all of it without any."""
    if not fields:
        return entity
    found: JsonObject = {}
    for path in fields:
        value = get(entity, path)
        if value is not None:
            found = merge(found, nest(path, value))
    return found


def event_filter(text: str) -> EventFilter:
    """``path=value``, with ``= != < <= > >=``; numbers are compared as numbers. Raises FilterRefused."""
    match = _FILTER.fullmatch(text)
    if match is None:
        raise FilterRefused(f"`property` is a path, one of = != < <= > >=, and a value, not {text[:100]!r}")
    path, sign, value = match.groups()
    compare = _COMPARISONS[sign]
    number = _number(value)

    def holds(xdm: JsonObject) -> bool:
        found = get(xdm, path)
        if isinstance(found, bool):
            return compare(str(found).lower(), value)
        if isinstance(found, int | float) and number is not None:
            return compare(found, number)
        return isinstance(found, str) and compare(found, value)

    return holds


def _number(text: str) -> Json:
    try:
        return float(text)
    except ValueError:
        return None
