"""What has become of each part of an export: exact, with another meaning, or not possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.model.json import JsonObject


class Fit(StrEnum):
    """How well a part could be taken over."""

    EXACT = "exact"
    CHANGED = "changed meaning"
    IMPOSSIBLE = "not possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part of the export. ``kind``: their word for it, such as tag. ``told``: the difference, in sentences."""

    kind: str
    name: str
    fit: Fit
    told: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """``document``: a property that can be checked in. ``findings``: in the order of the export."""

    document: JsonObject
    findings: Sequence[Finding]

    def of(self, fit: Fit) -> Sequence[Finding]:
        return [each for each in self.findings if each.fit is fit]


class NotAnExport(ValueError):
    """The file is none that can be read; the message says what it should be."""


class Impossible(Exception):
    """A part cannot be taken over; the message is the sentence that says why."""
