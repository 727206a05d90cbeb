"""A form's flat fields as the tree that their names spell: ``events/0/type`` lies in ``0``, and that in ``events``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

# Deeper than a rule can nest: lists in a mapping, groups in conditions.
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Branch:
    """``leaves``: values by name, several where boxes share a name. ``branches``: what is further inside."""

    leaves: Mapping[str, Sequence[str]] = field(default_factory=dict)
    branches: Mapping[str, "Branch"] = field(default_factory=dict)

    def text(self, name: str, absent: str = "") -> str:
        """The value, with line ends as Unix has them."""
        values = self.leaves.get(name)
        return absent if not values else values[-1].replace("\r\n", "\n")

    def all(self, name: str) -> Sequence[str]:
        return self.leaves.get(name, ())

    def has(self, name: str) -> bool:
        return name in self.leaves or name in self.branches

    def at(self, name: str) -> "Branch":
        """What is inside; an empty one when there is nothing."""
        return self.branches.get(name, Branch())

    def rows(self) -> Sequence["Branch"]:
        """Those named by numbers, in the order of the numbers."""
        numbered = sorted(
            (int(name), branch) for name, branch in self.branches.items() if name.isascii() and name.isdecimal()
        )
        return [branch for _, branch in numbered]


def branches_of(pairs: Iterable[tuple[str, str]]) -> Branch:
    """The whole form; names that nest too deeply are left out."""
    root: dict[str, object] = {}
    for name, value in pairs:
        *inside, last = name.split("/")
        if len(inside) > _MAX_DEPTH:
            continue
        here = root
        for key in inside:
            here = here.setdefault(key + "/", {})  # type: ignore[assignment]  # a key with a slash holds a tree
        here.setdefault(last, []).append(value)  # type: ignore[attr-defined]  # one without holds values
    return _branch(root)


def _branch(tree: Mapping[str, object]) -> Branch:
    return Branch(
        leaves={name: tuple(value) for name, value in tree.items() if isinstance(value, list)},
        branches={name.removesuffix("/"): _branch(value) for name, value in tree.items() if isinstance(value, dict)},
    )
