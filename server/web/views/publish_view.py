"""What publishing a draft would change in one environment, and whether anything speaks against it."""

import difflib
import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS, Fault
from server.property.check import check_property
from server.property.diff import diff_properties
from server.property.files import canonical_text, revision_of
from server.publish import Fragments, build
from server.store.properties import EnvironmentPointer, StoredProperty

# What a page may be made to load: twice the runtime with everything that the demo shop's rules need.
MAX_BUILD_GZIP_BYTES = 25_000

# More is read in the file itself.
_MAX_DIFF_LINES = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One thing that has to be so before anything is published."""

    title: str
    is_open: bool
    """Nothing speaks against it."""
    text: str
    """What was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """One line of the difference of two documents. ``kind``: added, removed, same or place."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Publishing in one environment."""

    name: str
    pointer: EnvironmentPointer | None
    """What is published there; None when nothing is."""
    published_at: str
    """ISO 8601; empty when nothing is published."""
    is_current: bool
    """What is published is what the draft is."""
    sentences: Sequence[str]
    """What would change, most important first; of a first publication, what there is."""
    lines: Sequence[DiffLine]
    """The same as JSON."""
    gates: Sequence[Gate]
    build_bytes: int
    """Of the build that would be made; 0 when none can be."""
    gzip_bytes: int
    """The same, as pages load it."""
    may_publish: bool
    """This person may."""

    @property
    def is_open(self) -> bool:
        """Every gate is."""
        return all(gate.is_open for gate in self.gates)


def plans_of(
    stored: StoredProperty,
    published: Mapping[str, tuple[EnvironmentPointer, JsonObject]],
    *,
    fragments: Fragments,
    org_id: str,
    iso: Callable[[int], str],
    may_publish: Callable[[str], bool],
) -> Sequence[Plan]:
    """One an environment. ``published``: what each points to, and the document that build was made of."""
    faults = check_property(stored.document, fragments.modules)
    return [
        _plan(
            stored, name, published.get(name), faults,
            fragments=fragments, org_id=org_id, iso=iso, may_publish=may_publish(name),
        )
        for name in ENVIRONMENTS
    ]  # fmt: skip


def json_lines(before: JsonObject | None, after: JsonObject) -> Sequence[DiffLine]:
    """The difference of two documents, with the lines around it."""
    old = canonical_text(before).splitlines() if before is not None else []
    unified = difflib.unified_diff(old, canonical_text(after).splitlines(), lineterm="", n=2)
    lines = [line for line in unified if not line.startswith(("---", "+++"))]
    shown = [DiffLine(kind=_KINDS.get(line[:1], "same"), text=line) for line in lines[:_MAX_DIFF_LINES]]
    if len(lines) > _MAX_DIFF_LINES:
        shown.append(DiffLine(kind="place", text=f"… and {len(lines) - _MAX_DIFF_LINES} more lines"))
    return shown


_KINDS = {"+": "added", "-": "removed", "@": "place"}


def _plan(
    stored: StoredProperty,
    name: str,
    published: tuple[EnvironmentPointer, JsonObject] | None,
    faults: Sequence[Fault],
    *,
    fragments: Fragments,
    org_id: str,
    iso: Callable[[int], str],
    may_publish: bool,
) -> Plan:
    pointer, before = published if published is not None else (None, None)
    script = b"" if faults else build(stored.document, environment=name, fragments=fragments, org_id=org_id)[0]
    packed = len(gzip.compress(script, 9)) if script else 0
    is_current = pointer is not None and pointer.revision == revision_of(stored.document)
    return Plan(
        name=name,
        pointer=pointer,
        published_at="" if pointer is None else iso(pointer.published_ms),
        is_current=is_current,
        sentences=[] if faults else _sentences(before, stored.document),
        lines=[] if is_current else json_lines(before, stored.document),
        gates=_gates(faults, len(script), packed),
        build_bytes=len(script),
        gzip_bytes=packed,
        may_publish=may_publish,
    )


def _sentences(before: JsonObject | None, after: JsonObject) -> Sequence[str]:
    if before is not None:
        return list(diff_properties(before, after))
    rules, elements = len(after["rules"]), len(after["dataElements"])
    return [
        f"Everything is new here: {rules} rule{'' if rules == 1 else 's'} and "
        f"{elements} data element{'' if elements == 1 else 's'}."
    ]


def _gates(faults: Sequence[Fault], size: int, packed: int) -> Sequence[Gate]:
    broken = [fault for fault in faults if fault.message.startswith("There is no ")]
    shape = len(faults) - len(broken)
    gates = [
        Gate(
            title="Right by the format",
            is_open=not shape,
            text=f"{shape} faults" if shape else "every rule and data element",
        ),
        Gate(
            title="Names that are used exist",
            is_open=not broken,
            text=f"{len(broken)} are missing" if broken else "data elements, facts, purposes, rules",
        ),
    ]
    if size:
        limit = MAX_BUILD_GZIP_BYTES
        text = f"{packed / 1000:.1f} kB packed, of at most {limit / 1000:.0f} kB"
        gates.append(Gate(title="Small enough for pages", is_open=packed <= limit, text=text))
    return gates
