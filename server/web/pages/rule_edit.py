"""The editor of a rule, which reads as a sentence, and the ways to begin a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.model.property import Fault
from server.property.edits import find_rule, put_element, put_rule
from server.property.modules import Modules
from server.property.recipes import Recipe, usable_recipes
from server.publish import PropertyRefused
from server.schema.builtins import builtin_documents
from server.store.properties import StoredProperty
from server.web.access.property_access import load_property, may_edit, require_editor
from server.web.editor.branches import branches_of
from server.web.editor.changes import changed
from server.web.editor.mapping_changes import rule_with_field, with_pipe
from server.web.editor.rule_draft import RuleDraft, draft_of, fresh_component, read_draft
from server.web.editor.rule_form import RuleForm, rule_form
from server.web.editor.xdm_fields import TreeField, xdm_tree
from server.web.forms.drafts import EditConflict
from server.web.forms.property_edits import revision_number, save_as_asked
from server.web.forms.rule_workspace import Target, around_mappings, check_draft, filled_paths, rule_part
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for

# A rule with 500 lines of a mapping has some thousand fields.
MAX_FIELDS = 12_000


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
    """``rule-new``, ``rule-create``, ``rule``, ``rule-save``."""
    builtins = cache(builtin_documents)

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
            return await _store(
                request, stored, read_draft(branches_of(form.multi_items()), modules), replaces=replaces, form=form
            )
        tree, focus = changed(with_pipe(branches_of(form.multi_items()), action), action)
        draft = read_draft(tree, modules)
        if action.startswith("map:"):
            draft, focus = rule_with_field(draft, form.get("mapping", ""), action.removeprefix("map:"))
        return await _show(request, stored, draft, replaces=replaces, form=form, focus=focus)

    async def _store(
        request: Request[ConsoleState], stored: StoredProperty, draft: RuleDraft, *, replaces: str, form: Form
    ) -> Response:
        around = await around_mappings(request, stored, builtins(), form.get("dataset", ""))
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
        around = await around_mappings(request, stored, builtins(), said.get("dataset", ""))
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

    base = "/properties/{property_id}"
    return (
        Route(f"{base}/new-rule", new, name="rule-new"),
        Route(f"{base}/new-rule", create, methods=["POST"], name="rule-create"),
        Route(f"{base}/rules/{{rule_id}}", show, name="rule"),
        Route(f"{base}/rules/{{rule_id}}", save, methods=["POST"], name="rule-save"),
    )


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


def _loud(faults: Sequence[Fault]) -> Sequence[Fault]:
    """What is wrong whatever comes next, and not merely missing."""
    quiet = ("Nothing is chosen here.", "The row names no field.", "The rule has no name.")
    return [
        fault
        for fault in faults
        if fault.message not in quiet and " lacks " not in fault.message and "too short" not in fault.message
    ]
