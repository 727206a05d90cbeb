"""Five steps from an empty installation to known customers; each notices by itself when it is done. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from server.observe.tally import First, Milestone
from server.web.views.event_names import event_name
from server.web.views.live_facts import iso
from server.web.views.visible import visible

StepName: TypeAlias = Literal["property", "publish", "site", "action", "customer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. What to do for it is in templates/home/_step.html, by its name."""

    name: StepName
    title: str
    is_done: bool
    done_at: str
    """ISO 8601; empty when it is not done, or nobody knows when it was."""
    outcome: str
    """What was noticed, for people; safe to show, empty when it is not done."""


def checklist(*, properties: int, published: int, firsts: Mapping[Milestone, First]) -> Sequence[Step]:
    """``published``: in how many environments there is a build."""
    noticed: Sequence[tuple[StepName, str, Milestone]] = (
        ("site", "Put its line into your pages", Milestone.SITE),
        ("action", "Collect what people do there", Milestone.ACTION),
        ("customer", "Recognise a customer", Milestone.CUSTOMER),
    )
    return (
        _counted("property", "Describe a site as a property", properties, "property", "properties"),
        _counted("publish", "Publish it", published, "environment has a build", "environments have builds"),
        *(_noticed(name, title, firsts.get(milestone)) for name, title, milestone in noticed),
    )


def _counted(name: StepName, title: str, count: int, one: str, more: str) -> Step:
    outcome = f"{count} {one if count == 1 else more}" if count else ""
    return Step(name=name, title=title, is_done=count > 0, done_at="", outcome=outcome)


def _noticed(name: StepName, title: str, first: First | None) -> Step:
    if first is None:
        return Step(name=name, title=title, is_done=False, done_at="", outcome="")
    said = {
        "site": f"First event from {first.detail}",
        "action": f"First: {event_name(first.detail)}",
        "customer": f"First by {first.detail}",
    }
    return Step(name=name, title=title, is_done=True, done_at=iso(first.at_ms), outcome=visible(said[name]))
