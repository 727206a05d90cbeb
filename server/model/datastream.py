"""Where beacons are sent and what becomes of them."""

from collections.abc import Mapping
from typing import NewType

import msgspec

from server.model.consent import ConsentPolicy
from server.model.cookies import CookiePolicy
from server.model.dataset import Dataset as Dataset
from server.model.dataset import DatasetId as DatasetId
from server.model.inlet import Inlet, InletId, InletToken
from server.model.mapping import MappingSet
from server.model.rollout import Rollout
from server.model.schema import SchemaId

DatastreamId = NewType("DatastreamId", str)


class AllowedOverrides(msgspec.Struct, frozen=True, kw_only=True):
    """What a request's ``configOverrides`` may change; anything else is refused.

    ``datasets``: where its events may go instead of the datastream's own dataset. ``disable``: whether it may ask for
    its events not to be kept.
    """

    datasets: tuple[DatasetId, ...] = ()
    disable: bool = False


class Datastream(msgspec.Struct, frozen=True, kw_only=True):
    """One destination for beacons.

    ``org_id``: never in a request, but in the names of all cookies, so the server has to know it.
    ``allowed_origins``: exact origins (``https://shop.example``), one leading wildcard label
    (``https://*.shop.example``), or ``*`` for any; others get no CORS headers, but their events are kept and marked.
    ``keep_ip``: ``none``, ``truncated`` (/24, /48) or ``full``: what of the address may reach the disk.
    ``fpid_cookie``: the site's own cookie with a first-party device id, from which the ECID is made; empty for none.
    ``mapping_set_id``: by which the ``data`` of its events becomes XDM; empty for none.
    """

    id: DatastreamId
    name: str
    org_id: str
    dataset_id: DatasetId
    enabled: bool = True
    allowed_origins: tuple[str, ...] = ()
    keep_ip: str = "truncated"
    consent: ConsentPolicy = ConsentPolicy()
    overrides: AllowedOverrides = AllowedOverrides()
    cookies: CookiePolicy = CookiePolicy()
    fpid_cookie: str = "FPID"
    mapping_set_id: str = ""


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """All that collectors and the core need of the control plane: one consistent reading of it.

    ``builds``: (property id, environment name) to the hash of the build that it points to; ``rollouts``: where some
    visitors get another one.
    ``schemas``: schema id to the schema document as stored (class and field groups not yet resolved).
    ``tokens``: by hash; revoked ones are not in it. ``mapping_sets``: by id.
    """

    revision: int
    org_id: str
    sandbox: str
    datastreams: Mapping[DatastreamId, Datastream]
    datasets: Mapping[DatasetId, Dataset]
    schemas: Mapping[SchemaId, Mapping[str, object]]
    builds: Mapping[tuple[str, str], str]
    inlets: Mapping[InletId, Inlet] = {}
    tokens: Mapping[str, InletToken] = {}
    mapping_sets: Mapping[str, MappingSet] = {}
    rollouts: Mapping[tuple[str, str], Rollout] = {}
