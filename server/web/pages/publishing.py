"""Publishing a property, and going back: what would change, what speaks against it, who did it, and why."""

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
from server.model.rollout import EVERYONE
from server.property.check import check_property
from server.property.files import revision_of
from server.property.gates import ALWAYS_ON, GATES, Gate
from server.publish import PropertyRefused, release_property
from server.store import settings
from server.store.properties import (
    EnvironmentPointer,
    StoredProperty,
    find_build,
    list_environments,
    point_environment,
)
from server.store.reviews import Review, newest_review
from server.store.revisions import Publication, list_publications
from server.store.rollouts import PublishPlan, RolloutRefused, RunningRollout, running_rollouts, waiting_plans
from server.web.access.property_access import load_property, may_edit, may_publish
from server.web.access.release_roles import may_review, may_switch_gates, require_publisher
from server.web.forms.release_form import SHARES, Timing, TimingRefused, read_timing
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_facts import iso
from server.web.views.publish_view import BuildSize, Plan, plan_of, planned_line, review_line, rollout_line, sizes_of

# What an address may say of what was done a moment ago.
_DONE = {
    "published": "Published: pages get it from their next view on.",
    "returned": "Went back.",
    "shared": "Done: visitors get their share from their next page on.",
    "planned": "Planned: the build is made and waits for its time.",
    "unplanned": "The plan is withdrawn.",
    "asked": "Asked: approvers see it on their first page.",
    "approved": "Approved. Now it can be published.",
    "declined": "Declined. Who asked sees your comment here.",
    "withdrawn": "The request is withdrawn.",
    "switched": "The gates are switched.",
}

_MAX_REASON_CHARACTERS = 500
_SHOWN_PUBLICATIONS = 30


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
    shares: Sequence[int]
    """Percent of the visitors that a build can be given to first."""


def routes(templates: Templates) -> Sequence[Route]:
    """``publish``, ``publish-now``, ``publish-return``."""

    async def show(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await _page(request, done=_DONE.get(request.query_params.get("done", ""), "")))

    async def publish(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        environment, reason = form.get("environment", ""), form.get("reason", "").strip()
        require_publisher(request, environment)
        stored = await load_property(request)
        fault = ""
        if not reason:
            fault = "Say why, in a few words: whoever looks for a cause later will thank you."
        elif len(reason) > _MAX_REASON_CHARACTERS:
            fault = f"The reason has {len(reason)} characters: write at most {_MAX_REASON_CHARACTERS}."
        elif form.get("version") != str(stored.version):
            fault = "The draft was changed while you looked at it. What would be published now is shown below."
        services, timing = request.state["services"], Timing()
        try:
            timing = read_timing(form, now_ms=services.clock_ms())
        except TimingRefused as refused:
            fault = fault or str(refused)
        page = await _page(request, fault=fault, reason=reason, environment=environment)
        plan = next(each for each in page.plans if each.name == environment)
        if not fault and not plan.is_open:
            page = await _page(request, fault=_closed(plan), reason=reason, environment=environment)
            fault = page.fault
        if fault:
            return templates.render(request, page, status=400)

        def work(connection: Connection) -> None:
            release_property(
                connection,
                stored.id,
                environment=environment,
                fragments=services.fragments,
                org_id=settings.get_setting(connection, settings.ORG_ID) or "",
                now_ms=services.clock_ms(),
                by=request.state["signed_in"].user.name,
                reason=reason,
                percent=timing.percent,
                at_ms=timing.at_ms,
            )

        try:
            await services.database.write(work)
        except (PropertyRefused, RolloutRefused) as refused:
            said = refused.faults[0].message if isinstance(refused, PropertyRefused) else str(refused)
            again = await _page(request, fault=said, reason=reason, environment=environment)
            return templates.render(request, again, status=400)
        done = "planned" if timing.at_ms is not None else "shared" if timing.percent != EVERYONE else "published"
        return RedirectResponse(
            f"{path_for(request, 'publish', property_id=stored.id)}?done={done}#{environment}", status_code=303
        )

    async def give_back(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        environment = form.get("environment", "")
        require_publisher(request, environment)
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
                rollouts=running_rollouts(connection, stored.id),
                plans=waiting_plans(connection, stored.id),
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
                    rollout=rollout_line(published.rollouts.get(name), revision=revision, iso=iso),
                    planned=planned_line(published.plans.get(name), iso=iso),
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
            shares=SHARES,
            can_edit=may_edit(request),
            can_switch=may_switch_gates(request),
            switches=await services.database.read(partial(_switches, property_id=stored.id)),
        )

    base = "/properties/{property_id}"
    return (
        Route(f"{base}/publish", show, name="publish"),
        Route(f"{base}/publish", publish, methods=["POST"], name="publish-now"),
        Route(f"{base}/publish/return", give_back, methods=["POST"], name="publish-return"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    rollouts: Mapping[str, RunningRollout]
    plans: Mapping[str, PublishPlan]
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


def _publications(published: _Published, allowed: Mapping[str, bool]) -> Sequence[PublicationLine]:
    current = {name: pointer.build_hash for name, (pointer, _) in published.documents.items()}
    newest: set[str] = set()
    lines = []
    for index, each in enumerate(published.publications):
        earlier = next((o for o in published.publications[index + 1 :] if o.environment == each.environment), None)
        is_pointer = current.get(each.environment) == each.build_hash
        is_whole = each.percent == EVERYONE
        lines.append(
            PublicationLine(
                publication=each,
                at=iso(each.published_ms),
                is_current=is_whole and is_pointer and each.environment not in newest,
                change_bytes=None if earlier is None else each.build_bytes - earlier.build_bytes,
                may_return=allowed.get(each.environment, False) and is_whole and not is_pointer,
            )
        )
        if is_whole:
            newest.add(each.environment)
    return lines
