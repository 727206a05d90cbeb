"""Groups of failed events as people read them: with the rule's name and page, and what is wrong in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection
from starlette.requests import Request

from server.observe.failure_groups import ANY
from server.store.properties import list_properties
from server.web.access.roles import may_edit
from server.web.pages.failed_chosen import Asked, list_address
from server.web.services import ConsoleState
from server.web.templating import path_for
from server.web.views.failed_groups import GroupRow
from server.web.views.failure_texts import reason_name
from server.web.views.failure_words import fault_words
from server.web.views.masking import masked_xdm
from server.web.views.visible import visible


class RulePlace(NamedTuple):
    """A rule with a page of its own."""

    property_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedGroup:
    """One group, everything safe to show."""

    row: GroupRow
    href: str
    """The list with this group alone."""
    field: str
    """JSON pointer; empty where it is about no field."""
    words: str
    """What is wrong with it: ``is missing``."""
    reason: str
    """Name of the reason."""
    rule: str
    """Name of the rule that sent them, or its id; empty when nobody says."""
    rule_href: str
    """Of its page; empty when there is none."""
    page: str
    """Host and path; empty where there is none."""
    is_rest: bool
    """All that is not told apart any more, because there are too many kinds."""


def rule_places(connection: Connection) -> Mapping[str, RulePlace]:
    """By id, those whose id only one property has: events do not say which property they are of."""
    found: dict[str, list[RulePlace]] = {}
    for stored in list_properties(connection):
        for rule in stored.document.get("rules", ()):
            place = RulePlace(stored.id, str(rule.get("name") or rule.get("id", "")))
            found.setdefault(str(rule.get("id", "")), []).append(place)
    return {rule_id: places[0] for rule_id, places in found.items() if len(places) == 1}


def named_groups(
    request: Request[ConsoleState], rows: Sequence[GroupRow], asked: Asked, rules: Mapping[str, RulePlace]
) -> Sequence[NamedGroup]:
    return [_named(request, row, asked, rules) for row in rows]


def _named(request: Request[ConsoleState], row: GroupRow, asked: Asked, rules: Mapping[str, RulePlace]) -> NamedGroup:
    fault = row.fault
    place = rules.get(fault.rule)
    # A page's address may hold what a viewer is not to see.
    page = fault.page if may_edit(request) else str(masked_xdm({"page": fault.page})["page"])
    is_rest = fault.field == ANY
    return NamedGroup(
        row=row,
        href=list_address(request, asked._replace(group=fault.id)),
        field="" if is_rest else visible(fault.field),
        words=visible(fault_words(fault.reason, fault.keyword, fault.field)),
        reason=reason_name(fault.reason),
        rule="" if is_rest else visible(place.name if place else fault.rule),
        rule_href=path_for(request, "rule", property_id=place.property_id, rule_id=fault.rule) if place else "",
        page="" if is_rest else visible(page),
        is_rest=is_rest,
    )
