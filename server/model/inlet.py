"""Streaming connections: the inlet that servers send to, and the dataflows behind it (streaming-ingestion.md, 2)."""

from typing import Literal, NewType

import msgspec

from server.model.dataset import DatasetId

InletId = NewType("InletId", str)
"""64 hexadecimal digits in lower case: the last part of ``/collection/{id}``. Whoever knows it may send."""

FlowId = NewType("FlowId", str)
"""A UUID."""

DataType = Literal["xdm", "raw"]
"""``xdm``: messages are envelopes of XDM. ``raw``: any JSON object, which a mapping set makes XDM of."""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One way from an inlet into a dataset. ``mapping_set_id``: ``""`` where what comes is XDM already."""

    id: FlowId
    name: str
    dataset_id: DatasetId
    mapping_set_id: str = ""
    enabled: bool = True


class Inlet(msgspec.Struct, frozen=True, kw_only=True):
    """A streaming connection's endpoint.

    ``connection_id``: the connection's own UUID, by which it is managed.
    ``source_id``: who sends, for messages that do not say.
    ``requires_token``: only requests with a bearer token that is good for this inlet are taken.
    ``flows``: where messages may go. None at all: into any dataset that a message names, as the first streaming
    connections of the platform did.
    """

    id: InletId
    connection_id: str
    name: str
    source_id: str
    data_type: DataType = "xdm"
    requires_token: bool = False
    enabled: bool = True
    flows: tuple[Flow, ...] = ()


class InletToken(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token that we issued. The token itself is known to its owner alone; here is its SHA-256.

    ``inlet_ids``: what it is good for; empty for every inlet. ``expires_ms``: 0 for never.
    """

    id: str
    name: str
    token_hash: str
    inlet_ids: tuple[InletId, ...] = ()
    expires_ms: int = 0

    def is_good_for(self, inlet_id: InletId) -> bool:
        """Whether it is one of its inlets; whether it has expired is asked apart."""
        return not self.inlet_ids or inlet_id in self.inlet_ids

    def has_expired(self, now_ms: int) -> bool:
        return self.expires_ms != 0 and self.expires_ms <= now_ms
