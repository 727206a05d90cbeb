"""A property as people edit it: one JSON document in the format of docs/reference/property.md.

The document stays JSON (its shape is server/property/schema.json and the modules' schemas); here are the few values
that are said of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType, TypeAlias

PropertyId = NewType("PropertyId", str)
Revision = NewType("Revision", str)
"""First 16 hexadecimal digits of the SHA-256 of the property's canonical text."""

ENVIRONMENTS = ("development", "staging", "production")
"""In the order in which a change usually goes through them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a property.

    ``path``: JSON pointer into the document, ``""`` for the whole of it (RFC 6901). ``message``: what is wrong, and
    ``cure``: what to do about it; both are sentences for the person who can mend it.
    """

    path: str
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence; ``emphasised``: a value out of the rule rather than words of ours."""

    text: str
    emphasised: bool = False


Sentence: TypeAlias = Sequence[Piece]
