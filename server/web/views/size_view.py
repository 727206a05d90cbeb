"""What builds weigh, packed: of what is there now by rule, and of what was published one after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS
from server.publish import packed_bytes

# Bars beside each other that can still be told apart on a phone.
MAX_BUILDS = 24

# A few builds are bars as well, not walls.
_LEAST_BARS = 12

# Lengths are percentages of the drawing.
_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSize:
    """How much smaller the build would be without a rule."""

    rule_id: str
    name: str
    """For people."""
    size: int
    """Bytes, packed."""
    length: float
    """Of its bar, beside the largest: 0 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildBar:
    """One build that was published."""

    build_hash: str
    at: str
    """When it was first published here, ISO 8601."""
    size: int
    """Bytes, packed."""
    change: int | None
    """Bytes more than the one before; None for the first that is shown."""
    x: float
    """Where its bar begins, 0 to 100."""
    width: float
    """Of the bar."""
    height: float
    """Of the bar, beside the largest: 0 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSizes:
    """The builds of one environment, the oldest first."""

    environment: str
    bars: Sequence[BuildBar]
    most: int
    """Bytes of the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedScript:
    """A build as it was first published in an environment."""

    environment: str
    build_hash: str
    published_ms: int
    script: bytes


def rule_lines(document: JsonObject, sizes: Mapping[str, int]) -> Sequence[RuleSize]:
    """Those that are in the build, the largest first."""
    most = max([1, *sizes.values()])
    names = {rule["id"]: str(rule.get("name") or rule["id"]) for rule in document["rules"]}
    return [
        RuleSize(rule_id=rule_id, name=names[rule_id], size=size, length=max(0.0, round(size / most * _WHOLE, 1)))
        for rule_id, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    ]


def build_sizes(published: Sequence[PublishedScript], *, iso: Callable[[int], str]) -> Sequence[BuildSizes]:
    """One an environment that has builds. ``published``: the oldest first, each build once an environment."""
    return [
        _of_environment(name, found, iso)
        for name in reversed(ENVIRONMENTS)
        if (found := [each for each in published if each.environment == name][-MAX_BUILDS:])
    ]


def _of_environment(name: str, found: Sequence[PublishedScript], iso: Callable[[int], str]) -> BuildSizes:
    sizes = [packed_bytes(each.script) for each in found]
    most, step = max([1, *sizes]), _WHOLE / max(len(sizes), _LEAST_BARS)
    return BuildSizes(
        environment=name,
        most=max(sizes),
        bars=[
            BuildBar(
                build_hash=each.build_hash,
                at=iso(each.published_ms),
                size=size,
                change=None if index == 0 else size - sizes[index - 1],
                x=round(index * step + step * 0.1, 2),
                width=round(step * 0.8, 2),
                height=round(size / most * _WHOLE, 2),
            )
            for index, (each, size) in enumerate(zip(found, sizes, strict=True))
        ],
    )
