"""What publishing a draft would change in one environment, and whether anything speaks against it."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS
from server.property.diff import diff_properties
from server.property.files import canonical_text, revision_of
from server.property.gates import Gate
from server.publish import Fragments, build, packed_bytes
from server.store.properties import EnvironmentPointer, StoredProperty
from server.store.reviews import Review, ReviewState
from server.store.rollouts import PublishPlan, RunningRollout

# More is read in the file itself.
_MAX_DIFF_LINES = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """One line of the difference of two documents. ``kind``: added, removed, same or place."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSize:
    """Of a build that would be made. ``packed``: as pages load it. Both 0 when none can be."""

    plain: int = 0
    packed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """The newest request to look at what would be published."""

    review: Review
    asked_at: str
    """ISO 8601."""
    decided_at: str
    """ISO 8601; empty while it is open."""
    is_of_draft: bool
    """It is about the draft as it is now."""
    may_decide: bool
    """This person can approve or decline it."""
    may_withdraw: bool
    """This person asked."""

    @property
    def is_open(self) -> bool:
        """Nobody has decided yet."""
        return self.review.state is ReviewState.OPEN

    @property
    def is_approved(self) -> bool:
        """Somebody approved it."""
        return self.review.state is ReviewState.APPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutLine:
    """A build that some visitors get."""

    running: RunningRollout
    started_at: str
    """ISO 8601."""
    is_of_draft: bool
    """It was made of the draft as it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """A build that is to be published later."""

    plan: PublishPlan
    at: str
    """ISO 8601."""


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
    review: ReviewLine | None
    """The newest request; None when nobody asked, or it was withdrawn."""
    rollout: RolloutLine | None
    """What some visitors get instead; None when all get the same."""
    planned: PlannedLine | None
    """What is to be published; None when nothing is planned."""

    @property
    def is_open(self) -> bool:
        """Every gate is."""
        return all(gate.is_open for gate in self.gates)


def sizes_of(stored: StoredProperty, *, fragments: Fragments, org_id: str) -> Mapping[str, BuildSize]:
    """Of the build of each environment. The property must be checked. Takes a while: several builds are packed."""
    scripts = {
        name: build(stored.document, environment=name, fragments=fragments, org_id=org_id)[0] for name in ENVIRONMENTS
    }
    return {name: BuildSize(plain=len(script), packed=packed_bytes(script)) for name, script in scripts.items()}


def plan_of(
    stored: StoredProperty,
    published: tuple[EnvironmentPointer, JsonObject] | None,
    *,
    name: str,
    size: BuildSize,
    gates: Sequence[Gate],
    review: ReviewLine | None,
    rollout: RolloutLine | None,
    planned: PlannedLine | None,
    iso: Callable[[int], str],
    may_publish: bool,
) -> Plan:
    """Publishing in one environment. ``published``: what it points to, and the document that build was made of."""
    pointer, before = published if published is not None else (None, None)
    is_current = pointer is not None and pointer.revision == revision_of(stored.document)
    has_faults = any(gate.is_fixed and not gate.is_open for gate in gates)
    return Plan(
        name=name,
        pointer=pointer,
        published_at="" if pointer is None else iso(pointer.published_ms),
        is_current=is_current,
        sentences=[] if has_faults else _sentences(before, stored.document),
        lines=[] if is_current else json_lines(before, stored.document),
        gates=gates,
        build_bytes=size.plain,
        gzip_bytes=size.packed,
        may_publish=may_publish,
        review=review,
        rollout=rollout,
        planned=planned,
    )


def rollout_line(running: RunningRollout | None, *, revision: str, iso: Callable[[int], str]) -> RolloutLine | None:
    """``revision``: content hash of the draft."""
    if running is None:
        return None
    return RolloutLine(running=running, started_at=iso(running.started_ms), is_of_draft=running.revision == revision)


def planned_line(plan: PublishPlan | None, *, iso: Callable[[int], str]) -> PlannedLine | None:
    return None if plan is None else PlannedLine(plan=plan, at=iso(plan.at_ms))


def review_line(
    review: Review | None, *, revision: str, iso: Callable[[int], str], who: str, may_review: bool
) -> ReviewLine | None:
    """``revision``: content hash of the draft. ``who``: the person who looks."""
    if review is None:
        return None
    is_open = review.state is ReviewState.OPEN
    return ReviewLine(
        review=review,
        asked_at=iso(review.asked_ms),
        decided_at="" if review.decided_ms is None else iso(review.decided_ms),
        is_of_draft=review.revision == revision,
        may_decide=is_open and may_review and who not in (review.asked_by, review.author),
        may_withdraw=is_open and who == review.asked_by,
    )


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


def _sentences(before: JsonObject | None, after: JsonObject) -> Sequence[str]:
    if before is not None:
        return list(diff_properties(before, after))
    rules, elements = len(after["rules"]), len(after["dataElements"])
    return [
        f"Everything is new here: {rules} rule{'' if rules == 1 else 's'} and "
        f"{elements} data element{'' if elements == 1 else 's'}."
    ]
