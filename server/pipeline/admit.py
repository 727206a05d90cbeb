"""A beacon becomes events: each gets its id, its time and its identity, before anything is written."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from server.model.consent import Basis
from server.model.datastream import DatasetId, Datastream
from server.model.event import ClientInfo, EventId, EventText
from server.model.identity import ECID, FPID
from server.model.json import JsonObject
from server.model.xdm import merge
from server.wire.documents import extended, member, read
from server.wire.edge import MAX_QUEUE_TIME_MS, EdgeEvent, EdgeRequest

# Longer ids are somebody's payload; XDM ids are UUIDs and the like.
MAX_ID_CHARACTERS = 256

# Any namespace of our own (RFC 9562, 5.5); changing it would make every retry under way a new event.
_RETRY_SAFE_IDS = uuid.UUID("5f1a9f0c-6b0e-5c4e-9d7e-0a1d3c0e8b11")


class Beacon(msgspec.Struct, frozen=True, kw_only=True):
    """What the request around the body said.

    ``id``: the ``requestId`` of the answer. ``request_id``: the client's, the same for every retry; ``""`` for none.
    """

    id: str
    request_id: str
    received_ms: int
    client: ClientInfo
    origin_mismatch: bool


def admit(
    request: EdgeRequest,
    beacon: Beacon,
    datastream: Datastream,
    *,
    dataset_id: DatasetId,
    ecid: str,
    consent: Basis,
    new_id: Callable[[], EventId],
) -> Sequence[EventText]:
    """The beacon's events, ready for the log, in the order they came.

    ``dataset_id``: where they go. ``consent``: where it is known from that they may be kept. ``ecid``: ``""`` for
    events that are to be nobody's, whatever identities they name.
    """
    # What all events have in common may be said once, beside them. The identity in it is resolved already.
    shared = {name: value for name, value in request.xdm.items() if name != "identityMap"} if request.xdm else None
    happened_ms = beacon.received_ms - _queue_ms(request)
    events = []
    for index, event in enumerate(request.events):
        if shared:
            event = event.saying(merge(shared, read(event.xdm, path=f"$.events[{index}].xdm")))
        if not ecid:
            event = _nobodys(event, path=f"$.events[{index}].xdm")
        head = event.head
        event_id = head.id if _is_id(head.id) else _retry_safe_id(beacon, datastream, index) or new_id()
        events.append(
            EventText(
                id=event_id,
                datastream_id=datastream.id,
                dataset_id=dataset_id,
                received_ms=beacon.received_ms,
                beacon_id=beacon.id,
                client=beacon.client,
                xdm=_completed(event, event_id, happened_ms, ecid),
                data=event.data,
                origin_mismatch=beacon.origin_mismatch,
                consent=consent,
                rule=event.rule,
            )
        )
    return events


def _completed(event: EdgeEvent, event_id: EventId, happened_ms: int, ecid: str) -> msgspec.Raw:
    """The event's XDM with what it lacks of id, time and identity."""
    head = event.head
    members = []
    if head.id != event_id:
        members.append(member("_id", event_id))
    if head.timestamp is None:
        members.append(member("timestamp", _rfc3339(happened_ms)))
    if ecid and head.identity_map is None:
        members.append(_identity_alone(ecid))
    elif ecid and isinstance(head.identity_map, dict):
        members.append(member("identityMap", _with_ecid(head.identity_map, ecid)))
    # Of what is no map, validation will say so.
    return extended(event.xdm, b",".join(members)) if members else event.xdm


def _nobodys(event: EdgeEvent, *, path: str) -> EdgeEvent:
    """Without its identities, which are not to reach the disk."""
    xdm = {name: value for name, value in read(event.xdm, path=path).items() if name != "identityMap"}
    return event.saying(xdm)


def _queue_ms(request: EdgeRequest) -> int:
    return min(max(request.meta.queue_time_millis, 0), MAX_QUEUE_TIME_MS)


def _is_id(given: object) -> bool:
    return isinstance(given, str) and 0 < len(given) <= MAX_ID_CHARACTERS


def _retry_safe_id(beacon: Beacon, datastream: Datastream, index: int) -> EventId | None:
    """For an event without an ``_id`` (the Web SDK sends none): one made of the client's request id.

    So a retry of the request is the same event. None when the client gave no request id.
    """
    if not beacon.request_id:
        return None
    return EventId(str(uuid.uuid5(_RETRY_SAFE_IDS, f"{datastream.id}/{beacon.request_id.lower()}/{index}")))


# A visitor sends several beacons within minutes.
@lru_cache(maxsize=4_096)
def _identity_alone(ecid: str) -> bytes:
    """What an event without identities of its own is given."""
    return member("identityMap", _with_ecid({}, ecid))


def _with_ecid(identity_map: JsonObject, ecid: str) -> JsonObject:
    """The map with the resolved ECID and without device ids."""
    others = {namespace: items for namespace, items in identity_map.items() if namespace not in (ECID, FPID)}
    has_primary = any(
        isinstance(item, dict) and item.get("primary") is True
        for items in others.values()
        if isinstance(items, list)
        for item in items
    )
    return others | {ECID: [{"id": ecid, "authenticatedState": "ambiguous", "primary": not has_primary}]}


def _rfc3339(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
