"""An event's XDM as a tree that people read: what each enrichment added is labelled, and what is wrong is marked."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias

import msgspec

from server.model.json import Json
from server.model.outcome import Addition
from server.model.schema import Violation
from server.web.views.visible import safe_href, visible

# A page cannot show more and still be read; the JSON below the tree always has everything.
MAX_NODES = 2_000
MAX_VALUE_CHARACTERS = 1_000

_Path: TypeAlias = tuple[str, ...]


class TreeNode(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One field.

    ``kind``: object, list, text, number, flag, nothing (null, an empty text), or more (what was left out).
    ``value``: empty for objects and lists that have children. ``added_by``: the enrichment that set it, or empty.
    ``violation``: what is wrong with it, or empty. ``href``: where a value that is an address leads, or empty.
    """

    key: str
    kind: str
    value: str = ""
    added_by: str = ""
    violation: str = ""
    href: str = ""
    children: Sequence["TreeNode"] = ()


def xdm_tree(
    xdm: Mapping[str, Any], *, additions: Sequence[Addition], violations: Sequence[Violation]
) -> Sequence[TreeNode]:
    """The members of ``xdm`` as nodes, in order."""
    return _Grower(additions, violations).members(xdm, (), added_by="")


def enrichment_label(name: str) -> str:
    """``user_agent`` is *user agent*."""
    return name.replace("_", " ").replace("-", " ")


class _Grower:
    def __init__(self, additions: Sequence[Addition], violations: Sequence[Violation]) -> None:
        # Where two set the same field the later one's value is in the event.
        self._added = {path: each.enrichment for each in additions for path in _leaves(each.patch, ())}
        self._wrong: dict[_Path, str] = {}
        for each in violations:
            self._wrong.setdefault(_keys(each.path), each.message)
        self._left = MAX_NODES

    def members(self, value: Json, path: _Path, *, added_by: str) -> Sequence[TreeNode]:
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        items = iter(pairs)
        nodes: list[TreeNode] = []
        for key, member in items:
            if self._left <= 0:
                nodes.append(TreeNode(key="…", kind="more", value=f"{1 + sum(1 for _ in items)} more"))
                break
            self._left -= 1
            nodes.append(self._node(str(key), member, (*path, str(key)), added_by=added_by))
        return nodes

    def _node(self, key: str, value: Json, path: _Path, *, added_by: str) -> TreeNode:
        added_by = self._added.get(path, added_by)
        kind, text = _shown(value)
        return TreeNode(
            key=visible(key),
            kind=kind,
            value=visible(text),
            added_by=enrichment_label(added_by),
            violation=visible(self._wrong.get(path, "")),
            href=safe_href(value) if isinstance(value, str) and len(value) <= MAX_VALUE_CHARACTERS else "",
            children=self.members(value, path, added_by=added_by) if isinstance(value, Mapping | list) else (),
        )


def _shown(value: Json) -> tuple[str, str]:
    match value:
        case Mapping():
            return "object", "" if value else "empty"
        case list():
            return "list", "" if value else "empty"
        case bool():
            return "flag", "true" if value else "false"
        case None:
            return "nothing", "null"
        case int() | float():
            return "number", str(value)
        case "":
            return "nothing", "empty"
    text = str(value)
    rest = len(text) - MAX_VALUE_CHARACTERS
    return "text", text if rest <= 0 else f"{text[:MAX_VALUE_CHARACTERS]}… ({rest:,} more characters)"


def _leaves(patch: Json, path: _Path) -> Iterator[_Path]:
    """Paths that a patch sets. Merging replaces lists whole, so a list is one leaf with all that is in it."""
    if isinstance(patch, Mapping) and patch:
        for key, value in patch.items():
            yield from _leaves(value, (*path, str(key)))
    else:
        yield path


def _keys(pointer: str) -> _Path:
    """The keys of a JSON pointer (RFC 6901)."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in islice(pointer.split("/"), 1, None))
