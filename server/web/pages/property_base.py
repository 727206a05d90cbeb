"""What is mapped into every event of a property: the same rows and the same tree of fields as in a rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.model.property import Fault
from server.property.diff import diff_properties
from server.property.pipes import PIPES
from server.publish import PropertyRefused
from server.schema.builtins import builtin_documents
from server.store.properties import StoredProperty
from server.store.revisions import Revision
from server.web.access.property_access import load_property, may_edit, require_editor
from server.web.editor.branches import branches_of
from server.web.editor.changes import changed
from server.web.editor.faults import FaultBook
from server.web.editor.mapping_changes import row_of_field, with_pipe
from server.web.editor.mapping_rows import Row, read_rows, rows_of, with_field
from server.web.editor.mapping_views import MappingView, mapping_view
from server.web.editor.sections.topics import TOPICS, Topic
from server.web.editor.xdm_fields import TreeField, new_path, xdm_tree
from server.web.forms.base_mapping import check_base, written_base
from server.web.forms.drafts import EditConflict
from server.web.forms.property_edits import MAX_CHANGES, changed_by, just_done, revision_number, save_as_asked
from server.web.forms.rule_workspace import Target, around_mappings, filled_beside_base
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for

# A mapping of 500 lines has some thousand fields.
_MAX_FIELDS = 12_000

_NAME = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePage:
    """Context of templates/settings/base.html."""

    template: ClassVar[str] = "settings/base.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "settings"

    stored: StoredProperty
    topics: Sequence[Topic]
    mapping: MappingView
    others: Sequence[Fault]
    """What no row is about."""
    purposes: Sequence[str]
    elements: Sequence[str]
    """Names of the data elements: the only tokens that make sense here."""
    pipes: Sequence[tuple[str, str]]
    made: Sequence[str]
    """Data elements that saving would make."""
    changes: Sequence[str]
    """What saving would change, in sentences; after saving, what it changed."""
    targets: Sequence[Target]
    target: str
    """Id of the dataset whose fields the tree shows; empty when there is none."""
    tree: Sequence[TreeField]
    find: str
    """What is searched for in the tree."""
    version: int
    """Of the draft that the form was made of."""
    focus: str
    """Name of what was just added."""
    last: Revision | None
    """What was done last, when this page has just done it: it can be undone."""
    was_refused: bool
    """Saving was asked for, and there are faults."""
    conflict: EditConflict | None
    can_edit: bool
    """Who looks may change it."""


def routes(templates: Templates) -> Sequence[Route]:
    """``property-base``, ``property-base-save``."""
    builtins = cache(builtin_documents)

    async def show(request: Request[ConsoleState]) -> Response:
        stored = await load_property(request)
        return await _show(request, stored, rows_of(stored.document.get("xdm", {}).get("base")), form=None)

    async def save(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request, max_fields=_MAX_FIELDS)
        require_editor(request)
        stored = await load_property(request)
        action = form.get("do", "save")
        tree, focus = changed(with_pipe(branches_of(form.multi_items()), action), action)
        rows = read_rows(tree.at(_NAME))
        if action.startswith("map:"):
            path = action.removeprefix("map:")
            rows = with_field(rows, new_path(path))
            focus = row_of_field(rows, _NAME, path)
        if action != "save":
            return await _show(request, stored, rows, form=form, focus=focus)
        around = await around_mappings(request, stored, builtins(), form.get("dataset", ""))
        if check_base(rows, around.surroundings, name=_NAME).faults:
            return await _show(request, stored, rows, form=form, was_refused=True)

        def edit(document: JsonObject) -> JsonObject:
            return written_base(document, rows, around.surroundings.xdm, name=_NAME).document

        version = revision_number(form.get("version", ""))
        try:
            saved = await save_as_asked(
                request,
                stored,
                edit,
                of=lambda document: document.get("xdm", {}).get("base"),
                version=version,
                summary="Changed what every event has",
            )
        except EditConflict as conflict:
            return await _show(request, stored, rows, form=form, conflict=conflict)
        except PropertyRefused:
            return await _show(request, stored, rows, form=form, was_refused=True)
        address = path_for(request, "property-base", property_id=stored.id)
        return RedirectResponse(f"{address}?done={saved.version}", status_code=303)

    async def _show(
        request: Request[ConsoleState],
        stored: StoredProperty,
        rows: Sequence[Row],
        *,
        form: Form | None,
        focus: str = "",
        was_refused: bool = False,
        conflict: EditConflict | None = None,
    ) -> Response:
        said = form if form is not None else request.query_params
        around = await around_mappings(request, stored, builtins(), said.get("dataset", ""))
        surroundings = around.surroundings
        checked = check_base(rows, surroundings, name=_NAME)
        # Who has only begun need not be told what is missing.
        is_checked = was_refused or (form is not None and form.get("do") == "check")
        book = FaultBook(checked.faults if is_checked else ())
        mapping = mapping_view(_NAME, rows, book, surroundings, pointer="/xdm/base", title="XDM mapping of every event")
        last = await just_done(request, stored) if form is None else None
        changes = () if form is None or checked.faults else diff_properties(stored.document, checked.document)
        page = BasePage(
            stored=stored,
            topics=TOPICS,
            mapping=mapping,
            others=book.rest(),
            purposes=surroundings.purposes,
            elements=surroundings.elements,
            pipes=[(name, spec.does) for name, spec in PIPES.items() if name not in ("text", "value")],
            made=[name for name in checked.made if name not in surroundings.elements],
            changes=(changes if last is None else await changed_by(request, stored, last))[:MAX_CHANGES],
            targets=around.targets,
            target=around.target,
            tree=xdm_tree(
                surroundings.xdm, filled=filled_beside_base(stored.document, rows), search=said.get("find", "")
            ),
            find=said.get("find", ""),
            version=conflict.version if conflict else revision_number(said.get("version", str(stored.version))),
            focus=focus,
            last=last,
            was_refused=was_refused,
            conflict=conflict,
            can_edit=may_edit(request),
        )
        return templates.render(request, page, status=409 if conflict else 400 if was_refused else 200)

    path = "/properties/{property_id}/every-event"
    return (
        Route(path, show, name="property-base"),
        Route(path, save, methods=["POST"], name="property-base-save"),
    )
