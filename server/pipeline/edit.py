"""A failed event, edited by somebody who repairs it: the document that it came with, and what follows from that."""

from collections.abc import Sequence

import msgspec

from server.model.event import Event, EventId
from server.model.json import JsonObject
from server.model.schema import Violation
from server.pipeline.admit import MAX_ID_CHARACTERS
from server.prep.patch import Patch


def is_mapped(event: Event) -> bool:
    """Whether its XDM is made of raw data: then that is what can be edited."""
    return event.ingestion is not None and event.ingestion.is_raw


def editable(event: Event) -> JsonObject:
    """What an edit is of."""
    return (event.data or {}) if is_mapped(event) else event.xdm


def edited(event: Event, patch: Patch, *, is_of_events: bool) -> tuple[Event, Sequence[Violation]]:
    """The event after the edit, and what did not apply. ``is_of_events``: the dataset's schema is of events.

    An event that is given another ``_id`` is called by it. That it was repaired is remembered by where it failed, so
    that it can become one row only, whatever it is called.
    """
    document, warnings = patch.apply(editable(event), received_ms=event.received_ms, seed=event.id)
    if is_mapped(event):
        return msgspec.structs.replace(event, data=document), warnings
    given = document.get("_id")
    is_whole = event.ingestion is None or not event.ingestion.is_partial
    keeps_id = is_of_events and is_whole and isinstance(given, str) and 0 < len(given) <= MAX_ID_CHARACTERS
    return msgspec.structs.replace(event, xdm=document, id=EventId(str(given)) if keeps_id else event.id), warnings
