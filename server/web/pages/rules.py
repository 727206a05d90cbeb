"""Rules of a property: the list with what can be done to each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import Json, JsonObject
from server.model.property import Sentence
from server.property.edits import moved, switched, with_copy, without_rules
from server.property.modules import Modules
from server.property.sentences import describe_rule, plain_text
from server.store.properties import StoredProperty
from server.store.revisions import Revision
from server.web.access.property_access import load_property, may_edit, require_editor
from server.web.forms.property_edits import just_done, save_as_asked
from server.web.forms.rule_workspace import purposes_of
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.rule_activity import DAYS, RuleActivity, activity_of, since_ms
from server.web.views.rule_facts import RuleIn, RuleSizes, published_rules, where_live


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule in the list."""

    id: str
    """Unique in its property."""
    name: str
    """What people call it."""
    description: str
    """Its owner's own words; may be empty."""
    owner: str
    """Who answers for it; may be empty."""
    is_enabled: bool
    """It is part of what is published."""
    sentence: Sentence
    """Empty for a rule that has faults."""
    event_types: Sequence[str]
    """Of the events that it sends."""
    consent: str
    """What a visitor has to have agreed to, in words."""
    activity: RuleActivity | None
    """None when it did not fire in all that time."""
    size_bytes: int | None
    """What the build would be smaller without it, packed; None when it is in no build."""
    live: Sequence[RuleIn]
    """Where something is published."""
    is_first: bool
    """Nothing is above it to change places with."""
    is_last: bool
    """Nothing is below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPage:
    """Context of templates/rules/index.html."""

    template: ClassVar[str] = "rules/index.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "rules"

    stored: StoredProperty
    lines: Sequence[RuleLine]
    """Those that were searched for."""
    total: int
    """How many there are without a search."""
    q: str
    """What was searched for."""
    state: str
    """on, off, stopped, failing, or empty for all."""
    stopped: int
    """Rules that fired day by day, and do not any more."""
    days: int
    """How long the curves are."""
    last: Revision | None
    """What was done last, when this page has just done it: it can be undone."""
    can_edit: bool
    """Who looks may change them."""


def routes(templates: Templates) -> Sequence[Route]:
    """``rules``, ``rules-change``."""

    sizes = RuleSizes()

    async def index(request: Request[ConsoleState]) -> Response:
        stored, services = await load_property(request), request.state["services"]
        query, now_ms = request.query_params, services.clock_ms()
        counts = await services.tallies.rules(since_ms=since_ms(now_ms))
        facts = _Facts(
            activity=activity_of(counts, stored.document, now_ms=now_ms),
            sizes=await sizes.of(stored.document, services.fragments),
            published=await services.database.read(partial(published_rules, property_id=stored.id)),
        )
        lines = _lines(stored, services.modules, facts)
        page = RulesPage(
            stored=stored,
            lines=[line for line in lines if _fits(line, query.get("q", ""), query.get("state", ""))],
            total=len(lines),
            q=query.get("q", ""),
            state=query.get("state", ""),
            stopped=sum(1 for line in lines if _is(line, "stopped")),
            days=DAYS,
            last=await just_done(request, stored),
            can_edit=may_edit(request),
        )
        return templates.render(request, page)

    async def change(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        require_editor(request)
        verb, _, rule_id = form.get("do", "").partition(":")
        chosen = [rule_id] if rule_id else form.getlist("rule")
        stored = await load_property(request)
        action = _action(verb, chosen, stored)
        if action is None:
            raise HTTPException(400, "Nothing was chosen: tick at least one rule.")
        edit, summary = action
        saved = await save_as_asked(
            request, stored, edit, of=_rules_part(chosen), version=stored.version, summary=summary
        )
        address = path_for(request, "rules", property_id=stored.id)
        # Where the person was, with the way back beside it.
        anchor = f"#rule-{rule_id}" if rule_id and verb != "delete" else ""
        return RedirectResponse(f"{address}?done={saved.version}{anchor}", status_code=303)

    path = "/properties/{property_id}/rules"
    return (
        Route(path, index, name="rules"),
        Route(path, change, methods=["POST"], name="rules-change"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known of rules beside the document, by id; ``published``: by environment."""

    activity: Mapping[str, RuleActivity]
    sizes: Mapping[str, int]
    published: Mapping[str, Mapping[str, JsonObject]]


def _lines(stored: StoredProperty, modules: Modules, facts: _Facts) -> Sequence[RuleLine]:
    rules = stored.document.get("rules", [])
    purposes = purposes_of(stored.document)
    return [
        RuleLine(
            id=rule["id"],
            name=rule.get("name") or rule["id"],
            description=rule.get("description", ""),
            owner=rule.get("owner", ""),
            is_enabled=rule.get("enabled", True),
            sentence=_sentence(rule, modules, purposes),
            event_types=[str(each["eventType"]) for each in rule.get("actions", ()) if each.get("eventType")],
            consent=_consent(rule, purposes),
            activity=facts.activity.get(rule["id"]),
            size_bytes=facts.sizes.get(rule["id"]),
            live=where_live(rule, facts.published),
            is_first=index == 0,
            is_last=index == len(rules) - 1,
        )
        for index, rule in enumerate(rules)
        if isinstance(rule, dict) and isinstance(rule.get("id"), str)
    ]


def _sentence(rule: JsonObject, modules: Modules, purposes: Sequence[str]) -> Sentence:
    kinds: Sequence[tuple[str, Any]] = (("events", "events"), ("actions", "actions"))
    if any(modules.find(kind, each.get("type", "")) is None for key, kind in kinds for each in rule.get(key, ())):
        return ()
    return describe_rule(rule, modules, purposes=purposes)


def _fits(line: RuleLine, q: str, state: str) -> bool:
    text = " ".join([line.id, line.name, line.description, line.owner, plain_text(line.sentence), *line.event_types])
    return _is(line, state) and all(word in text.casefold() for word in q.casefold().split())


def _is(line: RuleLine, state: str) -> bool:
    match state:
        case "on" | "off":
            return line.is_enabled == (state == "on")
        case "stopped":
            return line.is_enabled and line.activity is not None and line.activity.has_stopped
        case "failing":
            return line.activity is not None and line.activity.failed > 0
        case _:
            return True


def _consent(rule: JsonObject, purposes: Sequence[str]) -> str:
    needed = rule.get("consent", purposes)
    return " and ".join(map(str, needed)) if needed else "none needed"


def _action(
    verb: str, chosen: Sequence[str], stored: StoredProperty
) -> tuple[Callable[[JsonObject], JsonObject], str] | None:
    """What is done, and the words for it; None when nothing was chosen."""
    names = [str(each.get("name") or each["id"]) for each in stored.document["rules"] if each["id"] in chosen]
    if not names:
        return None
    said = f"{names[0]}" if len(names) == 1 else f"{len(names)} rules"
    match verb:
        case "enable" | "disable":
            return partial(switched, rule_ids=chosen, on=verb == "enable"), f"Switched {said} {_ON[verb]}"
        case "delete":
            return partial(without_rules, rule_ids=chosen), f"Deleted {said}"
        case "copy":
            return (lambda document: with_copy(document, chosen[0])[0]), f"Copied {said}"
        case "up" | "down":
            by = -1 if verb == "up" else 1
            return partial(moved, rule_id=chosen[0], by=by), f"Moved {said} {verb}"
        case _:
            return None


_ON = {"enable": "on", "disable": "off"}


def _rules_part(chosen: Sequence[str]) -> Callable[[JsonObject], Json]:
    return lambda document: [each for each in document["rules"] if each["id"] in chosen]
