"""The one end of every event: processed, or failed with a reason from a closed list."""

from enum import StrEnum
from typing import Literal, NewType, TypeAlias

import msgspec

from server.model.event import Event
from server.model.json import JsonObject
from server.model.schema import Violation

Offset = NewType("Offset", int)
"""Sequence number of a record in one partition of one topic; the first is 0."""

BEFORE_FIRST = Offset(-1)
"""Where a consumer stands that has read nothing."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the topic ``received`` an event stands: its name in case two events claim one id."""

    partition: int
    offset: int


class FailureReason(StrEnum):
    """Why an event failed. Each is documented in docs/reference/failures.md; a test holds the two together."""

    SCHEMA_VIOLATION = "schema_violation"
    """The event does not conform to its dataset's schema."""
    UNKNOWN_DATASET = "unknown_dataset"
    """Its datastream's dataset, or that dataset's schema, was gone when the event was processed."""
    MALFORMED_MESSAGE = "malformed_message"
    """A streamed message without the name of its source, or without an entity."""
    SCHEMA_MISMATCH = "schema_mismatch"
    """A streamed message says that it conforms to another schema than its dataset's."""
    MAPPING_FAILED = "mapping_failed"
    """The dataflow of raw data had no mapping set when the event was processed."""
    ENRICHMENT_FAILED = "enrichment_failed"
    """An enrichment of ours raised, or added something that the schema forbids. A bug: the event can be replayed."""
    UNREADABLE = "unreadable"
    """The log record could not be decoded. A bug, or damage."""
    INTERNAL = "internal"
    """Deciding the event raised. A bug: the event can be replayed once it is mended."""
    CRASHED = "crashed"
    """The process ended twice while it decided this event: it was set aside, so that others get on."""


class Addition(msgspec.Struct, frozen=True, kw_only=True):
    """What one enrichment added: the patch that was merged into the event's XDM."""

    enrichment: str
    patch: JsonObject


class Processed(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", tag="processed", tag_field="outcome"
):
    """Valid and enriched: on its way to every sink. The value of one record of the topic ``processed``.

    ``event.xdm`` includes what was added; ``additions`` says which enrichment added what.
    ``duplicate``: another event with this id and dataset came before, within the window; lake and profile skip it.
    ``clock``: ``ahead`` or ``behind`` where the event's own time cannot be true (pipeline/clock.py); else ``""``.
    ``decided_ms``: server's clock when it was decided, milliseconds since the epoch; 0 in records of older versions.
    ``only``: the one sink that it is for, which refused it before; empty for all of them. It is no new outcome.
    """

    event: Event
    source: Position
    additions: tuple[Addition, ...] = ()
    duplicate: bool = False
    clock: Literal["", "ahead", "behind"] = ""
    decided_ms: int = 0
    only: str = ""


class FailedEvent(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", tag="failed", tag_field="outcome"
):
    """Kept with the event as far as it got and everything that is wrong with it. One record of the topic ``failed``.

    ``event`` is None where its record could not be decoded, or must not be; then ``raw`` holds the record, base64.
    ``decided_ms``: as of :class:`Processed`.
    ``origin``: of an event that was replayed and failed again, where in the topic ``failed`` it did so first; None for
    one that failed for the first time.
    """

    source: Position
    reason: FailureReason
    stage: str
    violations: tuple[Violation, ...] = ()
    event: Event | None = None
    raw: str = ""
    decided_ms: int = 0
    origin: Offset | None = None


Outcome: TypeAlias = Processed | FailedEvent
