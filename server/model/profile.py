"""What is known of one person."""

from typing import NewType

import msgspec

from server.model.identity import Identity
from server.model.json import JsonObject

ProfileId = NewType("ProfileId", str)


class ProfileEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An experience event as the profile store keeps it. ``timestamp_ms``: the event's own time."""

    id: str
    dataset_id: str
    timestamp_ms: int
    xdm: JsonObject


class ProfileView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One profile as it is read: its linked identities and its events, newest first.

    ``attributes``: facts folded from the events, such as first and last seen, counts by event type.
    """

    id: ProfileId
    identities: tuple[Identity, ...]
    attributes: JsonObject
    events: tuple[ProfileEvent, ...]
    event_count: int
