"""Failed events and an edit: what they are after it, what would become of them, and lines that may mend them."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from server.model.datastream import Configuration
from server.model.event import Event
from server.model.json import JsonObject
from server.model.outcome import Outcome
from server.model.schema import Violation
from server.observe.failures import Failure
from server.observe.replays import event_of
from server.pipeline.edit import edited, is_mapped
from server.prep.patch import Patch


class Trials(Protocol):
    """Decides events without keeping anything (workers/trial.py)."""

    async def decide(self, events: Sequence[Event], configuration: Configuration) -> Sequence[Outcome]:
        """One outcome an event, in order."""

    def schema(self, dataset_id: str, configuration: Configuration) -> JsonObject | None:
        """Resolved, of a dataset."""


class Edited(NamedTuple):
    """A failed event before and after. ``warnings``: lines that did not apply; their path is the line's number."""

    failure: Failure
    before: Event
    after: Event
    warnings: Sequence[Violation]


def edit_failures(
    failures: Iterable[Failure], text: str, schema: Callable[[str], JsonObject | None]
) -> Sequence[Edited]:
    """Those that could be read, in their order. ``schema``: resolved, of a dataset. Raises PatchFault.

    An empty ``text`` changes nothing. An edit is compiled for each dataset, whose fields say what values become.
    """
    patches: dict[str, tuple[Patch, bool]] = {}
    found = []
    for failure in failures:
        event = event_of(failure.failed)
        if event is None:
            continue
        if not text.strip():
            found.append(Edited(failure, event, event, ()))
            continue
        key = f"{event.dataset_id} {is_mapped(event)}"
        if key not in patches:
            resolved = schema(event.dataset_id)
            patch = Patch(text, None if is_mapped(event) else resolved)
            patches[key] = patch, (resolved or {}).get("meta:behavior") == "time-series"
        patch, is_of_events = patches[key]
        after, warnings = edited(event, patch, is_of_events=is_of_events)
        found.append(Edited(failure, event, after, warnings))
    return found


# Enough to begin with; whoever has more faults mends these first.
_MAX_SUGGESTIONS = 8

_PLAIN_NAME = re.compile(r"[A-Za-z_@][\w@:]*")
_EXPECTED = re.compile(r"expected (?P<type>a string|a number|a whole number|true or false),")
_CONVERSIONS = {
    "a string": "to_string({})",
    "a number": "to_double({})",
    "a whole number": "to_integer({})",
    "true or false": '{} == "true"',
}


def suggestions(failures: Iterable[Failure]) -> Sequence[str]:
    """Lines of an edit that may mend these: to begin with, not to trust."""
    lines: dict[str, None] = {}
    for failure in failures:
        if failure.failed.event is None or is_mapped(failure.failed.event):
            # What is wrong is said of the XDM, and what can be edited is what that was made of.
            continue
        for violation in failure.failed.violations:
            line = _suggestion(violation)
            if line:
                lines[line] = None
    return list(lines)[:_MAX_SUGGESTIONS]


def _suggestion(violation: Violation) -> str:
    path = dotted(violation.path)
    if not path:
        return ""
    match violation.keyword:
        case "additionalProperties" | "propertyNames":
            return f"remove {path}"
        case "required":
            return f'{path} = "…"'
        case "type":
            expected = _EXPECTED.search(violation.message)
            return f"{path} = {_CONVERSIONS[expected['type']].format(path)}" if expected else f"remove {path}"
        case "enum" | "const" | "format" | "pattern":
            return f'{path} = "…"'
        case _:
            return f"remove {path}"


def dotted(pointer: str) -> str:
    """A JSON pointer as a path of the mapping language; empty for the whole document."""
    path = ""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if name.isdecimal() and path:
            path += f"[{name}]"
        else:
            path += ("." if path else "") + (name if _PLAIN_NAME.fullmatch(name) else f"${{{name}}}")
    return path
