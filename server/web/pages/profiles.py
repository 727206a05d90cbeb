"""Profiles: found by an identity, shown with where everything in them comes from, and forgotten when asked to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.erasure import Erasure
from server.model.identity import Identity, Namespace
from server.model.profile import ProfileId, ProfileView
from server.profile.errors import ProfileStoreMissing, ProfileStoreUnavailable
from server.profile.reader import MAX_EVENTS_PER_FIND, EventQuery, Totals
from server.store.configuration import list_datasets
from server.store.erasures import find_erasure, request_erasure
from server.store.users import Role
from server.web.forms.signed_form import read_signed_form
from server.web.services import ConsoleServices, ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.profile_view import (
    AttributeView,
    ConsentView,
    IdentityView,
    ProfileCard,
    TimelineEvent,
    attribute_views,
    consent_views,
    identity_views,
    person_name,
    profile_card,
    profile_title,
    telling_identity,
    timeline,
)

RECENT_PROFILES = 25
PAGE_EVENTS = 20

# What forms suggest; any other can be typed.
NAMESPACES = ("CustomerId", "CRMID", "ECID", "Email", "FPID", "Phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureView:
    """A person who was just asked to be forgotten."""

    is_done: bool
    """The core is done with it."""
    events: int
    """Of the profile, that were erased."""
    rows: int
    """Of the lake."""
    again_href: str
    """Where to look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilesPage:
    """Context of templates/profiles/index.html."""

    template: ClassVar[str] = "profiles/index.html"
    section: ClassVar[str] = "profiles"

    profiles: Sequence[ProfileCard]
    """Found, or the last heard of."""
    totals: Totals
    namespace: str
    """That was searched in; empty for any."""
    value: str
    """That was searched for; empty for none."""
    can_search: bool
    """Who sees no personal data cannot find it either."""
    namespaces: Sequence[str]
    fault: str
    """Why profiles cannot be read; empty when they can."""
    erasure: ErasureView | None
    """None when nobody was just asked to be forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """Context of templates/profiles/show.html."""

    template: ClassVar[str] = "profiles/show.html"
    section: ClassVar[str] = "profiles"

    id: str
    """Of the profile."""
    title: str
    """The most telling identity."""
    name: str
    """What records call the person; empty where none does, or it may not be shown."""
    view: ProfileView
    first_at: str
    """Of the first event, ISO 8601; empty when there is none."""
    last_at: str
    """Of the last event, the same."""
    revenue: Sequence[str]
    """Amounts with their currencies."""
    identities: Sequence[IdentityView]
    attributes: Sequence[AttributeView]
    consents: Sequence[ConsentView]
    events: Sequence[TimelineEvent]
    looked_at: int
    """How many of the newest events tell where identities are from."""
    older_href: str
    """Where older events are; empty when there are none."""
    newest_href: str
    """Where the newest are; empty on that page."""
    is_masked: bool
    """Personal data is hidden from this viewer."""
    can_forget: bool
    """This person may have the person forgotten."""


def routes(templates: Templates) -> Sequence[Route]:
    """``profiles``, ``profile``, ``profile-forget``. All need a session."""

    async def index(request: Request[ConsoleState]) -> Response:
        services, query = request.state["services"], request.query_params
        is_masked = _is_masked(request)
        namespace, value = query.get("namespace", "").strip(), query.get("value", "").strip()
        found: Sequence[ProfileView] = ()
        totals, fault = Totals(), ""
        try:
            totals = await services.profiles.totals()
            if value and not is_masked:
                found = await _search(services, namespace, value)
                if len(found) == 1:
                    return RedirectResponse(path_for(request, "profile", profile_id=found[0].id), status_code=303)
            else:
                found = await services.profiles.recent_profiles(limit=RECENT_PROFILES)
        except ProfileStoreMissing:
            pass  # Nothing was ever written: an empty page says so.
        except ProfileStoreUnavailable as error:
            fault = str(error)
        context = ProfilesPage(
            profiles=[profile_card(view, is_masked=is_masked) for view in found],
            totals=totals,
            namespace=namespace,
            value="" if is_masked else value,
            can_search=not is_masked,
            namespaces=NAMESPACES,
            fault=fault,
            erasure=await _erasure(request, query.get("forgetting", "")),
        )
        return templates.render(request, context, status=503 if fault else 200)

    async def show(request: Request[ConsoleState]) -> Response:
        services, is_masked = request.state["services"], _is_masked(request)
        view = await _load(services, request.path_params["profile_id"])
        datasets: dict[str, str] = {each.id: each.name for each in await services.database.read(list_datasets)}
        after = request.query_params.get("before", "")
        page = await services.profiles.events(view.id, EventQuery(after=after, limit=PAGE_EVENTS))
        here = path_for(request, "profile", profile_id=view.id)
        context = ProfilePage(
            id=view.id,
            title=profile_title(view, is_masked=is_masked),
            name=person_name(view, is_masked=is_masked),
            view=view,
            first_at=str(view.attributes.get("firstSeen") or ""),
            last_at=str(view.attributes.get("lastSeen") or ""),
            revenue=[f"{amount:,.2f} {currency}" for currency, amount in _revenue(view).items()],
            identities=identity_views(view, datasets, is_masked=is_masked),
            attributes=attribute_views(view, datasets, is_masked=is_masked),
            consents=consent_views(view, datasets),
            events=timeline(page.events, datasets, is_masked=is_masked),
            looked_at=len(view.events),
            older_href=f"{here}?{urlencode({'before': page.next})}#events" if page.next else "",
            newest_href=f"{here}#events" if after else "",
            is_masked=is_masked,
            can_forget=request.state["signed_in"].user.role is Role.ADMIN and bool(view.identities),
        )
        return templates.render(request, context)

    async def forget(request: Request[ConsoleState]) -> Response:
        await read_signed_form(request)
        services, user = request.state["services"], request.state["signed_in"].user
        if user.role is not Role.ADMIN:
            raise HTTPException(403, "Forgetting a person cannot be undone: it is for administrators.")
        view = await _load(services, request.path_params["profile_id"])
        identity = telling_identity(view)
        if identity is None:
            raise HTTPException(409, "This profile has no identity by which the person could be known.")
        work = partial(
            request_erasure,
            erasure_id=services.new_token(),
            namespace=identity.namespace,
            identity=identity.id,
            requested_ms=services.clock_ms(),
            requested_by=user.name,
        )
        erasure_id = await services.database.write(work)
        return RedirectResponse(_waiting(request, erasure_id), status_code=303)

    return (
        Route("/profiles", index, name="profiles"),
        Route("/profiles/{profile_id}", show, name="profile"),
        Route("/profiles/{profile_id}/forget", forget, methods=["POST"], name="profile-forget"),
    )


async def _search(services: ConsoleServices, namespace: str, value: str) -> Sequence[ProfileView]:
    """The profiles that have this id, in that namespace or in any; each once."""
    if namespace:
        identities: Sequence[Identity] = [Identity(namespace=Namespace(namespace), id=value)]
    else:
        identities = await services.profiles.search(value)
    found: dict[ProfileId, ProfileView] = {}
    for identity in identities:
        view = await services.profiles.find(identity, limit_events=0)
        if view is not None:
            found[view.id] = view
    return list(found.values())


async def _load(services: ConsoleServices, profile_id: str) -> ProfileView:
    """The profile, or the one that it is part of by now. Raises HTTPException."""
    try:
        view = await services.profiles.load(ProfileId(profile_id), limit_events=MAX_EVENTS_PER_FIND)
    except ProfileStoreMissing:
        view = None
    except ProfileStoreUnavailable as error:
        raise HTTPException(503, f"Profiles cannot be read now: {error}.", headers={"Retry-After": "10"}) from error
    if view is None:
        raise HTTPException(404, "There is no profile here: the address is wrong, or the person was forgotten.")
    return view


async def _erasure(request: Request[ConsoleState], erasure_id: str) -> ErasureView | None:
    if not erasure_id:
        return None
    find = partial(find_erasure, erasure_id=erasure_id)
    found: Erasure | None = await request.state["services"].database.read(find)
    if found is None:
        return None
    report = found.report
    return ErasureView(
        is_done=found.done_ms is not None,
        events=0 if report is None else report.events,
        rows=0 if report is None else sum(each.rows for each in report.rows),
        again_href=_waiting(request, erasure_id),
    )


def _waiting(request: Request[ConsoleState], erasure_id: str) -> str:
    return f"{path_for(request, 'profiles')}?{urlencode({'forgetting': erasure_id})}"


def _revenue(view: ProfileView) -> Mapping[str, float]:
    orders = view.attributes.get("orders")
    revenue = orders.get("revenue") if isinstance(orders, dict) else None
    return revenue if isinstance(revenue, dict) else {}


def _is_masked(request: Request[ConsoleState]) -> bool:
    return request.state["signed_in"].user.role is Role.VIEWER
