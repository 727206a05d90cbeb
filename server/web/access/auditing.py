"""The audit log's side of requests: who asks, and that no change is answered as done without an entry (ADR 0025)."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.store.audit import ActorKind, AuditAction, Origin, Trail, note
from server.store.audit_reading import count_since, was_noted
from server.store.users import Role
from server.web.services import ConsoleState

_HOUR_MS = 3600 * 1000

# More than people mistype, and 300 MB a year at worst.
MAX_REFUSALS_AN_HOUR = 60

# The same person looking at the same thing again within this time is no other entry.
_SAME_LOOK_MS = 10 * 60 * 1000

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_PROGRAMS = ("/data/", "/api/")

# Requests that send something along to be told something: they change nothing.
LOOKS = frozenset(
    f"POST {path}"
    for path in (
        "/api/v1/properties/check",
        "/data/core/ups/access/entities",
        "/data/foundation/conversion/languages/el/validate",
        "/data/foundation/conversion/mappingSets/preview",
        "/data/foundation/conversion/mappingSets/validate",
        "/data/foundation/flowservice/{kind}/search",
        "/data/foundation/languages/el/validate",
        "/data/foundation/mappingSets/preview",
        "/data/foundation/mappingSets/validate",
        "/data/infrastructure/observability/insights/metrics",
    )
)


def origin_of(request: Request[ConsoleState]) -> Origin:
    """Who asks, as far as it is known by now, and by which route."""
    state = request.scope["state"]
    caller, session = state.get("caller"), state.get("signed_in")
    if caller is not None:
        actor = caller.name
        kind = ActorKind.PROGRAM if "authorization" in request.headers else ActorKind.PERSON
    elif session is not None:
        actor, kind = session.user.name, ActorKind.PERSON
    else:
        actor, kind = "", ActorKind.NOBODY
    address = request.client.host if request.client is not None else ""
    return Origin(actor=actor, kind=kind, address=address, request=request_name(request))


def request_name(request: Request[ConsoleState]) -> str:
    """A page's route by its name; an API's by its method and address: those have no names."""
    route = request.scope.get("route")
    path = str(getattr(route, "path", request.scope["path"]))
    if path.startswith(_PROGRAMS):
        return f"{request.method} {path}"
    return str(getattr(route, "name", "") or path)


# What is answered as done without a word from the control plane: mostly what goes to the event log.
_DONE: Mapping[str, AuditAction] = MappingProxyType(
    {
        "failed-replay": AuditAction.REPLAYED,
        "failed-edit-replay": AuditAction.REPLAYED,
        "POST /api/v1/failed-events/replay": AuditAction.REPLAYED,
    }
)

# Which answers show personal data to whoever may see it, and what they are written down as: our own ids, nothing of a
# person, because the log forgets nobody.
SHOWS_PERSONS: Mapping[str, str] = MappingProxyType(
    {
        "live": "live events",
        "live-events": "live events",
        "live-line": "event {topic}/{offset}",
        "live-line-json": "event {topic}/{offset}",
        "failed": "failed events",
        "failed-event": "event failed/{offset}",
        "failed-edit": "failed events",
        "failed-edit-look": "failed events",
        "dataset": "dataset {dataset_id}",
        "profiles": "profiles",
        "profile": "profile {profile_id}",
        "GET /data/core/ups/access/entities": "profiles",
        "POST /data/core/ups/access/entities": "profiles",
        "GET /api/v1/failed-events": "failed events",
        "GET /api/v1/events": "live events",
        "GET /api/v1/events/{topic}/{offset:int}": "event {topic}/{offset}",
    }
)


async def serve_audited(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request, and tell the log what it changes, and whose data it shows, before its answer leaves.

    What was done without an entry of the control plane's own gets one here.
    """
    request: Request[ConsoleState] = Request(scope)
    services = request.state["services"]
    trail = Trail(partial(origin_of, request), services.clock_ms)
    scope["state"]["services"] = replace(services, database=services.database.audited(trail))

    async def send_audited(message: Message) -> None:
        if message["type"] == "http.response.start":
            await _tell(request, trail, message["status"])
        await send(message)

    await app(scope, receive, send_audited)


async def _tell(request: Request[ConsoleState], trail: Trail, status: int) -> None:
    name = request_name(request)
    if not trail.has_entries and _is_done(request, status):
        await record(request, _DONE.get(name, AuditAction.OTHER), request.scope["path"])
    if status == 200 and name in SHOWS_PERSONS and _sees_persons(request):
        await _record_look(request, SHOWS_PERSONS[name].format_map(request.path_params))


async def record(request: Request[ConsoleState], action: AuditAction, target: str, *, detail: str = "") -> None:
    """Write down what is not a change of the control plane."""
    work = partial(note, action=action, target=target, detail=detail)
    await request.state["services"].database.write(work)


async def _record_look(request: Request[ConsoleState], target: str) -> None:
    services, actor = request.state["services"], origin_of(request).actor
    since_ms = services.clock_ms() - _SAME_LOOK_MS
    known = partial(was_noted, action=AuditAction.VIEWED, actor=actor, target=target, since_ms=since_ms)
    if not await services.database.read(known):
        await record(request, AuditAction.VIEWED, target)


async def record_refusal(request: Request[ConsoleState], way: str, *, account: str = "") -> None:
    """Write down that somebody could not sign in. ``account``: of which one there is; what was typed may be anything.

    Strangers can do this as often as they are let: only the first so many of an hour are written down.
    """
    since_ms = request.state["services"].clock_ms() - _HOUR_MS

    def work(connection: Connection) -> None:
        if count_since(connection, AuditAction.SIGN_IN_REFUSED, since_ms=since_ms) < MAX_REFUSALS_AN_HOUR:
            note(connection, AuditAction.SIGN_IN_REFUSED, f"account {account}" if account else "", detail=way)

    await request.state["services"].database.write(work)


def _sees_persons(request: Request[ConsoleState]) -> bool:
    state = request.scope["state"]
    session, caller = state.get("signed_in"), state.get("caller")
    user = caller or (session.user if session is not None else None)
    return user is not None and user.role is not Role.VIEWER


def _is_done(request: Request[ConsoleState], status: int) -> bool:
    """Whether an answer says that something was done. A page's change is answered with 303, its look with 200."""
    if request.method in SAFE_METHODS:
        return False
    if request.scope["path"].startswith(_PROGRAMS):
        return status < 300 and request_name(request) not in LOOKS
    return status == 303
