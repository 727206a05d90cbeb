"""The settings of a property: consent and privacy, data layer, clicks on links, sites. One page a topic."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import Json, JsonObject
from server.property.diff import diff_properties
from server.property.edits import named
from server.property.layer_uses import LayerEvent, LayerPath, layer_events, layer_paths
from server.publish import PropertyRefused
from server.store import settings
from server.store.configuration import list_datastreams
from server.store.properties import StoredProperty
from server.store.revisions import Revision
from server.web.access.property_access import load_property, may_edit, require_editor
from server.web.editor.branches import Branch, branches_of
from server.web.editor.changes import changed
from server.web.editor.condition_views import GroupView, group_view
from server.web.editor.faults import FaultBook
from server.web.editor.sections.form import SectionsForm, sections_form
from server.web.editor.sections.schema import Offered
from server.web.editor.sections.topics import TOPICS, Topic
from server.web.forms.drafts import EditConflict
from server.web.forms.property_edits import MAX_CHANGES, changed_by, just_done, revision_number, save_as_asked
from server.web.forms.settings_workspace import (
    CheckedSettings,
    SettingsDraft,
    check_settings,
    purposes_said,
    read_settings_draft,
    settings_draft,
    written,
)
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for

# Conditions of clicks on links are what has many; the rest are some dozens.
_MAX_FIELDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """Context of templates/settings/edit.html."""

    template: ClassVar[str] = "settings/edit.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "settings"

    stored: StoredProperty
    topic: Topic
    topics: Sequence[Topic]
    form: SectionsForm
    groups: Sequence[GroupView]
    """Conditions and exceptions, where the topic has them."""
    tokens: Sequence[tuple[str, str]]
    """What conditions can read."""
    facts: Sequence[tuple[str, str]]
    """Of the event that the conditions are about."""
    changes: Sequence[str]
    """What saving would change, in sentences; after saving, what it changed."""
    paths: Sequence[LayerPath]
    """Places in the data layer that are read; only on its page."""
    events: Sequence[LayerEvent]
    """Pushes that rules wait for; only on its page."""
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
    """Who looks may change them."""


def routes(templates: Templates) -> Sequence[Route]:
    """Two a topic: ``property-privacy``, ``property-privacy-save``, and so on."""

    async def show(request: Request[ConsoleState], *, topic: Topic) -> Response:
        stored = await load_property(request)
        return await _show(request, stored, topic, settings_draft(stored.document, topic), form=None)

    async def save(request: Request[ConsoleState], *, topic: Topic) -> Response:
        form = await read_signed_form(request, max_fields=_MAX_FIELDS)
        require_editor(request)
        stored, modules = await load_property(request), request.state["services"].modules
        action = form.get("do", "save")
        tree, focus = changed(branches_of(form.multi_items()), action)
        offered = await _offered(request, stored, topic, tree)
        read = partial(read_settings_draft, tree, topic=topic, modules=modules, offered=offered)
        draft = read(stored.document)
        again = partial(_show, request, stored, topic, draft, form=form, tree=tree)
        if action != "save":
            return await again(focus=focus)
        checked = await run_in_threadpool(check_settings, stored.document, topic, draft, modules)
        if checked.faults:
            return await again(was_refused=True)

        def edit(document: JsonObject) -> JsonObject:
            return written(document, topic, read(document))[0]

        version = revision_number(form.get("version", ""))
        try:
            saved = await save_as_asked(
                request, stored, edit, of=_part(topic), version=version, summary=f"Changed {topic.title.lower()}"
            )
        except EditConflict as conflict:
            return await again(conflict=conflict)
        except PropertyRefused:
            return await again(was_refused=True)
        address = path_for(request, f"property-{topic.name}", property_id=stored.id)
        return RedirectResponse(f"{address}?done={saved.version}", status_code=303)

    async def _show(
        request: Request[ConsoleState],
        stored: StoredProperty,
        topic: Topic,
        draft: SettingsDraft,
        *,
        form: Form | None,
        tree: Branch | None = None,
        focus: str = "",
        was_refused: bool = False,
        conflict: EditConflict | None = None,
    ) -> Response:
        modules, document = request.state["services"].modules, stored.document
        offered = await _offered(request, stored, topic, tree or Branch())
        checked = CheckedSettings(document=document, faults=())
        if form is not None:
            checked = await run_in_threadpool(check_settings, document, topic, draft, modules)
        book = FaultBook(checked.faults)
        elements = list(named(document["dataElements"]))
        groups = [group_view(name, group, book, elements) for name, group in draft.groups.items()]
        fields = sections_form(topic, draft.sections, book.rest(), schema=modules.schema, offered=offered)
        click = modules.find("events", "link-click")
        facts = [] if click is None or not groups else list(click.facts.items())
        is_layer = topic.name == "data-layer"
        version = str(stored.version) if form is None else form.get("version", "")
        last = await just_done(request, stored) if form is None else None
        changes = () if checked.faults else diff_properties(document, checked.document)
        page = SettingsPage(
            stored=stored,
            topic=topic,
            topics=TOPICS,
            form=fields,
            groups=groups,
            tokens=[(f"%{name}%", "data element") for name in elements]
            + [(f"%event.{name}%", what) for name, what in facts],
            facts=facts,
            changes=(changes if last is None else await changed_by(request, stored, last))[:MAX_CHANGES],
            paths=layer_paths(document) if is_layer else (),
            events=layer_events(document) if is_layer else (),
            version=conflict.version if conflict else revision_number(version),
            focus=focus,
            last=last,
            was_refused=was_refused,
            conflict=conflict,
            can_edit=may_edit(request),
        )
        return templates.render(request, page, status=409 if conflict else 400 if was_refused else 200)

    return tuple(route for topic in TOPICS for route in _routes(topic, show, save))


def _routes(topic: Topic, show: Callable[..., Any], save: Callable[..., Any]) -> Sequence[Route]:
    path, name = f"/properties/{{property_id}}/{topic.name}", f"property-{topic.name}"

    async def shown(request: Request[ConsoleState]) -> Response:
        answer: Response = await show(request, topic=topic)
        return answer

    async def saved(request: Request[ConsoleState]) -> Response:
        answer: Response = await save(request, topic=topic)
        return answer

    return (Route(path, shown, name=name), Route(path, saved, methods=["POST"], name=f"{name}-save"))


async def _offered(request: Request[ConsoleState], stored: StoredProperty, topic: Topic, form: Branch) -> Offered:
    """What there is to choose from; a datastream that is named and is not there any more stays to be seen."""
    purposes = purposes_said(form, stored.document)
    if "environments" not in topic.sections:
        return Offered(purposes=purposes)

    def work(connection: Connection) -> Mapping[str, str]:
        org_id = settings.get_setting(connection, settings.ORG_ID) or ""
        return {str(each.id): each.name for each in list_datastreams(connection, org_id)}

    known = await request.state["services"].database.read(work)
    environments = [each for each in stored.document.get("environments", {}).values() if isinstance(each, dict)]
    gone = {each["datastream"]: "there is none of this id here" for each in environments if each.get("datastream")}
    return Offered(purposes=purposes, datastreams={**gone, **known})


def _part(topic: Topic) -> Callable[[JsonObject], Json]:
    return lambda document: {name: document.get(name) for name in topic.sections}
