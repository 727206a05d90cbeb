"""Data elements and variables of a property: where each comes from, who reads it, and the editor of one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.edits import named, put_element, without_element
from server.property.modules import Modules
from server.property.places import below
from server.property.renaming import rename_element, rename_variable
from server.property.uses import Use, Variable, element_uses, variables_of
from server.publish import PropertyRefused
from server.store.properties import StoredProperty
from server.store.revisions import Revision
from server.web.access.property_access import load_property, may_edit, require_editor
from server.web.editor.branches import branches_of
from server.web.editor.changes import changed
from server.web.editor.element_form import (
    ElementDraft,
    ElementForm,
    element_draft,
    element_form,
    fresh_element,
    read_element,
    write_element,
)
from server.web.forms.drafts import EditConflict, new_faults
from server.web.forms.property_edits import just_done, revision_number, save_as_asked
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.property_view import ElementView, element_views

_MAX_FIELDS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementLine:
    """One data element in the list."""

    view: ElementView
    uses: Sequence[Use]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementsPage:
    """Context of templates/elements/index.html."""

    template: ClassVar[str] = "elements/index.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "elements"

    stored: StoredProperty
    lines: Sequence[ElementLine]
    """Those that were searched for."""
    total: int
    """How many there are without a search."""
    variables: Sequence[Variable]
    q: str
    """What was searched for."""
    last: Revision | None
    """What was done last, when this page has just done it: it can be undone."""
    fault: str
    """Why something was not done; empty when nothing was asked for."""
    can_edit: bool
    """Who looks may change them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementPage:
    """Context of templates/elements/edit.html."""

    template: ClassVar[str] = "elements/edit.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "elements"

    stored: StoredProperty
    name: str
    """Under which it is known; empty while it is new."""
    form: ElementForm
    version: int
    """Of the draft that the form was made of."""
    uses: Sequence[Use]
    focus: str
    """Name of what was just added."""
    is_saved: bool
    """It was saved a moment ago."""
    was_refused: bool
    """Saving was asked for, and there are faults."""
    conflict: EditConflict | None
    can_edit: bool
    """Who looks may change it."""


def routes(templates: Templates) -> Sequence[Route]:
    """``elements``, ``elements-change``, ``element-new``, ``element-create``, ``element``, ``element-save``."""

    async def index(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await _index_page(request))

    async def change(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        require_editor(request)
        stored = await load_property(request)
        verb, _, name = form.get("do", "").partition(":")
        if verb == "delete" and name in stored.document["dataElements"]:
            edit: Callable[[JsonObject], JsonObject] = partial(without_element, name=name)
            summary = f"Deleted the data element {name}"
        elif verb == "rename" and form.get("to", "").strip():
            edit = partial(rename_variable, old=name, new=form["to"].strip())
            summary = f"Renamed the variable {name} to {form['to'].strip()}"
        else:
            raise HTTPException(400, "Nothing was chosen.")
        try:
            saved = await save_as_asked(request, stored, edit, of=_part(name), version=stored.version, summary=summary)
        except PropertyRefused as refused:
            users = [use.label for use in element_uses(stored.document).get(name, ())]
            fault = f"{name} is still read by {', '.join(users)}: change that first." if users else _told(refused)
            return templates.render(request, await _index_page(request, fault=fault), status=400)
        address = path_for(request, "elements", property_id=stored.id)
        return RedirectResponse(f"{address}?done={saved.version}", status_code=303)

    async def new(request: Request[ConsoleState]) -> Response:
        require_editor(request)
        return await _show(request, await load_property(request), fresh_element("dataLayer"), name="", form=None)

    async def create(request: Request[ConsoleState]) -> Response:
        return await _edit(request, name="")

    async def show(request: Request[ConsoleState]) -> Response:
        stored, name = await load_property(request), request.path_params["name"]
        element = named(stored.document["dataElements"]).get(name)
        if element is None:
            raise HTTPException(404, "There is no data element of this name.")
        draft = element_draft(name, element, request.state["services"].modules)
        return await _show(request, stored, draft, name=name, form=None)

    async def save(request: Request[ConsoleState]) -> Response:
        return await _edit(request, name=request.path_params["name"])

    async def _edit(request: Request[ConsoleState], *, name: str) -> Response:
        form = await read_signed_form(request, max_fields=_MAX_FIELDS)
        require_editor(request)
        stored, modules = await load_property(request), request.state["services"].modules
        if name and name not in stored.document["dataElements"]:
            raise HTTPException(404, "There is no data element of this name any more.")
        action = form.get("do", "save")
        tree, focus = changed(branches_of(form.multi_items()), action)
        draft = read_element(tree, modules)
        if action != "save":
            return await _show(request, stored, draft, name=name, form=form, focus=focus)
        if _faults(stored.document, draft, name=name, modules=modules):
            return await _show(request, stored, draft, name=name, form=form, was_refused=True)
        summary = f"{'Changed' if name else 'Made'} the data element {draft.name}"
        edit = partial(_edited, draft=draft, name=name, modules=modules)
        try:
            await save_as_asked(
                request, stored, edit, of=_part(name), version=revision_number(form.get("version", "")), summary=summary
            )
        except EditConflict as conflict:
            return await _show(request, stored, draft, name=name, form=form, conflict=conflict)
        address = path_for(request, "element", property_id=stored.id, name=draft.name)
        return RedirectResponse(f"{address}?saved=1", status_code=303)

    async def _index_page(request: Request[ConsoleState], *, fault: str = "") -> ElementsPage:
        stored, services = await load_property(request), request.state["services"]
        q = request.query_params.get("q", "")
        uses = element_uses(stored.document)
        views = element_views(stored.document, services.modules)
        return ElementsPage(
            stored=stored,
            lines=[ElementLine(view=view, uses=uses.get(view.name, ())) for view in views if _fits(view, q)],
            total=len(views),
            variables=variables_of(stored.document),
            q=q,
            last=await just_done(request, stored),
            fault=fault,
            can_edit=may_edit(request),
        )

    async def _show(
        request: Request[ConsoleState],
        stored: StoredProperty,
        draft: ElementDraft,
        *,
        name: str,
        form: Form | None,
        focus: str = "",
        was_refused: bool = False,
        conflict: EditConflict | None = None,
    ) -> Response:
        modules = request.state["services"].modules
        is_checked = was_refused or (form is not None and form.get("do") == "check")
        faults = _faults(stored.document, draft, name=name, modules=modules) if is_checked else ()
        version = str(stored.version) if form is None else form.get("version", "")
        page = ElementPage(
            stored=stored,
            name=name,
            form=element_form(draft, faults, modules=modules, names=list(named(stored.document["dataElements"]))),
            version=conflict.version if conflict else revision_number(version),
            uses=element_uses(stored.document).get(name, ()) if name else (),
            focus=focus,
            is_saved=request.query_params.get("saved") == "1" and form is None,
            was_refused=was_refused,
            conflict=conflict,
            can_edit=may_edit(request),
        )
        return templates.render(request, page, status=409 if conflict else 400 if was_refused else 200)

    base = "/properties/{property_id}"
    return (
        Route(f"{base}/elements", index, name="elements"),
        Route(f"{base}/elements", change, methods=["POST"], name="elements-change"),
        Route(f"{base}/new-element", new, name="element-new"),
        Route(f"{base}/new-element", create, methods=["POST"], name="element-create"),
        Route(f"{base}/elements/{{name}}", show, name="element"),
        Route(f"{base}/elements/{{name}}", save, methods=["POST"], name="element-save"),
    )


def _edited(document: JsonObject, draft: ElementDraft, name: str, modules: Modules) -> JsonObject:
    """With the element, under its new name where it has one; whoever reads it reads that."""
    if name and draft.name != name:
        document = rename_element(document, name, draft.name, modules)
    return put_element(document, draft.name, write_element(draft))


def _faults(document: JsonObject, draft: ElementDraft, *, name: str, modules: Modules) -> Sequence[Fault]:
    """What is wrong with the draft, with places within it."""
    if not draft.name:
        return [Fault("/name", "It has no name.", "Give it one, such as `pageName`.")]
    if draft.name != name and draft.name in document["dataElements"]:
        return [Fault("/name", f"There is already a data element `{draft.name}`.", "Choose another name.")]
    found = new_faults(document, _edited(document, draft, name, modules), modules)
    own = below("/dataElements", draft.name)
    # At the element itself: that its name cannot be one. Elsewhere: whoever reads it cannot any more.
    return [
        replace(fault, path=fault.path.removeprefix(own) if fault.path != own else "/name")
        if fault.path == own or fault.path.startswith(f"{own}/")
        else fault
        for fault in found
    ]


def _part(name: str) -> Callable[[JsonObject], Json]:
    return lambda document: document["dataElements"].get(name)


def _told(refused: PropertyRefused) -> str:
    fault = refused.faults[0]
    return f"{fault.message} {fault.cure}"


def _fits(view: ElementView, q: str) -> bool:
    text = " ".join([view.name, view.description, *(title for title, _ in view.sources)]).casefold()
    return all(word in text for word in q.casefold().split())
