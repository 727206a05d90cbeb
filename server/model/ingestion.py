"""What a streamed message said around its XDM (streaming-ingestion.md, 1.2 and 1.6)."""

from typing import Literal

import msgspec

from server.model.dataset import DatasetId
from server.model.inlet import FlowId
from server.model.schema import Violation


class Operations(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """``header.operations``: what the message does to what is known of its person.

    ``data``: ``create`` replaces, ``merge`` lays it over what is there, ``delete`` removes.
    ``identity``: ``create`` sends the identities to the graph as well, by way of ``identity_dataset_id``.
    """

    data: Literal["create", "merge", "delete"] = "create"
    identity: Literal["create"] | None = None
    identity_dataset_id: DatasetId = DatasetId("")


class Ingestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The inlet is in the event's ``datastream_id``.

    ``source``: the sender's name for itself, or the connection's. None: the message had a source without a name.

    ``schema_id`` and ``schema_version``: what the message says it conforms to; ``""`` for raw data. The version is
    the major one.
    ``has_entity``: False when the message had no ``xdmEntity``.
    ``is_raw``: the event's ``data`` is what came; its XDM is made of it by the flow's mapping set.
    ``warnings``: lines of the mapping that could not be evaluated; their fields are left out.
    """

    flow_id: FlowId = FlowId("")
    source: str | None = ""
    schema_id: str = ""
    schema_version: str = ""
    has_entity: bool = True
    is_raw: bool = False
    operations: Operations | None = None
    warnings: tuple[Violation, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether it changes a profile rather than being a whole record: then it is no row of the lake (1.6)."""
        return self.operations is not None and self.operations.data != "create"
