"""`/api/v1/properties/{property}/…`: what publishing would change, publishing, and going back."""

from functools import partial

from sqlalchemy import Connection
from starlette.responses import Response

from server.model.property import ENVIRONMENTS
from server.property.diff import diff_properties
from server.publish import PropertyRefused, publish_property
from server.store.properties import find_build, list_environments, point_environment
from server.store.revisions import list_publications
from server.store.users import Role
from server.web.access.property_access import role_may_publish
from server.web.api.call import Call
from server.web.api.errors import ApiError
from server.web.api.managed import whole_number
from server.web.api.v1.operation import (
    DEFAULT_PAGE,
    MAX_PAGE,
    PAGE,
    ROOT,
    Operation,
    answer,
    body_of,
    path_parameter,
    query_parameter,
)
from server.web.api.v1.properties import found_property, refused
from server.web.api.v1.shapes import Changes, Publications, PublicationShape, Publish
from server.web.views.live_facts import iso

_ID = path_parameter("property", "Id of the property.")
_BASE = f"{ROOT}/properties/{{property}}"


async def changes(call: Call) -> Response:
    environment = call.request.query_params.get("environment", "production")
    if environment not in ENVIRONMENTS:
        raise ApiError(400, "Invalid request", f"`environment` is one of {', '.join(ENVIRONMENTS)}")

    def work(connection: Connection) -> Changes:
        stored = found_property(connection, call.part("property"))
        pointers = {each.name: each.build_hash for each in list_environments(connection, stored.id)}
        build = find_build(connection, pointers[environment]) if environment in pointers else None
        if build is None:
            return Changes(environment=environment, build=None, changes=[])
        told = diff_properties(build.document, stored.document)
        return Changes(environment=environment, build=build.hash, changes=list(told))

    return answer(await call.read(work))


async def publications(call: Call) -> Response:
    limit = whole_number(call.request, "limit", usual=DEFAULT_PAGE, least=1, most=MAX_PAGE)
    return answer(await call.read(partial(_publications, call=call, limit=limit)))


async def publish(call: Call) -> Response:
    asked = await body_of(call, Publish)
    if not role_may_publish(call.caller.role, asked.environment):
        raise ApiError(403, "Not allowed", f"publishing to {asked.environment} is for approvers and administrators")

    def work(connection: Connection) -> PublicationShape:
        _publish(connection, call, asked)
        return _publications(connection, call=call, limit=1).items[0]

    return answer(await call.write(work), status=201)


def _publish(connection: Connection, call: Call, asked: Publish) -> None:
    services, stored = call.services, found_property(connection, call.part("property"))
    if asked.build is None:
        try:
            publish_property(
                connection,
                stored.id,
                environment=asked.environment,
                fragments=services.fragments,
                org_id=call.caller.org_id,
                now_ms=services.clock_ms(),
                by=call.caller.name,
                reason=asked.reason,
            )
        except PropertyRefused as error:
            raise refused(error) from None
        return
    build = find_build(connection, asked.build)
    if build is None or build.property_id != stored.id or build.environment != asked.environment:
        raise ApiError(404, "Not found", f"{asked.environment} never had a build {asked.build[:80]!r}")
    point_environment(
        connection,
        property_id=stored.id,
        name=asked.environment,
        build_hash=build.hash,
        published_ms=services.clock_ms(),
        published_by=call.caller.name,
        reason=asked.reason or f"Went back to build {build.hash[:8]}",
    )


def _publications(connection: Connection, *, call: Call, limit: int) -> Publications:
    stored = found_property(connection, call.part("property"))
    return Publications(
        items=[
            PublicationShape(
                id=each.id,
                environment=each.environment,
                build=each.build_hash,
                bytes=each.build_bytes,
                published_at=iso(each.published_ms),
                published_by=each.published_by,
                reason=each.reason,
            )
            for each in list_publications(connection, stored.id, limit=limit)
        ]
    )


_GROUP = "Publishing"

OPERATIONS = (
    Operation(
        method="GET",
        path=f"{_BASE}/changes",
        name="listChanges",
        group=_GROUP,
        about="What publishing the draft would change, in sentences.",
        role=Role.VIEWER,
        endpoint=changes,
        parameters=(
            _ID,
            query_parameter("environment", "Where.", type="string", enum=list(ENVIRONMENTS), default="production"),
        ),
        gives=Changes,
        refusals=(400, 404),
    ),
    Operation(
        method="GET",
        path=f"{_BASE}/publications",
        name="listPublications",
        group=_GROUP,
        about="What was published where, when, by whom and why. The newest first.",
        role=Role.VIEWER,
        endpoint=publications,
        parameters=(_ID, PAGE[0]),
        gives=Publications,
        refusals=(400, 404),
    ),
    Operation(
        method="POST",
        path=f"{_BASE}/publications",
        name="publish",
        group=_GROUP,
        about="Build the draft and let an environment point to it, or go back to an earlier build.",
        role=Role.EDITOR,
        endpoint=publish,
        parameters=(_ID,),
        takes=Publish,
        gives=PublicationShape,
        status=201,
        refusals=(400, 404, 413, 415),
    ),
)
