"""Making a schema or a field group, and changing one: class, field groups, fields of one's own, with a preview."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.schema.draft.model import Draft
from server.schema.draft.read import list_of
from server.schema.kinds import Kind
from server.schema.outline import Outline, count
from server.store.authoring import author_component
from server.web.forms.schema_editing import (
    Target,
    Written,
    as_kept,
    as_sent,
    data_types,
    kept_target,
    looked_at,
    new_target,
    with_conflict,
)
from server.web.forms.schema_form import BLANK_INDEX, MAX_FORM_FIELDS, TYPES, FieldRow, acted
from server.web.forms.signed_form import Form, read_signed_form
from server.web.identifiers import new_hex
from server.web.pages.schema_lists import Builtins
from server.web.pages.schema_show import editor, own
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.schema_view import (
    KIND_WORDS,
    ORIGINS,
    FieldChange,
    Snapshot,
    component_href,
    datasets_below,
    snapshot,
)

# Where most begin who make their first schema.
_USUAL_GROUPS = ("https://ns.heliograph.dev/xdm/mixins/web",)
_EVENT = "https://ns.heliograph.dev/xdm/classes/experienceevent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A class or a field group that can be chosen."""

    id: str
    """Its `$id`."""
    title: str
    """What people call it."""
    description: str
    """What it is for; may be empty."""
    origin_words: str
    """Whose it is, in words."""
    is_own: bool
    """It was made here."""
    is_chosen: bool
    """The form has it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaClassPage:
    """Context of templates/schemas/class.html."""

    template: ClassVar[str] = "schemas/class.html"
    section: ClassVar[str] = "schemas"

    classes: Sequence[tuple[Choice, str, bool]]
    """Each with the address where it goes on, and whether its schemas tell of what happens, and not of what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaEditPage:
    """Context of templates/schemas/edit.html."""

    template: ClassVar[str] = "schemas/edit.html"
    section: ClassVar[str] = "schemas"

    kind: Kind
    word: str
    """What one of its kind is called."""
    name: str
    """As addresses have it; empty for a new one."""
    back_href: str
    """Where one came from."""
    title: str
    """As typed so far."""
    description: str
    """As typed so far."""
    class_id: str
    """Empty for a field group."""
    class_title: str
    """Empty for a field group."""
    version: str
    """That the form began with; empty for a new one."""
    groups: Sequence[Choice]
    """Field groups for schemas of this class."""
    others: Sequence[Choice]
    """Those for others."""
    classes: Sequence[Choice]
    """Classes that a field group can be for; none for a schema."""
    rows: Sequence[FieldRow]
    """Fields of one's own."""
    blank: FieldRow
    """What a script makes new rows of."""
    types: Sequence[tuple[str, str]]
    """(value, words) of what such a field can hold."""
    data_types: Sequence[str]
    """Titles."""
    tenant: str
    """The name that own fields are below, with its underscore."""
    datasets: Sequence[tuple[str, str]]
    """(id, name) of those that are of it, or of what it is a part of."""
    preview: Sequence[Outline]
    """What it would look like."""
    total: int
    """How many fields that has."""
    changes: Sequence[FieldChange]
    """What would be different from what is kept."""
    title_fault: str
    """What is wrong with the title; empty when nothing is."""
    refusals: Sequence[str]
    """Why it was not saved, or could not be."""
    was_tried: bool
    """It was to be saved, and was not."""


def routes(templates: Templates, builtins: Builtins) -> Sequence[Route]:
    """``schema-new``, ``schema-create``, ``schema-edit``, ``schema-save``."""

    async def new(request: Request[ConsoleState]) -> Response:
        editor(request)
        kind, class_id = _kind(request), request.query_params.get("class", "")

        def work(connection: Connection) -> SchemaClassPage | SchemaEditPage:
            now = snapshot(connection, builtins())
            if kind is Kind.SCHEMAS and now.registry.find(class_id) is None:
                return _class_page(request, now)
            groups = _USUAL_GROUPS if now.registry.class_id(class_id) == _EVENT else ()
            classes = () if kind is Kind.SCHEMAS else (_EVENT,)
            draft = Draft(title="", class_id=class_id, parts=groups, class_ids=classes)
            target = new_target(now, kind, "new")
            written = replace(looked_at(now, target, draft, ()), title_fault="")
            return _page(request, now, target, written)

        return templates.render(request, await request.state["services"].database.read(work))

    async def create(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request, max_fields=MAX_FORM_FIELDS)
        kind, name = _kind(request), new_hex(request.state["services"].new_token, 48)
        return await answer(request, form, lambda now: new_target(now, kind, name))

    async def edit(request: Request[ConsoleState]) -> Response:
        editor(request)

        def work(connection: Connection) -> SchemaEditPage:
            now = snapshot(connection, builtins())
            target = kept_target(now, _editable(request, now))
            return _page(request, now, target, as_kept(now, target))

        return templates.render(request, await request.state["services"].database.read(work))

    async def save(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request, max_fields=MAX_FORM_FIELDS)
        return await answer(request, form, lambda now: kept_target(now, _editable(request, now)))

    async def answer(request: Request[ConsoleState], form: Form, target_in: Callable[[Snapshot], Target]) -> Response:
        """``save`` keeps what the form says; every other ``action`` shows the form again, and keeps nothing."""
        user, action = editor(request), form.get("action", "save")

        def look(connection: Connection) -> SchemaEditPage:
            now = snapshot(connection, builtins())
            target = target_in(now)
            written = replace(as_sent(now, target, form), title_fault="")
            return _page(request, now, target, replace(written, rows=acted(written.rows, action)))

        def keep(connection: Connection) -> SchemaEditPage | str:
            now = snapshot(connection, builtins())
            target = target_in(now)
            written = with_conflict(target, as_sent(now, target, form), form.get("version", ""))
            if written.document is None or not written.can_be_kept:
                return replace(_page(request, now, target, written), was_tried=True)
            author_component(
                connection,
                written.document,
                kind=target.kind,
                identifier=target.identifier,
                tenant=now.tenant,
                builtins=builtins(),
                now_ms=request.state["services"].clock_ms(),
                by=user,
            )
            return target.identifier

        database = request.state["services"].database
        made: SchemaEditPage | str = await (database.write(keep) if action == "save" else database.read(look))
        if isinstance(made, str):
            return RedirectResponse(f"{component_href(request, made)}?saved=1", status_code=303)
        return templates.render(request, made, status=400 if made.was_tried else 200)

    return (
        Route("/schemas/new", new, name="schema-new"),
        Route("/schemas/new", create, methods=["POST"], name="schema-create"),
        Route("/schemas/{name}/edit", edit, name="schema-edit"),
        Route("/schemas/{name}/edit", save, methods=["POST"], name="schema-save"),
    )


def _kind(request: Request[ConsoleState]) -> Kind:
    return Kind.FIELD_GROUPS if request.query_params.get("kind") == Kind.FIELD_GROUPS else Kind.SCHEMAS


def _editable(request: Request[ConsoleState], now: Snapshot) -> JsonObject:
    """What the address names, if a form can change it. Raises HTTPException."""
    document = own(request, now)
    if document["meta:resourceType"] not in (Kind.SCHEMAS, Kind.FIELD_GROUPS):
        raise HTTPException(404, "Classes and data types are changed by importing a new version of their file.")
    return document


def _class_page(request: Request[ConsoleState], now: Snapshot) -> SchemaClassPage:
    new = path_for(request, "schema-new")
    return SchemaClassPage(
        classes=[
            (choice, f"{new}?{urlencode({'class': choice.id})}", _is_of_events(now, choice.id))
            for choice in _choices(now, Kind.CLASSES, ())
        ]
    )


def _is_of_events(now: Snapshot, class_id: str) -> bool:
    document = now.registry.find(class_id) or {}
    return document.get("meta:behavior") == "time-series"


def _page(request: Request[ConsoleState], now: Snapshot, target: Target, written: Written) -> SchemaEditPage:
    draft, is_new = written.draft, not target.before
    is_schema = target.kind is Kind.SCHEMAS
    groups = _choices(now, Kind.FIELD_GROUPS, draft.parts) if is_schema else ()
    fitting = {choice.id for choice in groups if _is_for(now, choice.id, draft.class_id)}
    fitting |= {choice.id for choice in groups if choice.is_chosen}
    return SchemaEditPage(
        kind=target.kind,
        word=KIND_WORDS[target.kind][0],
        name="" if is_new else request.path_params["name"],
        back_href=path_for(request, "schemas") if is_new else component_href(request, target.identifier),
        title=draft.title,
        description=draft.description,
        class_id=draft.class_id,
        class_title=now.title(draft.class_id) if draft.class_id else "",
        version=target.version,
        groups=[choice for choice in groups if choice.id in fitting],
        others=[choice for choice in groups if choice.id not in fitting],
        classes=() if is_schema else _choices(now, Kind.CLASSES, draft.class_ids),
        rows=written.rows,
        blank=FieldRow(index=BLANK_INDEX),
        types=TYPES,
        data_types=list(data_types(now).values()),
        tenant=f"_{now.tenant}",
        datasets=() if is_new else datasets_below(now, target.before),
        preview=written.preview,
        total=count(written.preview),
        changes=written.changes,
        title_fault=written.title_fault,
        refusals=written.refusals,
        was_tried=False,
    )


def _choices(now: Snapshot, kind: Kind, chosen: Sequence[str]) -> Sequence[Choice]:
    """The tenant's own first, each lot by title."""
    ids = {now.registry.class_id(name) for name in chosen}
    found = [
        Choice(
            id=document["$id"],
            title=str(document["title"]),
            description=str(document.get("description", "")),
            origin_words=ORIGINS[now.origin(document)],
            is_own=now.is_own(document),
            is_chosen=document["$id"] in ids,
        )
        for document in now.documents()
        if document["meta:resourceType"] == kind
    ]
    return sorted(found, key=lambda choice: (not choice.is_own, choice.title.casefold()))


def _is_for(now: Snapshot, group_id: str, class_id: str) -> bool:
    """Whether a field group says that it is for a class, or for none in particular."""
    names = list_of(now.registry.find(group_id) or {}, "meta:intendedToExtend")
    return not names or now.registry.class_id(class_id) in {now.registry.class_id(str(name)) for name in names}
