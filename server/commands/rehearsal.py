"""What would become of failed events, for a terminal."""

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from server.model.json import JsonObject
    from server.observe.rehearsal import Rehearsal, Sample


def rehearsal_lines(found: "Rehearsal") -> Iterator[str]:
    """Some before and after, then how many pass, and why others do not."""
    for sample in found.samples:
        yield from _sample_lines(sample)
    yield f"{found.passing} would pass, {found.failing} would fail again; nothing was replayed"
    for (path, message), count in found.faults.most_common():
        yield f"  {count}\t{path} {message}"
    for (line, why), count in found.idle.most_common():
        yield f"line {line} changed nothing in {count}: {why}"
    if found.unreadable:
        yield f"{found.unreadable} cannot be replayed: their records are damaged"


def _sample_lines(sample: "Sample") -> Iterator[str]:
    from server.model.outcome import FailedEvent
    from server.pipeline.edit import editable

    edited, outcome = sample
    yield f"event {edited.failure.offset}"
    changes = difflib.unified_diff(_text(editable(edited.before)), _text(editable(edited.after)), lineterm="", n=1)
    # The first two lines name files, which these are not.
    yield from (f"  {line}" for line in list(changes)[2:])
    if not isinstance(outcome, FailedEvent):
        yield "  would pass"
        return
    for violation in outcome.violations:
        yield f"  would fail: {violation.path or '/'} {violation.message}"


def _text(document: "JsonObject") -> list[str]:
    return msgspec.json.format(msgspec.json.encode(document)).decode().splitlines()
