"""A datastream's mapping: what a page sends as ``data``, beside its XDM, becomes XDM too.

Lines read ``data.…``, and ``xdm.…`` of what the page said itself. What they make is laid over the page's own XDM: who
writes a mapping means it. The event stays the event that it is: its ``_id`` and its ECID were given before.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from server.model.event import Event
from server.model.identity import ECID
from server.model.json import JsonObject
from server.model.xdm import merge
from server.prep.mapper import Mapper


def with_mapped_data(event: Event, mapper: Mapper) -> Event:
    """The data stays with the event: after a change of the mapping it can be mapped again."""
    raw = {"data": event.data, "xdm": event.xdm}
    made, warnings = mapper.map(raw, received_ms=event.received_ms, seed=event.id)
    return msgspec.structs.replace(event, xdm=laid_over(event.xdm, made), warnings=tuple(warnings))


def laid_over(xdm: JsonObject, made: Mapping[str, Any]) -> JsonObject:
    """``made`` over ``xdm``, but for what says which event it is, and of which browser."""
    kept = {name: value for name, value in made.items() if name != "_id"}
    identities = kept.get("identityMap")
    if isinstance(identities, dict):
        kept["identityMap"] = {namespace: items for namespace, items in identities.items() if namespace != ECID}
    whole = merge(xdm, kept)
    return _with_one_primary(whole) if "identityMap" in kept else whole


def _with_one_primary(xdm: JsonObject) -> JsonObject:
    """An identity that the mapping calls primary comes before the browser's."""
    identities = xdm.get("identityMap")
    if not isinstance(identities, dict) or not isinstance(identities.get(ECID), list):
        return xdm
    others = [item for name, items in identities.items() if name != ECID and isinstance(items, list) for item in items]
    if not any(isinstance(item, dict) and item.get("primary") is True for item in others):
        return xdm
    demoted = [item | {"primary": False} if isinstance(item, dict) else item for item in identities[ECID]]
    return xdm | {"identityMap": identities | {ECID: demoted}}
