"""One schema, or what schemas are made of: its fields as a tree, its history, where it is used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.schema.authoring import for_profiles
from server.schema.errors import SchemaError
from server.schema.importing import ImportRefused
from server.schema.kinds import Kind
from server.schema.outline import Outline, count, matching
from server.schema.registry import ChangeRefused, identity_reason
from server.schema.unions import is_for_profiles
from server.store.authoring import author_component, component_history
from server.store.registry import remove_component
from server.web.access.roles import may_edit
from server.web.forms.signed_form import read_signed_form
from server.web.pages.schema_lists import Builtins
from server.web.pages.schema_union import OPEN_FIELDS, union_href
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.live_facts import iso
from server.web.views.schema_view import (
    KIND_WORDS,
    ComponentRow,
    FieldChange,
    Snapshot,
    change_of,
    component_row,
    json_text,
    made_of,
    outline_or_fault,
    snapshot,
    used_by,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One state that a component had."""

    version: str
    """Such as 1.2."""
    at: str
    """ISO 8601."""
    by: str
    """Who saved it; empty for one that came with the product."""
    changes: Sequence[FieldChange]
    """None for the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaPage:
    """Context of templates/schemas/show.html."""

    template: ClassVar[str] = "schemas/show.html"
    section: ClassVar[str] = "schemas"

    component: ComponentRow
    name: str
    """As addresses have it."""
    word: str
    """What one of its kind is called."""
    list_name: str
    """What the list of them is called."""
    parts: Sequence[tuple[str, str]]
    """(title, address) of what it is put together from."""
    users: Sequence[tuple[str, str]]
    """(title, address) of the schemas that it is a part of."""
    fields: Sequence[Outline]
    """Those that were searched for, or all."""
    total: int
    """How many fields there are, searched for or not."""
    query: str
    """What was searched for; empty for all."""
    is_open: bool
    """The tree is small enough to be read at once, or holds what was searched for."""
    tenant: str
    """The name that own fields are below, with its underscore."""
    fault: str
    """Why its fields cannot be shown; empty when they can."""
    versions: Sequence[VersionView]
    """The newest first; none for what is built in."""
    document: str
    """As it is kept, as JSON."""
    union_href: str
    """Where the profiles of its class are shown; empty when it is not for profiles."""
    profile_reason: str
    """Why it cannot be for profiles; empty when it can."""
    is_own: bool
    """It is the installation's, and so can be changed."""
    can_edit: bool
    """This person may change schemas."""
    refusals: Sequence[str]
    """Why what was just asked for was not done."""
    is_saved: bool
    """It was just saved."""


def routes(templates: Templates, builtins: Builtins) -> Sequence[Route]:
    """``schema``, ``schema-json``, ``schema-profile``, ``schema-delete``."""

    async def page(request: Request[ConsoleState], refusals: Sequence[str]) -> SchemaPage:
        return await request.state["services"].database.read(_page(request, builtins(), refusals))

    async def show(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await page(request, ()))

    async def as_json(request: Request[ConsoleState]) -> Response:
        def work(connection: Connection) -> JsonObject:
            now = snapshot(connection, builtins())
            try:
                return now.resolved(found(request, now))
            except SchemaError as error:
                raise HTTPException(404, str(error)) from error

        return JSONResponse(await request.state["services"].database.read(work))

    async def enable(request: Request[ConsoleState]) -> Response:
        await read_signed_form(request)
        services, user = request.state["services"], editor(request)

        def work(connection: Connection) -> None:
            now = snapshot(connection, builtins())
            document = own(request, now)
            author_component(
                connection,
                for_profiles(document),
                kind=Kind.SCHEMAS,
                identifier=document["$id"],
                tenant=now.tenant,
                builtins=builtins(),
                now_ms=services.clock_ms(),
                by=user,
            )

        try:
            await services.database.write(work)
        except (ChangeRefused, ImportRefused) as error:
            return templates.render(request, await page(request, reasons_of(error)), status=400)
        return RedirectResponse(f"{_address(request)}?saved=1", status_code=303)

    async def delete(request: Request[ConsoleState]) -> Response:
        await read_signed_form(request)
        editor(request)
        services = request.state["services"]

        def work(connection: Connection) -> str:
            document = own(request, snapshot(connection, builtins()))
            remove_component(connection, document["$id"], builtins=builtins())
            return str(document["meta:resourceType"])

        try:
            kind = await services.database.write(work)
        except ChangeRefused as error:
            return templates.render(request, await page(request, error.reasons), status=400)
        return RedirectResponse(f"{path_for(request, 'schemas')}?kind={kind}", status_code=303)

    return (
        Route("/schemas/{name}", show, name="schema"),
        Route("/schemas/{name}/json", as_json, name="schema-json"),
        Route("/schemas/{name}/profile", enable, methods=["POST"], name="schema-profile"),
        Route("/schemas/{name}/delete", delete, methods=["POST"], name="schema-delete"),
    )


def found(request: Request[ConsoleState], now: Snapshot) -> JsonObject:
    """The component that the address names. Raises HTTPException."""
    document = now.find(request.path_params["name"])
    if document is None:
        raise HTTPException(404, "There is no schema here: the address is wrong, or it was deleted.")
    return document


def own(request: Request[ConsoleState], now: Snapshot) -> JsonObject:
    """The same, of what may be changed. Raises HTTPException."""
    document = found(request, now)
    if not now.is_own(document):
        raise HTTPException(403, "What is built in stays as it is. Make one of your own, and use this in it.")
    return document


def editor(request: Request[ConsoleState]) -> str:
    """The name of who asks, who may change schemas. Raises HTTPException."""
    if not may_edit(request):
        raise HTTPException(403, "Changing schemas is for editors and administrators.")
    return request.state["signed_in"].user.name


def reasons_of(error: ChangeRefused | ImportRefused | SchemaError) -> Sequence[str]:
    """Why something was refused, each reason a sentence."""
    match error:
        case ChangeRefused():
            return error.reasons
        case ImportRefused():
            return [str(fault).removeprefix(": ") for fault in error.faults]
    return [error.message]


def _page(
    request: Request[ConsoleState], builtins: Mapping[str, JsonObject], refusals: Sequence[str]
) -> Callable[[Connection], SchemaPage]:
    query = request.query_params.get("q", "").strip()

    def work(connection: Connection) -> SchemaPage:
        now = snapshot(connection, builtins)
        document = found(request, now)
        kind = Kind(document["meta:resourceType"])
        fields, fault = outline_or_fault(now, document)
        total = count(fields)
        is_schema, is_own = kind is Kind.SCHEMAS, now.is_own(document)
        class_id = now.registry.class_id(str(document.get("meta:class", "")))
        return SchemaPage(
            component=component_row(request, now, document),
            name=request.path_params["name"],
            word=KIND_WORDS[kind][0],
            list_name=KIND_WORDS[kind][1],
            parts=made_of(request, now, document),
            users=() if is_schema else used_by(request, now, document),
            fields=matching(fields, query),
            total=total,
            query=query,
            is_open=bool(query) or total <= OPEN_FIELDS,
            tenant=f"_{now.tenant}",
            fault=fault,
            versions=_versions(connection, now, document),
            document=json_text(document),
            union_href=union_href(request, class_id) if is_for_profiles(document) else "",
            profile_reason=_profile_reason(now, document) if is_schema and is_own else "",
            is_own=is_own,
            can_edit=may_edit(request),
            refusals=refusals,
            is_saved="saved" in request.query_params,
        )

    return work


def _versions(connection: Connection, now: Snapshot, document: JsonObject) -> Sequence[VersionView]:
    history = component_history(connection, document["$id"], now.registry) if now.is_own(document) else ()
    return [
        VersionView(
            version=version.version,
            at=iso(version.saved_ms),
            by=version.saved_by,
            changes=[change_of(line) for line in changes],
        )
        for version, changes in reversed(history)
    ]


def _profile_reason(now: Snapshot, document: JsonObject) -> str:
    try:
        return identity_reason(now.resolved(document)) or ""
    except SchemaError as error:
        return str(error)


def _address(request: Request[ConsoleState]) -> str:
    return path_for(request, "schema", name=quote(request.path_params["name"], safe=""))
