"""Publishing a property, going back, and its history: what would change, who changed what, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.gatekeeper import gates_on, judge_gates
from server.model.json import JsonObject
from server.model.property import ENVIRONMENTS, Fault
from server.property.check import check_property
from server.property.diff import diff_properties
from server.property.files import revision_of
from server.property.gates import ALWAYS_ON, GATES, Gate
from server.publish import PropertyRefused, publish_property
from server.store import settings
from server.store.properties import (
    EnvironmentPointer,
    StoredProperty,
    find_build,
    list_environments,
    point_environment,
)
from server.store.reviews import Review, newest_review
from server.store.revisions import Publication, Revision, list_publications, list_revisions, revision_document
from server.web.access.property_access import load_property, may_edit, may_publish, require_editor
from server.web.access.release_roles import may_review, may_switch_gates
from server.web.forms.property_edits import UNDONE_ON, revision_number, save_as_asked
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_facts import iso
from server.web.views.publish_view import BuildSize, Plan, plan_of, review_line, sizes_of

# What an address may say of what was done a moment ago.
_DONE = {
    "published": "Published: pages get it from their next view on.",
    "returned": "Went back.",
    "asked": "Asked: approvers see it on their first page.",
    "approved": "Approved. Now it can be published.",
    "declined": "Declined. Who asked sees your comment here.",
    "withdrawn": "The request is withdrawn.",
    "switched": "The gates are switched.",
}

_MAX_REASON_CHARACTERS = 500
_SHOWN_PUBLICATIONS = 30
_SHOWN_REVISIONS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationLine:
    """One move of an environment's pointer."""

    publication: Publication
    at: str
    """ISO 8601."""
    is_current: bool
    """The environment points there now."""
    change_bytes: int | None
    """How much larger than the build before it, in the same environment; None for the first that is shown."""
    may_return: bool
    """This person can go back to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSwitch:
    """Whether a gate counts in an environment."""

    name: str
    """As the form sends it."""
    title: str
    """For people."""
    about: str
    """What it asks for, in a sentence."""
    is_on: bool
    """It counts."""
    is_fixed: bool
    """Nobody can switch it off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPage:
    """Context of templates/properties/publish.html."""

    template: ClassVar[str] = "properties/publish.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "publish"

    stored: StoredProperty
    plans: Sequence[Plan]
    history: Sequence[PublicationLine]
    done: str
    """What has just been done; empty when nothing was."""
    fault: str
    """Why nothing was published; empty when it was not asked for."""
    reason: str
    """As typed."""
    environment: str
    """Which one was asked for."""
    can_edit: bool
    """Who looks may ask for a review."""
    can_switch: bool
    """Who looks may switch gates on and off."""
    switches: Mapping[str, Sequence[GateSwitch]]
    """Every gate, by environment."""


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
    """``publish``, ``publish-now``, ``publish-return``, ``history``, ``history-restore``."""

    async def show(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await _page(request, done=_DONE.get(request.query_params.get("done", ""), "")))

    async def publish(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        environment, reason = form.get("environment", ""), form.get("reason", "").strip()
        _require_publisher(request, environment)
        stored = await load_property(request)
        fault = ""
        if not reason:
            fault = "Say why, in a few words: whoever looks for a cause later will thank you."
        elif len(reason) > _MAX_REASON_CHARACTERS:
            fault = f"The reason has {len(reason)} characters: write at most {_MAX_REASON_CHARACTERS}."
        elif form.get("version") != str(stored.version):
            fault = "The draft was changed while you looked at it. What would be published now is shown below."
        page = await _page(request, fault=fault, reason=reason, environment=environment)
        plan = next(each for each in page.plans if each.name == environment)
        if not fault and not plan.is_open:
            page = await _page(request, fault=_closed(plan), reason=reason, environment=environment)
            fault = page.fault
        if fault:
            return templates.render(request, page, status=400)
        services = request.state["services"]

        def work(connection: Connection) -> None:
            publish_property(
                connection,
                stored.id,
                environment=environment,
                fragments=services.fragments,
                org_id=settings.get_setting(connection, settings.ORG_ID) or "",
                now_ms=services.clock_ms(),
                by=request.state["signed_in"].user.name,
                reason=reason,
            )

        try:
            await services.database.write(work)
        except PropertyRefused as refused:
            again = await _page(request, fault=refused.faults[0].message, reason=reason, environment=environment)
            return templates.render(request, again, status=400)
        return RedirectResponse(
            f"{path_for(request, 'publish', property_id=stored.id)}?done=published#{environment}", status_code=303
        )

    async def give_back(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        environment = form.get("environment", "")
        _require_publisher(request, environment)
        stored, services = await load_property(request), request.state["services"]

        def work(connection: Connection) -> bool:
            build = find_build(connection, form.get("build", ""))
            if build is None or build.property_id != stored.id or build.environment != environment:
                return False
            point_environment(
                connection,
                property_id=stored.id,
                name=environment,
                build_hash=build.hash,
                published_ms=services.clock_ms(),
                published_by=request.state["signed_in"].user.name,
                reason=f"Went back to build {build.hash[:8]}",
            )
            return True

        if not await services.database.write(work):
            raise HTTPException(404, "This environment never had this build.")
        return RedirectResponse(
            f"{path_for(request, 'publish', property_id=stored.id)}?done=returned#{environment}", status_code=303
        )

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

    async def _page(
        request: Request[ConsoleState], *, done: str = "", fault: str = "", reason: str = "", environment: str = ""
    ) -> PublishPage:
        services, stored = request.state["services"], await load_property(request)
        allowed = {name: may_publish(request, name) for name in ENVIRONMENTS}

        def work(connection: Connection) -> _Published:
            pointers = {each.name: each for each in list_environments(connection, stored.id)}
            documents = {
                name: (pointer, found.document)
                for name, pointer in pointers.items()
                if (found := find_build(connection, pointer.build_hash)) is not None
            }
            return _Published(
                documents=documents,
                org_id=settings.get_setting(connection, settings.ORG_ID) or "",
                publications=list_publications(connection, stored.id, limit=_SHOWN_PUBLICATIONS),
            )

        published = await services.database.read(work)
        faults = check_property(stored.document, services.fragments.modules)
        sizes: Mapping[str, BuildSize] = {}
        if not faults:
            # Three builds and their packing take longer than other requests should wait.
            sizes = await run_in_threadpool(sizes_of, stored, fragments=services.fragments, org_id=published.org_id)
        judged = await services.database.read(partial(_judged, stored=stored, faults=faults, sizes=sizes))
        revision, who = str(revision_of(stored.document)), request.state["signed_in"].user.name
        return PublishPage(
            stored=stored,
            plans=[
                plan_of(
                    stored,
                    published.documents.get(name),
                    name=name,
                    size=sizes.get(name, BuildSize()),
                    gates=gates,
                    review=review_line(review, revision=revision, iso=iso, who=who, may_review=may_review(request)),
                    iso=iso,
                    may_publish=allowed[name],
                )
                for name, gates, review in judged
            ],
            history=_publications(published, allowed),
            done=done,
            fault=fault,
            reason=reason,
            environment=environment,
            can_edit=may_edit(request),
            can_switch=may_switch_gates(request),
            switches=await services.database.read(partial(_switches, property_id=stored.id)),
        )

    base = "/properties/{property_id}"
    return (
        Route(f"{base}/publish", show, name="publish"),
        Route(f"{base}/publish", publish, methods=["POST"], name="publish-now"),
        Route(f"{base}/publish/return", give_back, methods=["POST"], name="publish-return"),
        Route(f"{base}/history", history, name="history"),
        Route(f"{base}/history", restore, methods=["POST"], name="history-restore"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    documents: Mapping[str, tuple[EnvironmentPointer, JsonObject]]
    org_id: str
    """The installation's, as containers name it."""
    publications: Sequence[Publication]


def _switches(connection: Connection, *, property_id: str) -> Mapping[str, Sequence[GateSwitch]]:
    return {
        environment: [
            GateSwitch(
                name=name.value, title=text.title, about=text.about, is_on=name in on, is_fixed=name in ALWAYS_ON
            )
            for name, text in GATES.items()
        ]
        for environment in ENVIRONMENTS
        for on in [gates_on(connection, property_id, environment)]
    }


def _closed(plan: Plan) -> str:
    """What keeps it from being published, in one sentence."""
    gate = next(gate for gate in plan.gates if not gate.is_open)
    return f"{gate.title}: {gate.text}. {gate.cure}"


def _judged(
    connection: Connection, *, stored: StoredProperty, faults: Sequence[Fault], sizes: Mapping[str, BuildSize]
) -> Sequence[tuple[str, Sequence[Gate], Review | None]]:
    """Each environment with its gates and the newest request."""
    return [
        (
            name,
            judge_gates(
                connection,
                stored,
                environment=name,
                faults=faults,
                packed_bytes=sizes.get(name, BuildSize()).packed,
            ),
            newest_review(connection, stored.id, name),
        )
        for name in ENVIRONMENTS
    ]


def _require_publisher(request: Request[ConsoleState], environment: str) -> None:
    if environment not in ENVIRONMENTS:
        raise HTTPException(400, "There is no such environment.")
    if not may_publish(request, environment):
        who = "approvers and administrators" if environment == ENVIRONMENTS[-1] else "editors and up"
        raise HTTPException(403, f"Publishing {environment} is for {who}.")


def _publications(published: _Published, allowed: Mapping[str, bool]) -> Sequence[PublicationLine]:
    current = {name: pointer.build_hash for name, (pointer, _) in published.documents.items()}
    newest: set[str] = set()
    lines = []
    for index, each in enumerate(published.publications):
        earlier = next((o for o in published.publications[index + 1 :] if o.environment == each.environment), None)
        is_current = each.environment not in newest and current.get(each.environment) == each.build_hash
        newest.add(each.environment)
        lines.append(
            PublicationLine(
                publication=each,
                at=iso(each.published_ms),
                is_current=is_current,
                change_bytes=None if earlier is None else each.build_bytes - earlier.build_bytes,
                may_return=allowed.get(each.environment, False) and current.get(each.environment) != each.build_hash,
            )
        )
    return lines


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
