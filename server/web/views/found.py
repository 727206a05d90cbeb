"""What a few letters find in the console: everything that has a name and a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# As many as one looks through; who wants others types another letter.
MAX_FOUND = 30

# Longer ones are pasted by mistake.
MAX_QUERY_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """Something with a page."""

    kind: str
    """What it is, in a word or two: ``rule``, ``data element``."""
    label: str
    """Its name."""
    hint: str
    """What tells it from others of that name: its property, its id."""
    href: str
    icon: str
    """Name of a symbol in static/icons/icons.svg."""


def find(things: Iterable[Findable], query: str) -> Sequence[Findable]:
    """Those that have every word of ``query``, the likeliest first, up to ``MAX_FOUND``; ``things``' order else."""
    words = query.casefold().split()
    ranked = [(rank, thing) for thing in things if (rank := _rank(thing, words)) is not None]
    return [thing for _, thing in sorted(ranked, key=lambda pair: pair[0])[:MAX_FOUND]]


def _rank(thing: Findable, words: Sequence[str]) -> int | None:
    """How far from what is meant: 0 for a name that begins so; None for one that lacks a word."""
    label = thing.label.casefold()
    whole = f"{label} {thing.kind} {thing.hint}".casefold()
    if not all(word in whole for word in words):
        return None
    sought = " ".join(words)
    if label.startswith(sought):
        return 0
    if f" {sought}" in label.replace("-", " ").replace("_", " "):
        return 1
    return 2 if all(word in label for word in words) else 3
