"""One field of a schema, and what is said of it from outside: identity, friendly name, what it points to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.schema.descriptors import (
    DEPRECATED,
    DESTINATIONS,
    FRIENDLY_NAME,
    IDENTITY,
    MAX_NAMESPACE_CHARS,
    ONE_TO_ONE,
    REFERENCE_IDENTITY,
    identity_fields,
)
from server.schema.errors import SchemaError
from server.schema.kinds import Kind
from server.schema.outline import Outline, find_field
from server.schema.registry import ChangeRefused
from server.store.authoring import describe_field
from server.store.registry import remove_descriptor
from server.web.access.roles import may_edit
from server.web.forms.signed_form import Form, read_signed_form
from server.web.identifiers import new_hex
from server.web.pages.schema_lists import Builtins
from server.web.pages.schema_show import editor, found, own, reasons_of
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.schema_view import ComponentRow, Snapshot, component_row, outline_or_fault, snapshot

NAMESPACES = ("ECID", "Email", "Phone", "CRMID", "CustomerId")
"""Codes that the platform, and the profile store's usual rules, know."""

_MAX_TITLE_CHARS = 200
_MAX_DESCRIPTION_CHARS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptorView:
    """One thing that is said of a field."""

    id: str
    """Empty where the schema's own document says it."""
    type: str
    """As XDM has it."""
    title: str
    """In a few words."""
    text: str
    """What it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFieldPage:
    """Context of templates/schemas/field.html."""

    template: ClassVar[str] = "schemas/field.html"
    section: ClassVar[str] = "schemas"

    component: ComponentRow
    name: str
    """Of the schema, as addresses have it."""
    field: Outline
    descriptors: Sequence[DescriptorView]
    primary: str
    """The dotted path of the schema's primary identity; empty for none."""
    namespaces: Sequence[str]
    """Codes to choose from."""
    schemas: Sequence[tuple[str, str]]
    """(id, title) of those that it can point to."""
    values: Mapping[str, str]
    """What was sent, where it was refused."""
    refusals: Sequence[str]
    """Why what was just asked for was not done."""
    refused: str
    """Which form that was; empty for none."""
    has_descriptors: bool
    """It is a schema of one's own: of others nothing can be said from outside."""
    can_edit: bool
    """This person may change schemas."""


def routes(templates: Templates, builtins: Builtins) -> Sequence[Route]:
    """``schema-field``, ``schema-describe``, ``schema-undescribe``."""

    async def page(
        request: Request[ConsoleState], pointer: str, *, form: Form | None = None, refusals: Sequence[str] = ()
    ) -> SchemaFieldPage:
        work = _page(request, builtins(), pointer, form=form, refusals=refusals)
        return await request.state["services"].database.read(work)

    async def show(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await page(request, request.query_params.get("path", "")))

    async def describe(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        user, services, pointer = editor(request), request.state["services"], form.get("path", "")

        def work(connection: Connection) -> None:
            now = snapshot(connection, builtins())
            document = own(request, now)
            for descriptor in _descriptors(form, document["$id"], pointer):
                named = {**descriptor, "@id": new_hex(services.new_token, 40)}
                describe_field(connection, named, builtins=builtins(), now_ms=services.clock_ms(), by=user)

        try:
            await services.database.write(work)
        except (SchemaError, ChangeRefused) as error:
            context = await page(request, pointer, form=form, refusals=reasons_of(error))
            return templates.render(request, context, status=400)
        return RedirectResponse(field_href(request, request.path_params["name"], pointer), status_code=303)

    async def undescribe(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        editor(request)
        pointer, wanted = form.get("path", ""), form.get("descriptor", "")

        def work(connection: Connection) -> None:
            now = snapshot(connection, builtins())
            known = now.registry.descriptors.get(own(request, now)["$id"], ())
            if not any(each["@id"] == wanted for each in known):
                raise HTTPException(404, "This is not said of the field any more.")
            remove_descriptor(connection, wanted, builtins=builtins())

        try:
            await request.state["services"].database.write(work)
        except ChangeRefused as error:
            context = await page(request, pointer, form=form, refusals=reasons_of(error))
            return templates.render(request, context, status=400)
        return RedirectResponse(field_href(request, request.path_params["name"], pointer), status_code=303)

    return (
        Route("/schemas/{name}/field", show, name="schema-field"),
        Route("/schemas/{name}/field", describe, methods=["POST"], name="schema-describe"),
        Route("/schemas/{name}/field/remove", undescribe, methods=["POST"], name="schema-undescribe"),
    )


def field_href(request: Request[ConsoleState], name: str, pointer: str) -> str:
    return f"{path_for(request, 'schema-field', name=quote(name, safe=''))}?{urlencode({'path': pointer})}"


def _page(
    request: Request[ConsoleState],
    builtins: Mapping[str, JsonObject],
    pointer: str,
    *,
    form: Form | None,
    refusals: Sequence[str],
) -> Callable[[Connection], SchemaFieldPage]:
    def work(connection: Connection) -> SchemaFieldPage:
        now = snapshot(connection, builtins)
        document = found(request, now)
        field = find_field(outline_or_fault(now, document)[0], pointer)
        if field is None:
            raise HTTPException(404, "The schema has no field here: the address is wrong, or the field is gone.")
        is_schema = document["meta:resourceType"] == Kind.SCHEMAS and now.is_own(document)
        schema = now.registry.schema(document["$id"]) if is_schema else document
        primary = next((each for each in identity_fields(schema) if each.is_primary), None)
        return SchemaFieldPage(
            component=component_row(request, now, document),
            name=request.path_params["name"],
            field=field,
            descriptors=[_view(each, now) for each in schema.get("meta:descriptors", ()) if _is_of(each, pointer)],
            primary="" if primary is None else ".".join(primary.path),
            namespaces=sorted({*NAMESPACES, *_used_namespaces(now)}),
            schemas=sorted(_others(now, document["$id"]), key=lambda pair: pair[1].casefold()),
            values=dict(form or {}),
            refusals=refusals,
            refused="" if form is None else form.get("type", "remove"),
            has_descriptors=is_schema,
            can_edit=may_edit(request),
        )

    return work


def _is_of(descriptor: Mapping[str, Any], pointer: str) -> bool:
    return descriptor.get("xdm:sourceProperty") == pointer


def _used_namespaces(now: Snapshot) -> set[str]:
    everything = [each for descriptors in now.registry.descriptors.values() for each in descriptors]
    return {str(each["xdm:namespace"]) for each in everything if "xdm:namespace" in each}


def _others(now: Snapshot, schema_id: str) -> Sequence[tuple[str, str]]:
    return [
        (name, str(document["title"]))
        for name, document in now.registry.components.items()
        if document["meta:resourceType"] == Kind.SCHEMAS and name != schema_id
    ]


def _view(descriptor: Mapping[str, Any], now: Snapshot) -> DescriptorView:
    type_ = str(descriptor.get("@type", ""))
    title, text = type_, ""
    if type_ == IDENTITY:
        is_primary = descriptor.get("xdm:isPrimary") is True
        title = "Primary identity" if is_primary else "Identity"
        text = f"It names a person, in the namespace {descriptor.get('xdm:namespace')}."
        text += " Every event or record has to have it." if is_primary else ""
    elif type_ == FRIENDLY_NAME:
        words = [*descriptor.get("xdm:title", {}).values(), *descriptor.get("xdm:description", {}).values()]
        title, text = "Friendly name", ": ".join(map(str, words)) or "Other suggested values."
    elif type_ == DEPRECATED:
        title, text = "Deprecated", "It is still taken, but not to be used any more."
    elif type_ == REFERENCE_IDENTITY:
        title, text = "Reference", f"It holds an identity of the namespace {descriptor.get('xdm:identityNamespace')}."
    elif type_ in DESTINATIONS:
        title, text = "Reference", f"It points to {now.title(str(descriptor.get('xdm:destinationSchema', '')))}."
    return DescriptorView(id=str(descriptor.get("@id", "")), type=type_, title=title, text=text)


def _descriptors(form: Form, schema_id: str, pointer: str) -> Sequence[JsonObject]:
    """What the form says of the field. Raises SchemaError for what it cannot mean."""
    about: JsonObject = {"xdm:sourceSchema": schema_id, "xdm:sourceVersion": 1, "xdm:sourceProperty": pointer}
    match form.get("type"):
        case "identity":
            namespace = form.get("namespace", "").strip()
            primary = {"xdm:isPrimary": "primary" in form}
            return [{"@type": IDENTITY, **about, "xdm:namespace": namespace, "xdm:property": "xdm:code", **primary}]
        case "name":
            title, description = form.get("title", "").strip(), form.get("description", "").strip()
            if not title or len(title) > _MAX_TITLE_CHARS or len(description) > _MAX_DESCRIPTION_CHARS:
                raise SchemaError(f"give the field a title of at most {_MAX_TITLE_CHARS} characters")
            words = {"xdm:title": {"en": title}} | ({"xdm:description": {"en": description}} if description else {})
            return [{"@type": FRIENDLY_NAME, **about, **words}]
        case "deprecated":
            return [{"@type": DEPRECATED, **about}]
        case "reference":
            return list(_references(form, about))
    raise HTTPException(400, "Choose what to say of the field.")


def _references(form: Form, about: JsonObject) -> Sequence[JsonObject]:
    target, namespace = form.get("schema", ""), form.get("namespace", "").strip()
    if not target and not 0 < len(namespace) <= MAX_NAMESPACE_CHARS:
        raise SchemaError("choose the schema that it points to, or the namespace of the identity that it holds")
    relation = {"@type": ONE_TO_ONE, **about, "xdm:destinationSchema": target, "xdm:destinationVersion": 1}
    identity = {"@type": REFERENCE_IDENTITY, **about, "xdm:identityNamespace": namespace}
    return [*([relation] if target else []), *([identity] if namespace else [])]
