"""`/api/v1/properties`: properties as documents, their revisions, and what faults a document has."""

from functools import partial

from sqlalchemy import Connection
from starlette.responses import Response

from server.model.json import JsonObject
from server.property.check import check_property
from server.property.custom_code import code_of
from server.publish import PropertyRefused, import_property
from server.store.properties import StoredProperty, find_property, list_environments, list_properties
from server.store.revisions import MAX_REVISIONS, list_revisions, revision_document
from server.store.users import Role
from server.web.api.call import Call
from server.web.api.errors import ApiError
from server.web.api.managed import check_if_match, etag_of, whole_number
from server.web.api.v1.operation import (
    DEFAULT_PAGE,
    IF_MATCH,
    MAX_PAGE,
    PAGE,
    ROOT,
    Operation,
    answer,
    body_of,
    next_address,
    path_parameter,
)
from server.web.api.v1.shapes import (
    Check,
    Properties,
    PropertyFault,
    PropertySummary,
    PublishedBuild,
    Revisions,
    RevisionSummary,
)
from server.web.views.live_facts import iso

_ID = path_parameter("property", "Id of the property.")
_BASE = f"{ROOT}/properties"


async def list_all(call: Call) -> Response:
    def work(connection: Connection) -> Properties:
        return Properties(items=[_summary(connection, stored) for stored in list_properties(connection)])

    return answer(await call.read(work))


async def create(call: Call) -> Response:
    document = await body_of(call, dict)
    property_id = _id_in(document)

    def work(connection: Connection) -> PropertySummary:
        if find_property(connection, property_id) is not None:
            raise ApiError(409, "Already there", f"there is a property {property_id!r}: change it with PUT")
        return _summary(connection, _import(connection, call, document, summary="Made by the API"))

    made = await call.write(work)
    headers = {"etag": etag_of(made.revision), "location": f"{_BASE}/{made.id}"}
    return answer(made, status=201, headers=headers)


async def read(call: Call) -> Response:
    stored = await call.read(partial(found_property, property_id=call.part("property")))
    return answer(stored.document, headers={"etag": etag_of(stored.version)})


async def replace(call: Call) -> Response:
    document, property_id = await body_of(call, dict), call.part("property")
    if _id_in(document) != property_id:
        raise ApiError(400, "Invalid request", f"`property.id` of the document is not {property_id!r}, as its address")

    def work(connection: Connection) -> PropertySummary:
        stored = found_property(connection, property_id)
        check_if_match(call.request, stored.version, required=True)
        return _summary(connection, _import(connection, call, document, summary="Changed by the API"))

    made = await call.write(work)
    return answer(made, headers={"etag": etag_of(made.revision)})


async def check(call: Call) -> Response:
    faults = check_property(await body_of(call, dict), call.services.modules)
    return answer(Check(faults=[PropertyFault(path=f.path, message=f.message, cure=f.cure) for f in faults]))


async def revisions(call: Call) -> Response:
    limit = whole_number(call.request, "limit", usual=DEFAULT_PAGE, least=1, most=MAX_PAGE)
    before = whole_number(call.request, "before", usual=0, least=0, most=10**9 - 1)

    def work(connection: Connection) -> Revisions:
        stored = found_property(connection, call.part("property"))
        kept = list_revisions(connection, stored.id, limit=MAX_REVISIONS)
        older = [each for each in kept if not before or each.number < before]
        items = [
            RevisionSummary(
                number=each.number, saved_at=iso(each.saved_ms), saved_by=each.saved_by, summary=each.summary
            )
            for each in older[:limit]
        ]
        following = items[-1].number if len(older) > limit else None
        return Revisions(items=items, next=next_address(call, before=following))

    return answer(await call.read(work))


async def revision(call: Call) -> Response:
    def work(connection: Connection) -> JsonObject:
        stored = found_property(connection, call.part("property"))
        document = revision_document(connection, stored.id, int(call.part("number")))
        if document is None:
            raise ApiError(404, "Not found", "this revision never was, or is not kept any more")
        return document

    return answer(await call.read(work))


def found_property(connection: Connection, property_id: str) -> StoredProperty:
    """Raises ApiError 404."""
    stored = find_property(connection, property_id)
    if stored is None:
        raise ApiError(404, "Not found", f"there is no property {property_id[:100]!r}: `GET {_BASE}` lists them")
    return stored


def refused(error: PropertyRefused) -> ApiError:
    """Every fault with its place and its cure."""
    faults = [f"{fault.path or '/'}: {fault.message} {fault.cure}".strip() for fault in error.faults]
    return ApiError(400, "Invalid property", faults[0], faults=faults)


def _import(connection: Connection, call: Call, document: JsonObject, *, summary: str) -> StoredProperty:
    services = call.services
    before = find_property(connection, _id_in(document))
    changes_code = code_of(document) != code_of({} if before is None else before.document)
    if changes_code and not call.caller.role.includes(Role.DEVELOPER):
        raise ApiError(403, "Not allowed", "this changes custom code, which is for developers and administrators")
    try:
        return import_property(
            connection,
            document,
            services.modules,
            now_ms=services.clock_ms(),
            by=call.caller.name,
            summary=summary,
        )
    except PropertyRefused as error:
        raise refused(error) from None


def _id_in(document: JsonObject) -> str:
    head = document.get("property")
    found = head.get("id") if isinstance(head, dict) else None
    if not isinstance(found, str):
        raise ApiError(400, "Invalid request", "`property.id` is the id of the property, a text")
    return found


def _summary(connection: Connection, stored: StoredProperty) -> PropertySummary:
    return PropertySummary(
        id=stored.id,
        name=stored.name,
        revision=stored.version,
        updated_at=iso(stored.updated_ms),
        updated_by=stored.updated_by,
        published=[
            PublishedBuild(
                environment=each.name,
                build=each.build_hash,
                revision=each.revision,
                bytes=each.build_bytes,
                published_at=iso(each.published_ms),
                published_by=each.published_by,
            )
            for each in list_environments(connection, stored.id)
        ],
    )


_GROUP = "Properties"

OPERATIONS = (
    Operation(
        method="GET",
        path=_BASE,
        name="listProperties",
        group=_GROUP,
        about="All properties, and what is published of each.",
        role=Role.VIEWER,
        endpoint=list_all,
        gives=Properties,
    ),
    Operation(
        method="POST",
        path=_BASE,
        name="createProperty",
        group=_GROUP,
        about="A new property from a document in the format of the property file.",
        role=Role.EDITOR,
        endpoint=create,
        takes=dict,
        gives=PropertySummary,
        status=201,
        refusals=(400, 409, 413, 415),
    ),
    Operation(
        method="POST",
        path=f"{_BASE}/check",
        name="checkProperty",
        group=_GROUP,
        about="What is wrong with a document. Nothing is saved.",
        role=Role.VIEWER,
        endpoint=check,
        takes=dict,
        gives=Check,
        refusals=(400, 413, 415),
    ),
    Operation(
        method="GET",
        path=f"{_BASE}/{{property}}",
        name="getProperty",
        group=_GROUP,
        about="The draft, as a property file. Its etag is needed to change it.",
        role=Role.VIEWER,
        endpoint=read,
        parameters=(_ID,),
        gives=dict,
        refusals=(404,),
    ),
    Operation(
        method="PUT",
        path=f"{_BASE}/{{property}}",
        name="replaceProperty",
        group=_GROUP,
        about="Make a document the draft. What was before stays a revision.",
        role=Role.EDITOR,
        endpoint=replace,
        parameters=(_ID, IF_MATCH),
        takes=dict,
        gives=PropertySummary,
        refusals=(400, 404, 412, 413, 415, 428),
    ),
    Operation(
        method="GET",
        path=f"{_BASE}/{{property}}/revisions",
        name="listRevisions",
        group=_GROUP,
        about="What the draft was before: who saved it, when, and what was done. The newest first.",
        role=Role.VIEWER,
        endpoint=revisions,
        parameters=(_ID, *PAGE),
        gives=Revisions,
        refusals=(400, 404),
    ),
    Operation(
        method="GET",
        path=f"{_BASE}/{{property}}/revisions/{{number:int}}",
        name="getRevision",
        group=_GROUP,
        about="The document of a revision.",
        role=Role.VIEWER,
        endpoint=revision,
        parameters=(_ID, path_parameter("number", "Of the revision.", type="integer", minimum=0)),
        gives=dict,
        refusals=(404,),
    ),
)
