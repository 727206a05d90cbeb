"""Streaming ingestion's messages as values (streaming-ingestion.md, 1.2 and 1.6)."""

from typing import NamedTuple

import msgspec

from server.model.dataset import DatasetId
from server.model.ingestion import Operations
from server.model.inlet import FlowId

ABSENT = msgspec.Raw(b"")


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Unknown keys are ignored: clients send more than we use, and newer ones will."""


class SchemaRef(_Wire, frozen=True, kw_only=True, gc=False):
    id: str = ""
    content_type: str = ""

    @property
    def major_version(self) -> str:
        """``1`` of ``application/vnd.adobe.xed-full+json; version=1.3``; ``""`` where it says none."""
        _, _, version = self.content_type.partition("version=")
        return version.partition(";")[0].strip().partition(".")[0]


class Source(_Wire, frozen=True, kw_only=True, gc=False):
    name: str | None = None


class Header(_Wire, frozen=True, kw_only=True, gc=False):
    """``ims_org_id``: None when it is absent. ``source``: None when it is absent, which is no fault."""

    schema_ref: SchemaRef | None = None
    ims_org_id: str | None = None
    dataset_id: DatasetId = DatasetId("")
    flow_id: FlowId = FlowId("")
    source: Source | None = None
    operations: Operations | None = None


class XdmMeta(_Wire, frozen=True, kw_only=True, gc=False):
    """The legacy envelope has an ``xdmSchema`` here instead, which is not read: so it is of an unknown format."""

    schema_ref: SchemaRef | None = None


class Body(_Wire, frozen=True, kw_only=True, gc=False):
    xdm_meta: msgspec.Raw = ABSENT
    xdm_entity: msgspec.Raw = ABSENT


class Message(_Wire, frozen=True, kw_only=True, gc=False):
    """An envelope of XDM, as far as it is one. What it says is still to be opened (ingestion_envelope.py)."""

    header: msgspec.Raw = ABSENT
    body: Body | None = None


class Envelope(NamedTuple):
    """What a message says around its entity; None for what it does not have."""

    header: Header | None
    meta: XdmMeta | None


class RawMessage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Any JSON object. ``header``: of one that says what is to be done with its ``data``."""

    data: msgspec.Raw
    header: Header | None = None


def entity_bytes(body: Body | None) -> bytes:
    """The bytes of ``xdmEntity``, whatever it is; empty when it is absent or null."""
    entity = b"" if body is None else bytes(body.xdm_entity)
    return b"" if entity == b"null" else entity
