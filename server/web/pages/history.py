"""The history of a property's draft: who changed what, and going back to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.property import ENVIRONMENTS
from server.property.diff import diff_properties
from server.store.properties import StoredProperty, find_build, list_environments
from server.store.revisions import Revision, list_revisions, revision_document
from server.web.access.property_access import load_property, may_edit, require_editor
from server.web.forms.property_edits import UNDONE_ON, revision_number, save_as_asked
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_facts import iso

_SHOWN_REVISIONS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionLine:
    """One state of the draft."""

    revision: Revision
    at: str
    """ISO 8601."""
    changes: Sequence[str]
    """In sentences; empty for the first."""
    published: Sequence[str]
    """Environments that have it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Context of templates/properties/history.html."""

    template: ClassVar[str] = "properties/history.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "history"

    stored: StoredProperty
    lines: Sequence[RevisionLine]
    older: int
    """Number to go on below; 0 when that is all."""
    can_edit: bool
    """Who looks may bring an earlier state back."""


def routes(templates: Templates) -> Sequence[Route]:
    """``history``, ``history-restore``."""

    async def history(request: Request[ConsoleState]) -> Response:
        stored = await load_property(request)
        before = revision_number(request.query_params.get("before", ""))
        work = partial(_lines, stored=stored, newest=before - 1 if before else stored.version)
        lines = await request.state["services"].database.read(work)
        page = HistoryPage(
            stored=stored,
            lines=lines[:_SHOWN_REVISIONS],
            older=lines[_SHOWN_REVISIONS - 1].revision.number if len(lines) > _SHOWN_REVISIONS else 0,
            can_edit=may_edit(request),
        )
        return templates.render(request, page)

    async def restore(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        require_editor(request)
        stored, number = await load_property(request), revision_number(form.get("number", ""))
        find = partial(revision_document, property_id=stored.id, number=number)
        document = await request.state["services"].database.read(find)
        if document is None:
            raise HTTPException(404, "This revision is not kept any more.")
        saved = await save_as_asked(
            request,
            stored,
            lambda _present: document,
            of=lambda present: present,
            version=stored.version,
            summary=f"Went back to revision {number}",
        )
        back = form.get("back", "history")
        name = back if back in UNDONE_ON else "history"
        return RedirectResponse(f"{path_for(request, name, property_id=stored.id)}?done={saved.version}", 303)

    base = "/properties/{property_id}"
    return (
        Route(f"{base}/history", history, name="history"),
        Route(f"{base}/history", restore, methods=["POST"], name="history-restore"),
    )


def _lines(connection: Connection, *, stored: StoredProperty, newest: int) -> Sequence[RevisionLine]:
    """One more than are shown, so that it is known whether there are older ones."""
    found = list_revisions(connection, stored.id, limit=10_000)
    wanted = [each for each in found if each.number <= newest][: _SHOWN_REVISIONS + 1]
    documents = {each.number: revision_document(connection, stored.id, each.number) for each in wanted}
    builds = {
        each.name: build.document
        for each in list_environments(connection, stored.id)
        if (build := find_build(connection, each.build_hash)) is not None
    }
    lines = []
    for each, before in zip(wanted, [*wanted[1:], None], strict=True):
        document, former = documents[each.number], documents.get(before.number) if before else None
        lines.append(
            RevisionLine(
                revision=each,
                at=iso(each.saved_ms),
                changes=diff_properties(former, document) if former and document else (),
                published=[name for name in ENVIRONMENTS if name in builds and builds[name] == document],
            )
        )
    return lines
