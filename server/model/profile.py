"""What is known of one person."""

from typing import Literal, NewType

import msgspec

from server.model.dataset import DatasetId
from server.model.identity import Identity
from server.model.json import JsonObject

ProfileId = NewType("ProfileId", str)


class Stamp(msgspec.Struct, frozen=True, array_like=True, order=True):
    """When a record came in, and where it stood: of two, the greater is the newer. No two messages have the same one.

    ``at_ms``: when it was received. ``partition``, ``offset``: its position in the log, which decides between messages
    of one request.
    """

    at_ms: int
    partition: int = 0
    offset: int = 0


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What one message says of a person, rather than of something that happened.

    ``xdm``: with all its identities in its ``identityMap``.
    ``primary``: whom it is about, where the dataset's schema says that; None leaves it to the ``identityMap``.
    ``operation``: ``create`` replaces what its dataset said of that identity before, ``merge`` is laid over it, and
    ``delete`` takes it away.
    ``links``: its identities are one person. If not, only the primary one counts.
    ``tag``: the message's name in the answer to its sender.
    """

    dataset_id: DatasetId
    xdm: JsonObject
    stamp: Stamp
    primary: Identity | None = None
    operation: Literal["create", "merge", "delete"] = "create"
    links: bool = True
    tag: str = ""


class ProfileEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An experience event as the profile store keeps it. ``timestamp_ms``: the event's own time."""

    id: str
    dataset_id: str
    timestamp_ms: int
    xdm: JsonObject


class AttributeSource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where one attribute is from. ``path``: a JSON pointer into the record. ``at_ms``: when it was said."""

    path: str
    dataset_id: str
    at_ms: int


class RecordSource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What one dataset says of one identity: when it last said anything, and in which message."""

    dataset_id: str
    identity: Identity
    at_ms: int
    tag: str


class ProfileView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One profile as it is read: its linked identities and its events, newest first.

    ``attributes``: facts folded from the events, such as first and last seen, counts by event type.
    ``record``: what records say of the person, all datasets merged, each attribute as it was said last.
    ``attribute_sources``: of each attribute of the record, in document order. ``record_sources``: who said any of it.
    """

    id: ProfileId
    identities: tuple[Identity, ...]
    attributes: JsonObject
    events: tuple[ProfileEvent, ...]
    event_count: int
    record: JsonObject = {}
    attribute_sources: tuple[AttributeSource, ...] = ()
    record_sources: tuple[RecordSource, ...] = ()
