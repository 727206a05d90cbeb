"""Configuration overrides of one request (edge-protocol.md, section 15): Adobe's keys, in Adobe's shapes.

Keys of services that do not exist here are checked for their shape and change nothing. Of Experience Platform's own,
which do, nothing is ignored: a mistyped member would send events where nobody wanted them.
"""

import msgspec

from server.model.json import JsonObject
from server.wire.errors import INVALID_OVERRIDE, Malformed

_PATH = "$.meta.configOverrides"


class _Switch(msgspec.Struct, frozen=True, kw_only=True):
    enabled: bool = True


class _Dataset(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    dataset_id: str


class _Datasets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    event: _Dataset | None = None
    profile: _Dataset | None = None


class _Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    enabled: bool = True
    datasets: _Datasets = msgspec.field(default_factory=_Datasets)
    com_adobe_edge_ode: _Switch = msgspec.field(default_factory=_Switch)
    com_adobe_edge_segmentation: _Switch = msgspec.field(default_factory=_Switch)
    com_adobe_edge_destinations: _Switch = msgspec.field(default_factory=_Switch)
    com_adobe_edge_ajo: _Switch = msgspec.field(default_factory=_Switch)


class _Analytics(_Switch, frozen=True, kw_only=True, rename="camel"):
    report_suites: list[str] = []


class _Identity(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id_sync_container_id: int | None = None


class _Target(_Switch, frozen=True, kw_only=True, rename="camel"):
    property_token: str = ""


class _Overrides(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    com_adobe_experience_platform: _Platform = msgspec.field(default_factory=_Platform)
    com_adobe_analytics: _Analytics = msgspec.field(default_factory=_Analytics)
    com_adobe_identity: _Identity = msgspec.field(default_factory=_Identity)
    com_adobe_target: _Target = msgspec.field(default_factory=_Target)
    com_adobe_audiencemanager: _Switch = msgspec.field(default_factory=_Switch)
    com_adobe_launch_ssf: _Switch = msgspec.field(default_factory=_Switch)


class Overrides(msgspec.Struct, frozen=True, kw_only=True):
    """What of a request's overrides has a meaning here.

    ``dataset_id``: where its events shall go; ``""`` for where they go anyway. ``is_kept``: False when they shall not
    reach the platform at all.
    """

    dataset_id: str = ""
    is_kept: bool = True


DATASET_PATH = f"{_PATH}.com_adobe_experience_platform.datasets.event.datasetId"
ENABLED_PATH = f"{_PATH}.com_adobe_experience_platform.enabled"


def decode_overrides(given: JsonObject) -> Overrides:
    """Raises Malformed, naming the key, for one that is unknown or of the wrong kind."""
    try:
        overrides: _Overrides = msgspec.convert(given, _Overrides)
    except msgspec.ValidationError as error:
        raise Malformed(INVALID_OVERRIDE, _placed(str(error))) from None
    platform = overrides.com_adobe_experience_platform
    return Overrides(
        dataset_id="" if platform.datasets.event is None else platform.datasets.event.dataset_id,
        is_kept=platform.enabled,
    )


def _placed(message: str) -> str:
    """The message with its path, which is that of a part, made one of the whole request."""
    text, separator, path = message.partition(" - at `$")
    return f"{text} - at `{_PATH}{path}" if separator else f"{text} - at `{_PATH}`"
