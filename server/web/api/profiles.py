"""`/data/core/ups`: profiles and their events, as the platform's clients read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.model.identity import Identity, Namespace
from server.model.json import JsonObject
from server.model.profile import ProfileView
from server.profile.errors import ProfileStoreMissing, ProfileStoreUnavailable
from server.profile.reader import MAX_EVENTS_PER_FIND, EventQuery
from server.store.erasures import request_erasure
from server.store.users import Role
from server.web.access.auth import SessionLimits
from server.web.api.call import Builtins, Call, Endpoint, guarded
from server.web.api.entities import (
    MERGE_POLICY_ID,
    EventFilter,
    FilterRefused,
    event_entities,
    event_filter,
    merge_policy,
    no_entity,
    profile_entity,
)
from server.web.api.xid import identity_of, xid_of

ROOT = "/data/core/ups"

PROFILE, EVENT = "_xdm.context.profile", "_xdm.context.experienceevent"

# The platform's own limit for one request.
MAX_IDENTITIES = 100

_MAX_FIELDS = 100
_MAX_FILTERS = 3


class _Refused(Exception):
    """What is answered instead, in the shape of this API. ``args``: a sentence with the cure."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Code(msgspec.Struct, frozen=True):
    code: str = ""


class _Named(msgspec.Struct, frozen=True, rename="camel"):
    entity_id: str = ""
    entity_id_ns: _Code = msgspec.field(default=_Code(), name="entityIdNS")


class _Schema(msgspec.Struct, frozen=True):
    name: str = ""


class _Times(msgspec.Struct, frozen=True, rename="camel"):
    start_time: int | None = None
    end_time: int | None = None


class _Bulk(msgspec.Struct, frozen=True, rename="camel"):
    schema: _Schema = _Schema()
    related_schema: _Schema = _Schema()
    fields: list[str] = []
    identities: list[_Named] = []
    time_filter: _Times = _Times()
    limit: int = MAX_EVENTS_PER_FIND
    orderby: str = ""
    merge_policy_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a request asks for of each identity. ``address``: of its own parameters, for the next page; None without."""

    fields: Sequence[str]
    query: EventQuery
    filters: Sequence[EventFilter] = ()
    address: Mapping[str, str] | None = None


def profile_routes(builtins: Builtins, limits: SessionLimits) -> list[BaseRoute]:
    # Who may not see personal data in the console does not see it here.
    def route(address: str, method: str, endpoint: Endpoint, role: Role = Role.EDITOR) -> Route:
        told = guarded(_told(endpoint), builtins=builtins, limits=limits, role=role)
        return Route(f"{ROOT}/{address}", told, methods=[method])

    return [
        route("access/entities", "GET", look_up),
        route("access/entities", "POST", look_up_several),
        route("access/entities", "DELETE", delete, Role.ADMIN),
        route("config/mergePolicies", "GET", list_merge_policies),
        route("config/mergePolicies/{id}", "GET", look_up_merge_policy),
    ]


async def look_up(call: Call) -> Response:
    """``schema.name``, ``entityId`` and ``entityIdNS`` or an XID alone; for events the same of ``relatedEntityId``."""
    query = call.request.query_params
    _check_policy(query.get("mergePolicyId", ""))
    is_events = _is_events(query.get("schema.name", ""), query.get("relatedSchema.name", ""))
    prefix = "relatedEntityId" if is_events else "entityId"
    asked = _Asked(
        fields=_fields(query.get("fields", "").split(",")),
        query=_event_query(
            since=_whole(query.get("startTime")),
            until=_whole(query.get("endTime")),
            limit=_whole(query.get("limit")),
            order=query.get("orderby") or query.get("orderBy") or "",
            after=query.get("start", ""),
        ),
        filters=_filters(query.getlist("property")),
        address=dict(query),
    )
    identity = await _identity(call, query.get(prefix, ""), query.get(f"{prefix}NS", ""))
    view = await _find(call, identity)
    if view is None:
        raise _Refused(404, f"nobody has the identity {identity}")
    if is_events:
        return JSONResponse(await _events(call, view, identity, asked))
    return JSONResponse({xid_of(identity): profile_entity(view, identity, fields=asked.fields)})


async def look_up_several(call: Call) -> Response:
    """The same for up to 100 identities, asked for in the body; whoever is unknown is told as an empty entity."""
    try:
        body = msgspec.convert(await call.body(), _Bulk)
    except msgspec.ValidationError as error:
        raise _Refused(400, f"the body is not as it should be: {error}") from None
    _check_policy(body.merge_policy_id)
    is_events = _is_events(body.schema.name, body.related_schema.name)
    if not 0 < len(body.identities) <= MAX_IDENTITIES:
        raise _Refused(400, f"ask for 1 to {MAX_IDENTITIES} `identities` at once")
    asked = _Asked(
        fields=_fields(body.fields),
        query=_event_query(
            since=body.time_filter.start_time,
            until=body.time_filter.end_time,
            limit=body.limit,
            order=body.orderby,
            after="",
        ),
    )
    told: JsonObject = {}
    for named in body.identities:
        identity = await _identity(call, named.entity_id, named.entity_id_ns.code)
        view = await _find(call, identity)
        if view is None:
            answer = no_entity(identity)
        elif is_events:
            answer = await _events(call, view, identity, asked)
        else:
            answer = profile_entity(view, identity, fields=asked.fields)
        requested = {"entityId": named.entity_id, "entityIdNS": {"code": identity.namespace}}
        told[xid_of(identity)] = {**answer, "requestedIdentity": requested}
    return JSONResponse(told)


async def delete(call: Call) -> Response:
    """Has the person forgotten: from profiles, and from the lake too. The core does it, after the answer."""
    query = call.request.query_params
    if query.get("schema.name", "") != PROFILE:
        raise _Refused(400, f"`schema.name` is {PROFILE}: a person is deleted as a whole")
    identity = await _identity(call, query.get("entityId", ""), query.get("entityIdNS", ""))
    work = partial(
        request_erasure,
        erasure_id=call.new_hex(32),
        namespace=identity.namespace,
        identity=identity.id,
        requested_ms=call.services.clock_ms(),
        requested_by=call.caller.name,
    )
    await call.write(work)
    return Response(status_code=202)


async def list_merge_policies(call: Call) -> Response:
    policies = [merge_policy(call.caller.org_id)]
    return JSONResponse({"_page": {"totalCount": 1, "pageSize": 1}, "children": policies})


async def look_up_merge_policy(call: Call) -> Response:
    if call.part("id") != MERGE_POLICY_ID:
        raise _Refused(404, f"there is one merge policy, {MERGE_POLICY_ID}")
    return JSONResponse(merge_policy(call.caller.org_id))


async def _events(call: Call, view: ProfileView, identity: Identity, asked: _Asked) -> JsonObject:
    page = await call.services.profiles.events(view.id, asked.query)
    following = {**(asked.address or {}), "start": page.next}
    return event_entities(
        [event for event in page.events if all(holds(event.xdm) for holds in asked.filters)],
        identity,
        fields=asked.fields,
        newest_first=asked.query.newest_first,
        next_=page.next,
        href="" if asked.address is None else f"{call.request.url.path}?{urlencode(following)}",
    )


async def _find(call: Call, identity: Identity) -> ProfileView | None:
    try:
        return await call.services.profiles.find(identity, limit_events=0)
    except ProfileStoreMissing:
        return None


async def _identity(call: Call, identifier: str, namespace: str) -> Identity:
    """Which one is meant. Documented requests write ``email`` for ``Email``: case counts only where both are there."""
    if not identifier:
        raise _Refused(400, "name the person: `entityId` and `entityIdNS` (of events: `relatedEntityId`), or an XID")
    if not namespace:
        found = identity_of(identifier)
        if found is None:
            raise _Refused(400, f"{identifier[:200]!r} is no XID: give its namespace as `entityIdNS`")
        return found
    exact = Identity(namespace=Namespace(namespace), id=identifier)
    try:
        there = await call.services.profiles.search(identifier)
    except ProfileStoreMissing:
        there = ()
    alike = [one for one in there if one.namespace.casefold() == namespace.casefold()]
    return exact if exact in alike or len(alike) != 1 else alike[0]


def _is_events(schema: str, related: str) -> bool:
    if schema == PROFILE:
        return False
    if schema == EVENT and related in (PROFILE, ""):
        return True
    raise _Refused(400, f"`schema.name` is {PROFILE}, or {EVENT} with `relatedSchema.name` {PROFILE}")


def _check_policy(identifier: str) -> None:
    if identifier not in ("", MERGE_POLICY_ID):
        raise _Refused(400, f"there is one merge policy, {MERGE_POLICY_ID}: leave `mergePolicyId` out, or give that")


def _fields(given: Sequence[str]) -> Sequence[str]:
    fields = [path.strip() for path in given if path.strip()]
    if len(fields) > _MAX_FIELDS:
        raise _Refused(400, f"`fields` names more than {_MAX_FIELDS} paths")
    return fields


def _filters(given: Sequence[str]) -> Sequence[EventFilter]:
    if len(given) > _MAX_FILTERS:
        raise _Refused(400, f"at most {_MAX_FILTERS} times `property`")
    try:
        return [event_filter(text) for text in given]
    except FilterRefused as error:
        raise _Refused(400, str(error)) from None


def _event_query(*, since: int | None, until: int | None, limit: int | None, order: str, after: str) -> EventQuery:
    if order not in ("", "timestamp", "+timestamp", " timestamp", "-timestamp"):
        raise _Refused(400, "`orderby` is timestamp, +timestamp or -timestamp")
    if limit is not None and not 0 < limit <= MAX_EVENTS_PER_FIND:
        raise _Refused(400, f"`limit` is 1 to {MAX_EVENTS_PER_FIND:,}")
    return EventQuery(
        since_ms=since,
        until_ms=until,
        after=after,
        limit=limit or MAX_EVENTS_PER_FIND,
        newest_first=order == "-timestamp",
    )


def _whole(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise _Refused(400, f"{text[:40]!r} is no whole number; times are milliseconds since 1970")
    return int(text)


def _told(endpoint: Endpoint) -> Endpoint:
    """With what it raises in the shape that this API's clients know."""

    async def answer(call: Call) -> Response:
        try:
            return await endpoint(call)
        except _Refused as error:
            return _error(error.status, str(error))
        except ProfileStoreUnavailable as error:
            return _error(503, str(error), **{"retry-after": "5"})

    return answer


def _error(status: int, message: str, **headers: Any) -> Response:
    body = {"message": f"UPS-{status}: {message}", "cause": {}, "statusCode": str(status)}
    return JSONResponse(body, status_code=status, headers=headers)
