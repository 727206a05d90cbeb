"""What is kept together in the lake."""

from typing import NewType

import msgspec

from server.model.schema import SchemaId

DatasetId = NewType("DatasetId", str)
"""24 hexadecimal digits."""


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """Events, or records, of one schema kept together in the lake. ``enabled``: it takes more of them."""

    id: DatasetId
    name: str
    schema_id: SchemaId
    profile_enabled: bool = False
    identity_enabled: bool = False
    enabled: bool = True


class TableFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a dataset's table says of its newest version, which was made at ``committed_ms`` (since the epoch)."""

    rows: int
    bytes: int
    committed_ms: int
