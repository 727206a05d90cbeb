"""What one dataset says of one identity, message by message. Pure.

A fragment keeps of each attribute what was said of it last, and when the whole of it was last replaced or taken away.
So fragments join like sets: in any order, and any number of times, the same messages make the same fragment, and it is
the one that they make when each is applied once, in the order in which they were received.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from server.model.json import Json, JsonObject
from server.model.profile import Record, Stamp
from server.profile.fold import instant_ms

# As the platform bounds a row; what grows beyond is a map that somebody uses as a log.
MAX_ATTRIBUTES = 10_000

# XDM of the field group "External Source System Audit": when the source itself changed the record.
_SOURCE_TIME = "/extSourceSystemAudit/lastUpdatedDate"

# Not content: the identity graph keeps them.
_LEFT_OUT = frozenset({"identityMap"})

_MISSING: Any = object()


class Fragment(msgspec.Struct, frozen=True, array_like=True):
    """``newest``, ``tag``: of the last message. ``since``: of the last that replaced all of it, or took it away.

    ``said``: by JSON pointer, when it was said last, and what; None says that there is no such attribute any more.
    """

    newest: Stamp
    tag: str
    since: Stamp | None
    said: dict[str, tuple[Stamp, Json]]


class Attribute(NamedTuple):
    """One attribute as it is now. ``path``: the names that lead to it."""

    path: tuple[str, ...]
    value: Json
    stamp: Stamp


def fragment(record: Record) -> Fragment:
    """What one message says. Raises ValueError when that is more than MAX_ATTRIBUTES."""
    said: dict[str, tuple[Stamp, Json]] = {}
    if record.operation != "delete":
        content = {name: value for name, value in record.xdm.items() if name not in _LEFT_OUT}
        said = {pointer(path): (record.stamp, value) for path, value in _leaves(content, ())}
    return _bounded(
        Fragment(record.stamp, record.tag, None if record.operation == "merge" else record.stamp, said), said
    )


def join(one: Fragment, other: Fragment) -> Fragment:
    """Both together; which is which does not matter. Raises ValueError beyond MAX_ATTRIBUTES."""
    since = max((each for each in (one.since, other.since) if each is not None), default=None)
    said: dict[str, tuple[Stamp, Json]] = {}
    for path in {**one.said, **other.said}:
        newest = max((each.said[path] for each in (one, other) if path in each.said), key=_order)
        if since is None or newest[0] >= since:
            said[path] = newest
    newest_stamp, tag = max((one.newest, one.tag), (other.newest, other.tag))
    return _bounded(Fragment(newest_stamp, tag, since, said), said)


def attributes_of(fragment: Fragment) -> list[Attribute]:
    """What is there, in document order."""
    return laid([Attribute(names(path), value, stamp) for path, (stamp, value) in fragment.said.items()])


def laid(attributes: Iterable[Attribute]) -> list[Attribute]:
    """Laid over each other, the older below: objects merge, anything else replaces what is at, above or below it."""
    tree: dict[str, Any] = {}
    for attribute in sorted(attributes, key=lambda each: (each.stamp, each.path, _text(each.value))):
        node = tree
        *parents, last = attribute.path
        for name in parents:
            below = node.get(name)
            if not isinstance(below, dict):
                below = node[name] = {}
            node = below
        if attribute.value is None:
            node.pop(last, None)
        else:
            node[last] = attribute
    return list(_in_order(tree))


def document(attributes: Iterable[Attribute]) -> JsonObject:
    """Attributes of which none is above another, as one object."""
    whole: JsonObject = {}
    for attribute in attributes:
        node = whole
        *parents, last = attribute.path
        for name in parents:
            node = node.setdefault(name, {})
        node[last] = attribute.value
    return whole


def across_datasets(fragment: Fragment) -> list[Attribute]:
    """What is there, with the time by which datasets are compared: the source's own, where the record has one.

    No source changed anything after it was received: a clock may be wrong.
    """
    attributes = attributes_of(fragment)
    stated = next((each.value for each in attributes if pointer(each.path) == _SOURCE_TIME), None)
    stated_ms = instant_ms(stated)
    if stated_ms is None:
        return attributes
    return [
        each._replace(stamp=msgspec.structs.replace(each.stamp, at_ms=min(stated_ms, each.stamp.at_ms)))
        for each in attributes
    ]


def pointer(path: Iterable[str]) -> str:
    """RFC 6901."""
    return "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in path)


def names(pointer: str) -> tuple[str, ...]:
    """The reverse."""
    return tuple(name.replace("~1", "/").replace("~0", "~") for name in pointer[1:].split("/"))


def _leaves(value: Mapping[str, Json], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Json]]:
    """An empty object says nothing. Lists are values: one replaces the other."""
    for name, below in value.items():
        if isinstance(below, dict):
            yield from _leaves(below, (*path, name))
        else:
            yield (*path, name), below


def _in_order(tree: Mapping[str, Any]) -> Iterator[Attribute]:
    for name in sorted(tree):
        below = tree[name]
        if isinstance(below, Attribute):
            yield below
        else:
            yield from _in_order(below)


def _order(said: tuple[Stamp, Json]) -> tuple[Stamp, str]:
    """No two messages have one stamp; were it so, they would still not depend on their order."""
    return said[0], _text(said[1])


def _text(value: Json) -> str:
    return msgspec.json.encode(value).decode()


def _bounded(made: Fragment, said: Mapping[str, object]) -> Fragment:
    if len(said) > MAX_ATTRIBUTES:
        raise ValueError(f"more than {MAX_ATTRIBUTES:,} attributes of one identity in one dataset")
    return made
