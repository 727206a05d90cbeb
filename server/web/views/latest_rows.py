"""The newest rows of a dataset as a page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.model.dataset import DatasetId
from server.model.datastream import DatastreamId
from server.model.event import ClientInfo, Event, EventId
from server.model.json import Json, JsonObject
from server.model.outcome import Offset, Position, Processed
from server.web.views.event_names import event_name
from server.web.views.masking import masked
from server.web.views.visible import visible
from server.web.views.xdm_tree import TreeNode, xdm_tree

# What is looked at on a page; an export has everything.
MAX_LATEST = 20
_MAX_CHARACTERS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestRow:
    """One event or record. ``at``: its own time, ISO 8601; empty for a record, which has none."""

    at: str
    name: str
    identifier: str
    tree: Sequence[TreeNode]


def latest_rows(rows: Sequence[JsonObject], *, is_masked: bool) -> Sequence[LatestRow]:
    """``is_masked``: without what says who somebody is."""
    return [_row(_masked(row) if is_masked else row) for row in rows]


def _row(xdm: JsonObject) -> LatestRow:
    event_type = _text(xdm.get("eventType"))
    return LatestRow(
        at=_text(xdm.get("timestamp")),
        name=event_name(event_type) if event_type else "Record" if "timestamp" not in xdm else "Event",
        identifier=_text(xdm.get("_id")),
        tree=xdm_tree(xdm, additions=(), violations=()),
    )


def _masked(xdm: JsonObject) -> JsonObject:
    event = Event(
        id=EventId(""),
        datastream_id=DatastreamId(""),
        dataset_id=DatasetId(""),
        received_ms=0,
        beacon_id="",
        client=ClientInfo(),
        xdm=xdm,
    )
    hidden = masked(Processed(event=event, source=Position(partition=0, offset=Offset(0)), additions=())).event
    return {} if hidden is None else hidden.xdm


def _text(value: Json) -> str:
    return visible(value[:_MAX_CHARACTERS]) if isinstance(value, str) else ""
