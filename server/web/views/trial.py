"""What became of a test event that was sent to a streaming connection, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialView:
    """What became of a test event."""

    is_good: bool
    """It is valid, and was stored."""
    title: str
    """In a few words."""
    faults: Sequence[tuple[str, str]]
    """(place, what is wrong there)."""


def trial_view(status: int, answer: bytes) -> TrialView:
    match status:
        case 200:
            return TrialView(is_good=True, title="Valid, and stored: it is in the dataset within seconds.", faults=())
        case 0:
            reason = answer.decode("utf-8", "replace")[:200]
            title = "The collector could not be reached from here: try the command below."
            return TrialView(is_good=False, title=title, faults=(("", reason),))
        case 400:
            title = "Not valid, and not kept. What is wrong:"
        case 401 | 403:
            title = "The token is missing, or not good for this connection."
        case 404:
            title = "The connection is switched off."
        case 429:
            title = "That was too often: wait a minute."
        case _:
            title = f"Not taken (status {status})."
    return TrialView(is_good=False, title=title, faults=faults_in(answer))


def faults_in(answer: bytes) -> Sequence[tuple[str, str]]:
    """(place, what is wrong) of a refusal in the collector's shape, one for each violation."""
    try:
        report = msgspec.json.decode(answer).get("report", {})
        nodes = report.get("cause", {}).get("_streamingValidation", [])
        found = [leaf for node in nodes for leaf in _leaves(node)]
        return found or [("", str(report.get("message", "no reason was given")))]
    except (msgspec.DecodeError, AttributeError, TypeError):
        return [("", "the answer is not the collector's: look at what is in between")]


def _leaves(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    inner = node.get("causingExceptions", [])
    for each in inner:
        yield from _leaves(each)
    if not inner:
        yield str(node.get("pointerToViolation", "#")).removeprefix("#") or "/", str(node.get("message", ""))
