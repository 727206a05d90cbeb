"""The source map of a build: those of its fragments, each where the fragment lies (Source Map 3, index maps)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

# Not an address: nothing is fetched from there.
_ROOT = "heliograph:///"


class FragmentMap(msgspec.Struct, frozen=True, kw_only=True):
    """``sources``: paths below static/snippet. ``shift``: columns of the first line that the fragment has no more."""

    sources: tuple[str, ...]
    mappings: str
    shift: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedFragment:
    """``text``: as it stands in the build."""

    text: str
    map: FragmentMap


NO_MAPS: Mapping[str, FragmentMap] = MappingProxyType({})


def source_map(script: str, fragments: Sequence[MappedFragment], *, read: Callable[[str], str | None]) -> bytes:
    """As JSON. ``fragments``: in the build's order. ``read``: the text of a source by its path, None where none is.

    Raises ValueError for a fragment that is not in the build.
    """
    sections = []
    end = 0
    for fragment in fragments:
        start = script.index(fragment.text, end)
        end = start + len(fragment.text)
        line = script.count("\n", 0, start)
        column = start - (script.rfind("\n", 0, start) + 1)
        sections.append(
            {
                "offset": {"line": line, "column": column - fragment.map.shift},
                "map": {
                    "version": 3,
                    "names": [],
                    "sources": [f"{_ROOT}{source}" for source in fragment.map.sources],
                    "sourcesContent": [read(source) for source in fragment.map.sources],
                    "mappings": fragment.map.mappings,
                },
            }
        )
    return msgspec.json.encode({"version": 3, "sections": sections})
