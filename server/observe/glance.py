"""What is looked at of an outcome's record when it is counted. Most of it is not decoded: that is most of the time."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from server.model.outcome import Offset
from server.model.replay import REPLAYS_PARTITION
from server.ports import LogRecord

PROCESSED = "processed"
DUPLICATE = "duplicate"

_MAX_PAGE_CHARACTERS = 200


class _Client(msgspec.Struct, frozen=True):
    origin: str = ""
    referer: str = ""


class _Xdm(msgspec.Struct, frozen=True, rename="camel"):
    """Of any type: a failed event may have anything there."""

    event_type: Any = None
    identity_map: Any = None
    web: Any = None


class _Ingestion(msgspec.Struct, frozen=True, rename="camel"):
    flow_id: str = ""
    warnings: Sequence[msgspec.Raw] = ()


_NO_INGESTION = _Ingestion()


class GlancedEvent(msgspec.Struct, frozen=True, rename="camel"):
    dataset_id: str
    received_ms: int
    client: _Client
    xdm: _Xdm
    datastream_id: str = ""
    ingestion: _Ingestion = _NO_INGESTION
    rule: str = ""
    warnings: Sequence[msgspec.Raw] = ()

    @property
    def is_warned(self) -> bool:
        """A line of its mapping could not be evaluated."""
        return bool(self.warnings or self.ingestion.warnings)

    @property
    def page(self) -> str:
        return page_of(self.xdm.web, self.client.referer)


def page_of(web: Any, referer: str) -> str:
    """Host and path of the page that an event is of, without what follows; empty where there is none.

    ``web``: of its XDM, whatever a page put there.
    """
    details = web.get("webPageDetails") if isinstance(web, dict) else None
    given = details.get("URL") if isinstance(details, dict) else None
    try:
        parts = urlsplit(given if isinstance(given, str) and given else referer)
    except ValueError:
        return ""
    return f"{parts.netloc}{parts.path}"[:_MAX_PAGE_CHARACTERS]


class _Source(msgspec.Struct, frozen=True):
    partition: int = 0


class _Violation(msgspec.Struct, frozen=True):
    path: str = ""
    keyword: str = ""


class Glance(msgspec.Struct, frozen=True, rename="camel"):
    """A ``Processed`` or a ``FailedEvent``. ``reason``: of the latter, else PROCESSED."""

    event: GlancedEvent | None = None
    source: _Source = _Source()
    duplicate: bool = False
    reason: str = PROCESSED
    decided_ms: int = 0
    violations: Sequence[_Violation] = ()
    only: str = ""

    @property
    def outcome(self) -> str:
        """PROCESSED, DUPLICATE, or the reason."""
        return DUPLICATE if self.duplicate else self.reason

    @property
    def is_replay(self) -> bool:
        """Its event failed before, and was counted then."""
        return self.source.partition == REPLAYS_PARTITION


class Glanced(msgspec.Struct, frozen=True):
    """A record. ``at_ms``: when its event was received, or ``now`` where that cannot be read."""

    offset: Offset
    size_bytes: int
    at_ms: int
    seen: Glance


_decode = msgspec.json.Decoder(Glance).decode


def glance(records: Sequence[LogRecord], *, now_ms: int) -> Sequence[Glanced]:
    """Records that are no outcome are passed over, and those of what is offered to a sink again."""
    found = []
    for record in records:
        try:
            seen = _decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if seen.only:
            continue
        at_ms = now_ms if seen.event is None else seen.event.received_ms
        found.append(Glanced(record.offset, len(record.value), at_ms, seen))
    return found
