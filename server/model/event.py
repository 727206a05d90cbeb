"""A beacon's events, as they travel from the collector through the event log."""

from typing import NewType

import msgspec

from server.model.consent import Basis
from server.model.datastream import DatasetId, DatastreamId
from server.model.ingestion import Ingestion
from server.model.json import JsonObject
from server.model.schema import Violation

EventId = NewType("EventId", str)
"""The XDM ``_id``: given by the client or by the collector, before the first append; the same for every retry."""


class ClientInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What the HTTP request said of its sender, after the privacy cuts: nothing here may not be on disk.

    ``ip``: as the datastream's ``keep_ip`` allows; truncated ones end in zeros. Empty when none may be kept.
    ``user_agent``: cut to 512 characters (reliability-security I13).
    ``client_hints``: ``Sec-CH-UA…`` headers by lower-case name, without the ``sec-ch-`` prefix, as received.
    """

    ip: str = ""
    user_agent: str = ""
    accept_language: str = ""
    client_hints: dict[str, str] = {}
    origin: str = ""
    referer: str = ""
    global_privacy_control: bool = False
    do_not_track: bool = False


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One thing that happened. The value of one record of the topic ``received``.

    ``xdm`` of a beacon holds at least ``_id`` and ``timestamp``, and the resolved identity in ``identityMap``, unless
    it is nobody's; of a streamed message it is as it came.
    ``received_ms``: server's clock, milliseconds since the epoch; the truth in case of skew.
    ``beacon_id``: the request it came in, shared by its events: the ``requestId`` of the answer.
    ``origin_mismatch``: the browser's ``Origin`` is none that the datastream allows.
    ``consent``: where it is known from that the event may be kept; None for what came by an inlet.
    ``ingestion``: of a message that came by an inlet; ``datastream_id`` is then the inlet's id.
    ``rule``: the id of the rule that sent it, as our snippet says; empty when nobody says.
    ``warnings``: lines of the datastream's mapping that could not be evaluated; their fields are left out.
    """

    id: EventId
    datastream_id: DatastreamId
    dataset_id: DatasetId
    received_ms: int
    beacon_id: str
    client: ClientInfo
    xdm: JsonObject
    data: JsonObject | None = None
    origin_mismatch: bool = False
    ingestion: Ingestion | None = None
    consent: Basis | None = None
    rule: str = ""
    warnings: tuple[Violation, ...] = ()


class EventText(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """An :class:`Event` whose documents are still text: what a collector appends. As JSON it is the same."""

    id: EventId
    datastream_id: DatastreamId
    dataset_id: DatasetId
    received_ms: int
    beacon_id: str
    client: ClientInfo
    xdm: msgspec.Raw
    data: msgspec.Raw | None = None
    origin_mismatch: bool = False
    consent: Basis | None = None
    rule: str = ""
