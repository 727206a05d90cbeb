"""Where beacons are sent and what becomes of them."""

from collections.abc import Mapping
from typing import NewType

import msgspec

from server.model.schema import SchemaId

DatastreamId = NewType("DatastreamId", str)
DatasetId = NewType("DatasetId", str)
"""24 hexadecimal digits."""


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """Events, or records, of one schema kept together in the lake."""

    id: DatasetId
    name: str
    schema_id: SchemaId
    profile_enabled: bool = False
    identity_enabled: bool = False


class Datastream(msgspec.Struct, frozen=True, kw_only=True):
    """One destination for beacons.

    ``org_id``: never in a request, but in the names of all cookies, so the server has to know it.
    ``allowed_origins``: exact origins (``https://shop.example``), one leading wildcard label
    (``https://*.shop.example``), or ``*`` for any; others get no CORS headers, but their events are kept and marked.
    ``keep_ip``: ``none``, ``truncated`` (/24, /48) or ``full``: what of the address may reach the disk.
    """

    id: DatastreamId
    name: str
    org_id: str
    dataset_id: DatasetId
    enabled: bool = True
    allowed_origins: tuple[str, ...] = ()
    keep_ip: str = "truncated"


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """All that collectors and the core need of the control plane: one consistent reading of it.

    ``builds``: (property id, environment name) to the hash of the build that it points to.
    ``schemas``: schema id to the schema document as stored (class and field groups not yet resolved).
    """

    revision: int
    org_id: str
    sandbox: str
    datastreams: Mapping[DatastreamId, Datastream]
    datasets: Mapping[DatasetId, Dataset]
    schemas: Mapping[SchemaId, Mapping[str, object]]
    builds: Mapping[tuple[str, str], str]
