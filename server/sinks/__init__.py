"""One file a destination, and SINKS: the name of each, to how it is made from what the composition root has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from server.model.datastream import Configuration
from server.model.json import JsonObject
from server.ports import Lake, ProfileStore, Sink
from server.sinks.lake import LakeSink
from server.sinks.profile import ProfileSink


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkNeeds:
    """What sinks are made of. Whoever makes these opens and closes them; sinks do not.

    ``configuration``: the present reading of the control plane.
    ``resolve``: a stored schema, such as ``configuration().schemas`` holds, made self-contained; raises SchemaError.
    """

    configuration: Callable[[], Configuration]
    resolve: Callable[[Mapping[str, Any]], JsonObject]
    lake: Lake
    profiles: ProfileStore


# By name, which is the sink's consumer name in the event log too: renaming one would make it start from the beginning.
SINKS: Final[Mapping[str, Callable[[SinkNeeds], Sink]]] = MappingProxyType(
    {
        "lake": lambda needs: LakeSink(needs.lake, configuration=needs.configuration, resolve=needs.resolve),
        "profile": lambda needs: ProfileSink(needs.profiles, configuration=needs.configuration, resolve=needs.resolve),
    }
)
