"""The fields of a dataset's schema, as somebody who maps values to them looks at them: a tree, with what is filled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.schema.fields import Field
from server.schema.lookup import XdmFields as XdmFields

# What the snippet, or the action's own setting, gives to every event.
GIVEN = frozenset({"_id", "timestamp", "eventType"})

# What holds others cannot be given one value.
_HOLDERS = frozenset({"object", "array", "map", "any"})

# For a person's number at the site: what a new line of the identity map is called until it is renamed.
_NEW_KEY = {"identityMap": "CustomerId"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeField:
    """One field of the tree. ``path``: as a mapping names it, lists with ``[*]``. ``key``: the last part of it.

    ``filled_by``: names of what fills it: rules, every event, the snippet. ``is_leaf``: it takes a value.
    """

    path: str
    key: str
    type: str
    title: str
    description: str
    is_required: bool
    is_identity: bool
    is_leaf: bool
    filled_by: Sequence[str]
    children: Sequence["TreeField"] = ()

    @property
    def count(self) -> int:
        """Fields that take a value, in it."""
        return sum(1 if each.is_leaf else each.count for each in self.children)


def xdm_tree(xdm: XdmFields, *, filled: Mapping[str, Sequence[str]], search: str = "") -> Sequence[TreeField]:
    """The fields as a tree. ``filled``: who fills each path. ``search``: only what has these words, and where it is."""
    words = search.casefold().split()
    roots = _children(_by_parent(xdm), "", filled, words)
    # What is filled first, then what holds the rest; single fields at the top are mostly the snippet's own.
    return sorted(roots, key=lambda field: (field.is_leaf, not _is_filled(field), field.key))


def _is_filled(field: TreeField) -> bool:
    return bool(field.filled_by) or any(_is_filled(each) for each in field.children)


def new_path(path: str) -> str:
    """The path of a line for this field: a map's key gets a name, which the person then changes."""
    keys = path.split(".")
    named = [_NEW_KEY.get(keys[0], "name") + key[1:] if key[:1] == "*" else key for key in keys]
    return ".".join(named)


def _by_parent(xdm: XdmFields) -> Mapping[str, Sequence[Field]]:
    """Lists and maps are gone through: their entries' fields are theirs."""
    grouped: dict[str, list[Field]] = {}
    for path, each in xdm.by_path.items():
        parent, _, last = path.rpartition(".")
        if path.endswith("[*]"):
            parent, last = path.removesuffix("[*]"), ""
        if last or each.type not in _HOLDERS:
            grouped.setdefault(parent, []).append(each)
    return grouped


def _children(
    grouped: Mapping[str, Sequence[Field]], parent: str, filled: Mapping[str, Sequence[str]], words: Sequence[str]
) -> Iterator[TreeField]:
    for each in grouped.get(parent, ()):
        is_leaf = each.type not in _HOLDERS
        # A holder that matches shows all that is in it.
        matches = not words or all(word in _searched(each) for word in words)
        inner = () if matches else words
        children = [] if is_leaf else [
            *_children(grouped, each.path, filled, inner),
            *_children(grouped, f"{each.path}[*]", filled, inner),
        ]  # fmt: skip
        if each.is_deprecated or not (children or (is_leaf and matches)):
            continue
        yield TreeField(
            path=each.path,
            key=each.path.rpartition(".")[2].replace("[*]", ""),
            type="list" if each.type == "array" else each.type,
            title=each.title,
            description=each.description,
            is_required=each.required,
            is_identity=each.is_identity or each.path.startswith("identityMap."),
            is_leaf=is_leaf,
            filled_by=("the snippet",) if each.path in GIVEN else tuple(filled.get(each.path, ())),
            children=children,
        )


def _searched(each: Field) -> str:
    return f"{each.path} {each.title} {each.description}".casefold()
