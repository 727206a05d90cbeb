"""Custom code of a property: developers write it, another person reads what has changed and approves it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.model.property import Fault
from server.property.custom_code import CAPABILITIES, DEFAULT_TIMEOUT
from server.publish import PropertyRefused, UnknownModule, approve_module
from server.store.properties import StoredProperty
from server.store.revisions import list_revisions, revision_document
from server.web.access.property_access import load_property
from server.web.access.release_roles import may_review
from server.web.access.roles import may_write_code
from server.web.forms.drafts import EditConflict
from server.web.forms.property_edits import revision_number, save_as_asked
from server.web.forms.signed_form import Form, read_signed_form
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.code_view import CodeModule, PastModule, code_module
from server.web.views.live_facts import iso

# How far back it is looked for when somebody wrote or approved what is there.
_LOOKED_AT = 60

_DONE = {
    "saved": "Saved. Now another person has to approve it.",
    "approved": "Approved, exactly as it is shown.",
    "deleted": "Deleted.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownModule:
    """One module, and what this person may do with it."""

    module: CodeModule
    written_at: str
    """ISO 8601; empty when it is not known."""
    approved_at: str
    """As above."""
    may_approve: bool
    """This person may approve it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedModule:
    """What somebody typed and could not be saved, or nothing yet."""

    name: str = ""
    """Of the module."""
    code: str = ""
    """Its text."""
    timeout: str = DEFAULT_TIMEOUT
    """As it is written."""
    description: str = ""
    """For people."""
    capabilities: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomCodePage:
    """Context of templates/properties/code.html."""

    template: ClassVar[str] = "properties/code.html"
    section: ClassVar[str] = "properties"
    tab: ClassVar[str] = "code"

    stored: StoredProperty
    is_off: bool
    """The property allows no custom code."""
    modules: Sequence[ShownModule]
    can_write: bool
    """Who looks may write code."""
    capabilities: Sequence[str]
    typed: TypedModule
    faults: Sequence[Fault]
    done: str
    """What was done a moment ago; empty when nothing was."""


def routes(templates: Templates) -> Sequence[Route]:
    """``code``, ``code-save``, ``code-approve``, ``code-delete``."""

    async def show(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await _page(request, done=_DONE.get(request.query_params.get("done", ""), "")))

    async def save(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        _require_developer(request)
        typed, stored = _typed(form), await load_property(request)
        change = partial(_written, typed=typed, author=request.state["signed_in"].user.name)
        return await _saved(
            request, stored, form, change, typed=typed, summary=f"Module {typed.name} written", done="saved"
        )

    async def delete(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        _require_developer(request)
        name, stored = form.get("name", ""), await load_property(request)
        return await _saved(
            request,
            stored,
            form,
            partial(_without, name=name),
            typed=TypedModule(),
            summary=f"Module {name} deleted",
            done="deleted",
        )

    async def approve(request: Request[ConsoleState]) -> Response:
        form = await read_signed_form(request)
        if not may_review(request):
            raise HTTPException(403, "Approving custom code is for approvers and administrators.")
        stored, services = await load_property(request), request.state["services"]
        work = partial(
            approve_module,
            property_id=stored.id,
            name=form.get("name", ""),
            approved=form.get("hash", "") or "-",
            modules=services.modules,
            now_ms=services.clock_ms(),
            by=request.state["signed_in"].user.name,
        )
        try:
            await services.database.write(work)
        except UnknownModule:
            raise HTTPException(404, "There is no such module.") from None
        except PropertyRefused as refused:
            return templates.render(request, await _page(request, faults=refused.faults), status=409)
        return _back(request, stored, done="approved")

    async def _saved(
        request: Request[ConsoleState],
        stored: StoredProperty,
        form: Form,
        change: partial[JsonObject],
        *,
        typed: TypedModule,
        summary: str,
        done: str,
    ) -> Response:
        faults: Sequence[Fault]
        try:
            await save_as_asked(
                request,
                stored,
                change,
                of=lambda document: document.get("modules"),
                version=revision_number(form.get("version", "")),
                summary=summary,
            )
        except PropertyRefused as refused:
            faults = refused.faults
        except EditConflict as conflict:
            who = ", ".join(conflict.by) or "Somebody"
            faults = [
                Fault("/modules", f"{who} changed the property's code meanwhile.", "Look at it, then save again.")
            ]
        else:
            return _back(request, stored, done=done)
        return templates.render(request, await _page(request, typed=typed, faults=faults), status=400)

    async def _page(
        request: Request[ConsoleState],
        *,
        typed: TypedModule = TypedModule(),
        faults: Sequence[Fault] = (),
        done: str = "",
    ) -> CustomCodePage:
        stored = await load_property(request)
        found = await request.state["services"].database.read(partial(_modules, stored=stored))
        who, reviews = request.state["signed_in"].user.name, may_review(request)
        about = stored.document["property"].get("settings", {})
        return CustomCodePage(
            stored=stored,
            is_off=about.get("customCode", "off") == "off",
            modules=[
                ShownModule(
                    module=each,
                    written_at="" if each.written_ms is None else iso(each.written_ms),
                    approved_at="" if each.approved_ms is None else iso(each.approved_ms),
                    may_approve=reviews and not each.is_approved and who != each.author,
                )
                for each in found
            ],
            can_write=may_write_code(request),
            capabilities=CAPABILITIES,
            typed=typed,
            faults=faults,
            done=done,
        )

    base = "/properties/{property_id}/code"
    return (
        Route(base, show, name="code"),
        Route(base, save, methods=["POST"], name="code-save"),
        Route(f"{base}/approval", approve, methods=["POST"], name="code-approve"),
        Route(f"{base}/deletion", delete, methods=["POST"], name="code-delete"),
    )


def _require_developer(request: Request[ConsoleState]) -> None:
    if not may_write_code(request):
        raise HTTPException(403, "Writing custom code is for developers and administrators.")


def _typed(form: Form) -> TypedModule:
    return TypedModule(
        name=form.get("name", "").strip(),
        # Browsers send line ends as CR LF.
        code=form.get("code", "").replace("\r\n", "\n"),
        timeout=form.get("timeout", "").strip() or DEFAULT_TIMEOUT,
        description=form.get("description", "").strip(),
        capabilities=[each for each in CAPABILITIES if each in form.getlist("capability")],
    )


def _written(document: JsonObject, *, typed: TypedModule, author: str) -> JsonObject:
    """What was approved before stays noted: whoever looks at it next sees what has changed since."""
    modules = document.get("modules", {})
    before = modules.get(typed.name, {})
    module = {
        **before,
        "code": typed.code,
        "capabilities": list(typed.capabilities),
        "timeout": typed.timeout,
        "author": before["author"] if before.get("code") == typed.code else author,
    }
    if typed.description:
        module["description"] = typed.description
    else:
        module.pop("description", None)
    return {**document, "modules": {**modules, typed.name: module}}


def _without(document: JsonObject, *, name: str) -> JsonObject:
    return {**document, "modules": {key: each for key, each in document.get("modules", {}).items() if key != name}}


def _modules(connection: Connection, *, stored: StoredProperty) -> Sequence[CodeModule]:
    names = [name for name in stored.document.get("modules", {}) if not name.startswith("x-")]
    return [code_module(name, stored.document, _past(connection, stored.id, name)) for name in sorted(names)]


def _past(connection: Connection, property_id: str, name: str) -> Iterator[PastModule]:
    for revision in list_revisions(connection, property_id, limit=_LOOKED_AT):
        document = revision_document(connection, property_id, revision.number) or {}
        module = document.get("modules", {}).get(name)
        if not isinstance(module, dict):
            return
        yield PastModule(revision=revision, module=module)


def _back(request: Request[ConsoleState], stored: StoredProperty, *, done: str) -> Response:
    return RedirectResponse(f"{path_for(request, 'code', property_id=stored.id)}?done={done}", status_code=303)
