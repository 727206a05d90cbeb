"""Rules of a property: the list with what can be done to each, and the editor that reads as a sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, ClassVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import Json, JsonObject
from server.model.property import Fault, Sentence
from server.property.edits import find_rule, moved, put_element, put_rule, switched, with_copy, without_rules
from server.property.modules import Modules
from server.property.recipes import Recipe, usable_recipes
from server.property.sentences import describe_rule, plain_text
from server.publish import PropertyRefused
from server.schema.builtins import builtin_documents
from server.store.properties import StoredProperty
from server.store.revisions import Revision
from server.web.access.property_access import load_property, may_edit, require_editor
from server.web.editor.branches import Branch, branches_of
from server.web.editor.changes import changed
from server.web.editor.mapping_rows import with_field
from server.web.editor.rule_draft import RuleDraft, draft_of, fresh_component, read_draft, with_rows
from server.web.editor.rule_form import RuleForm, Surroundings, rule_form
from server.web.editor.sources import COERCIONS
from server.web.editor.xdm_fields import TreeField, new_path, xdm_tree
from server.web.forms.drafts import EditConflict
from server.web.forms.property_edits import just_done, revision_number, save_as_asked
from server.web.forms.rule_workspace import (
    Target,
    check_draft,
    filled_paths,
    purposes_of,
    rule_part,
    targets_of,
    xdm_of,
)
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for

# A rule with 500 lines of a mapping has some thousand fields.
MAX_FIELDS = 12_000


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
    """on, off, or empty for both."""
    last: Revision | None
    """What was done last, when this page has just done it: it can be undone."""
    can_edit: bool
    """Who looks may change them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRulePage:
    """Context of templates/rules/new.html: what is the rule to wait for?"""

    template: ClassVar[str] = "rules/new.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "rules"

    stored: StoredProperty
    recipes: Sequence[Recipe]
    events: Sequence[tuple[str, str, str]]
    """(type, title, description) of every kind of event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage:
    """Context of templates/rules/edit.html."""

    template: ClassVar[str] = "rules/edit.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "rules"

    stored: StoredProperty
    rule_id: str
    """Empty while the rule is new."""
    form: RuleForm
    version: int
    """Of the draft that the form was made of."""
    targets: Sequence[Target]
    target: str
    """Id of the dataset whose fields the tree shows; empty when there is none."""
    tree: Sequence[TreeField]
    find: str
    """What is searched for in the tree."""
    focus: str
    """Name of what was just added, so that typing can go on there."""
    is_saved: bool
    """It was saved a moment ago."""
    was_refused: bool
    """Saving was asked for, and there are faults."""
    conflict: EditConflict | None
    made: Sequence[str]
    """Data elements that saving would make."""
    can_edit: bool
    """Who looks may change it."""


def routes(templates: Templates) -> Sequence[Route]:
    """``rules``, ``rules-change``, ``rule-new``, ``rule-create``, ``rule``, ``rule-save``."""
    builtins = cache(builtin_documents)

    async def index(request: Request[ConsoleState]) -> Response:
        stored = await load_property(request)
        query = request.query_params
        lines = _lines(stored, request.state["services"].modules)
        page = RulesPage(
            stored=stored,
            lines=[line for line in lines if _fits(line, query.get("q", ""), query.get("state", ""))],
            total=len(lines),
            q=query.get("q", ""),
            state=query.get("state", ""),
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

    async def new(request: Request[ConsoleState]) -> Response:
        require_editor(request)
        stored, modules = await load_property(request), request.state["services"].modules
        recipe = next((each for each in usable_recipes(modules) if each.id == request.query_params.get("like")), None)
        event = modules.find("events", request.query_params.get("event", ""))
        if recipe is None and event is None:
            events = sorted(modules.by_kind["events"].values(), key=lambda each: each.title)
            page = NewRulePage(
                stored=stored,
                recipes=usable_recipes(modules),
                events=[(each.type, each.title, each.description) for each in events],
            )
            return templates.render(request, page)
        if recipe is not None:
            draft = draft_of({**recipe.rule, "id": ""}, modules)
        else:
            draft = _empty(event.type if event else "click", modules)
        return await _show(request, stored, draft, replaces="", form=None)

    async def create(request: Request[ConsoleState]) -> Response:
        return await _edit(request, replaces="")

    async def show(request: Request[ConsoleState]) -> Response:
        stored = await load_property(request)
        draft = draft_of(_rule(request, stored), request.state["services"].modules)
        return await _show(request, stored, draft, replaces=draft.id, form=None)

    async def save(request: Request[ConsoleState]) -> Response:
        return await _edit(request, replaces=request.path_params["rule_id"])

    async def _edit(request: Request[ConsoleState], *, replaces: str) -> Response:
        form = await read_signed_form(request, max_fields=MAX_FIELDS)
        require_editor(request)
        stored, modules = await load_property(request), request.state["services"].modules
        if replaces and find_rule(stored.document, replaces) is None:
            raise HTTPException(404, "There is no rule with this id any more: somebody has deleted or renamed it.")
        action = form.get("do", "save")
        if action == "save":
            return await _store(request, stored, read_draft(_tree(form), modules), replaces=replaces, form=form)
        tree, focus = changed(_with_pipe(_tree(form), action), action)
        draft = read_draft(tree, modules)
        if action.startswith("map:"):
            draft, focus = _with_field(draft, form.get("mapping", ""), action.removeprefix("map:"))
        return await _show(request, stored, draft, replaces=replaces, form=form, focus=focus)

    async def _store(
        request: Request[ConsoleState], stored: StoredProperty, draft: RuleDraft, *, replaces: str, form: Form
    ) -> Response:
        around = await _around(request, stored, form.get("dataset", ""))
        checked = check_draft(draft, around.surroundings, replaces=replaces)
        if checked.faults:
            return await _show(request, stored, draft, replaces=replaces, form=form, was_refused=True)
        written = checked.written

        def edit(document: JsonObject) -> JsonObject:
            edited = put_rule(document, written.rule, replaces=replaces)
            for name, element in written.elements.items():
                edited = put_element(edited, name, element)
            return edited

        summary = f"{'Changed' if replaces else 'Made'} the rule {draft.texts['name'] or written.rule['id']}"
        version = revision_number(form.get("version", ""))
        try:
            await save_as_asked(request, stored, edit, of=rule_part(replaces), version=version, summary=summary)
        except EditConflict as conflict:
            return await _show(request, stored, draft, replaces=replaces, form=form, conflict=conflict)
        except PropertyRefused as refused:
            return await _show(
                request, stored, draft, replaces=replaces, form=form, was_refused=True, more=refused.faults
            )
        address = path_for(request, "rule", property_id=stored.id, rule_id=written.rule["id"])
        return RedirectResponse(f"{address}?saved=1", status_code=303)

    async def _show(
        request: Request[ConsoleState],
        stored: StoredProperty,
        draft: RuleDraft,
        *,
        replaces: str,
        form: Form | None,
        focus: str = "",
        was_refused: bool = False,
        conflict: EditConflict | None = None,
        more: Sequence[Fault] = (),
    ) -> Response:
        said: Mapping[str, str] = form if form is not None else request.query_params
        around = await _around(request, stored, said.get("dataset", ""))
        checked = check_draft(draft, around.surroundings, replaces=replaces)
        # Who has only begun need not be told what is missing; who asked for it to be saved, or checked, does.
        is_checked = was_refused or said.get("do") == "check"
        faults = [*checked.faults, *more] if is_checked else _loud(checked.faults)
        name = draft.texts["name"] or replaces or "this rule"
        page = RulePage(
            stored=stored,
            rule_id=replaces,
            form=rule_form(draft, checked.written.rule, faults, around.surroundings),
            version=conflict.version if conflict else revision_number(said.get("version", str(stored.version))),
            targets=around.targets,
            target=around.target,
            tree=xdm_tree(
                around.surroundings.xdm,
                filled=filled_paths(stored.document, draft, around.surroundings.modules, own_name=name),
                search=said.get("find", ""),
            ),
            find=said.get("find", ""),
            focus=focus,
            is_saved=request.query_params.get("saved") == "1" and form is None,
            was_refused=was_refused,
            conflict=conflict,
            made=list(checked.written.elements),
            can_edit=may_edit(request),
        )
        status = 409 if conflict else 400 if was_refused else 200
        return templates.render(request, page, status=status)

    async def _around(request: Request[ConsoleState], stored: StoredProperty, wanted: str) -> "_Around":
        modules = request.state["services"].modules

        def work(connection: Connection) -> _Around:
            targets = targets_of(connection, stored)
            chosen = next((each.dataset for each in targets if each.dataset.id == wanted), None)
            chosen = chosen or next((each.dataset for each in targets), None)
            surroundings = Surroundings(
                document=stored.document,
                modules=modules,
                purposes=purposes_of(stored.document),
                xdm=xdm_of(connection, builtins(), chosen),
            )
            return _Around(surroundings=surroundings, targets=targets, target=chosen.id if chosen else "")

        return await request.state["services"].database.read(work)

    base = "/properties/{property_id}"
    return (
        Route(f"{base}/rules", index, name="rules"),
        Route(f"{base}/rules", change, methods=["POST"], name="rules-change"),
        Route(f"{base}/new-rule", new, name="rule-new"),
        Route(f"{base}/new-rule", create, methods=["POST"], name="rule-create"),
        Route(f"{base}/rules/{{rule_id}}", show, name="rule"),
        Route(f"{base}/rules/{{rule_id}}", save, methods=["POST"], name="rule-save"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    surroundings: Surroundings
    targets: Sequence[Target]
    target: str
    """Id of the one that is looked at; empty when there is none."""


def _lines(stored: StoredProperty, modules: Modules) -> Sequence[RuleLine]:
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
    return (state in ("", "on" if line.is_enabled else "off")) and all(
        word in text.casefold() for word in q.casefold().split()
    )


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


def _rule(request: Request[ConsoleState], stored: StoredProperty) -> JsonObject:
    rule = find_rule(stored.document, request.path_params["rule_id"])
    if rule is None:
        raise HTTPException(404, "There is no rule with this id.")
    return rule


def _empty(event: str, modules: Modules) -> RuleDraft:
    """A rule that waits for this event, and sends."""
    draft = draft_of({"id": "", "events": [], "actions": []}, modules)
    return replace(
        draft,
        events=[fresh_component(event, "events", modules)],
        actions=[fresh_component("send-event", "actions", modules)],
    )


def _tree(form: Form) -> Branch:
    return branches_of(form.multi_items())


def _with_pipe(form: Branch, action: str) -> Branch:
    """``pipe:PATH:TYPE``: what is read goes through one more pipe."""
    verb, _, rest = action.partition(":")
    path, _, pipe = rest.partition(":")
    if verb != "pipe" or pipe not in COERCIONS.values():
        return form

    def put(branch: Branch, keys: Sequence[str]) -> Branch:
        if keys:
            return replace(branch, branches={**branch.branches, keys[0]: put(branch.at(keys[0]), keys[1:])})
        pipes = branch.text("pipes").strip()
        return replace(branch, leaves={**branch.leaves, "pipes": (f"{pipes} | {pipe}" if pipes else pipe,)})

    return put(form, path.split("/"))


def _with_field(draft: RuleDraft, mapping: str, path: str) -> tuple[RuleDraft, str]:
    """The draft with a row for a field of the tree, and the row's name."""
    names = [f"actions/{index}/{name}" for index, each in enumerate(draft.actions) for name in each.mappings]
    if not names:
        return draft, ""
    chosen = mapping if mapping in names else names[0]
    grown = with_rows(draft, chosen, lambda rows: with_field(rows, new_path(path)))
    _, number, name = chosen.split("/")
    rows, focus = grown.actions[int(number)].mappings[name], chosen
    for part in new_path(path).split("[*]."):
        at = next((i for i, row in enumerate(rows) if row.path.removesuffix("[]") == part.removesuffix("[*]")), -1)
        if at < 0:
            break
        focus = f"{focus}/rows/{at}" if focus != chosen else f"{focus}/{at}"
        rows = rows[at].rows
    return grown, focus


def _loud(faults: Sequence[Fault]) -> Sequence[Fault]:
    """What is wrong whatever comes next, and not merely missing."""
    quiet = ("Nothing is chosen here.", "The row names no field.", "The rule has no name.")
    return [
        fault
        for fault in faults
        if fault.message not in quiet and " lacks " not in fault.message and "too short" not in fault.message
    ]
