"""What would become of failed events, before anything is done: how many pass, what is still wrong, and some of them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from server.model.datastream import Configuration
from server.model.outcome import FailedEvent, Outcome
from server.observe.failures import Failure
from server.observe.repair import Edited, Trials, edit_failures

# Enough to see whether an edit does what was meant; of those that still fail and of those that pass.
_MAX_SAMPLES = 3

# Whoever has more kinds of faults than this mends these first. Texts may hold values, so there may be any number.
_MAX_FAULTS = 50


class Sample(NamedTuple):
    """One event after the edit, and what would become of it."""

    edited: Edited
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Nothing that is in here happened.

    ``unreadable``: failed events that cannot be decided again. ``faults``: of those that would fail again, what is
    first wrong with each, (JSON pointer, words), and how many have it. ``idle``: lines of the edit that changed nothing
    in some events, (number of the line, why), and in how many.
    """

    passing: int = 0
    failing: int = 0
    unreadable: int = 0
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    idle: Counter[tuple[str, str]] = field(default_factory=Counter)
    samples: Sequence[Sample] = ()


async def rehearse(
    failures: Sequence[Failure], text: str, *, trials: Trials, configuration: Configuration
) -> Rehearsal:
    """Edit these and have them decided, as things are in ``configuration``. Raises PatchFault."""
    edited = await asyncio.to_thread(
        edit_failures, failures, text, lambda dataset_id: trials.schema(dataset_id, configuration)
    )
    return rehearsal(failures, edited, await trials.decide([each.after for each in edited], configuration))


def rehearsal(failures: Sequence[Failure], edited: Sequence[Edited], outcomes: Sequence[Outcome]) -> Rehearsal:
    """``edited``: those of ``failures`` that could be read. ``outcomes``: one for each of them, in order."""
    samples = [Sample(*each) for each in zip(edited, outcomes, strict=True)]
    failing = [each for each in samples if isinstance(each.outcome, FailedEvent)]
    passing = [each for each in samples if not isinstance(each.outcome, FailedEvent)]
    return Rehearsal(
        passing=len(passing),
        failing=len(failing),
        unreadable=len(failures) - len(edited),
        faults=_most(Counter(_first_fault(each.outcome) for each in failing)),
        idle=_most(Counter((warning.path, warning.message) for each in edited for warning in each.warnings)),
        samples=_some(failing, passing),
    )


def both(one: Rehearsal, other: Rehearsal) -> Rehearsal:
    """Of the events of two rehearsals."""
    samples = [*one.samples, *other.samples]
    return Rehearsal(
        passing=one.passing + other.passing,
        failing=one.failing + other.failing,
        unreadable=one.unreadable + other.unreadable,
        faults=_most(one.faults + other.faults),
        idle=_most(one.idle + other.idle),
        samples=_some(
            [each for each in samples if isinstance(each.outcome, FailedEvent)],
            [each for each in samples if not isinstance(each.outcome, FailedEvent)],
        ),
    )


def _some(failing: Sequence[Sample], passing: Sequence[Sample]) -> Sequence[Sample]:
    """Of both, where there are both: an edit that is half right shows both halves."""
    shown = [*passing[:1], *failing[: _MAX_SAMPLES - 1]]
    return [*shown, *passing[1 : 1 + _MAX_SAMPLES - len(shown)]] if len(shown) < _MAX_SAMPLES else shown


def _most(counted: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter(dict(counted.most_common(_MAX_FAULTS)))


def _first_fault(outcome: Outcome) -> tuple[str, str]:
    violations = outcome.violations if isinstance(outcome, FailedEvent) else ()
    return (violations[0].path or "/", violations[0].message) if violations else ("/", "no reason was given")
