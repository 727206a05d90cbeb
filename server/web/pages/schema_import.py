"""Importing schemas from files: the same reading as `heliograph schema import`, with every fault said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.schema.importing import MAX_FILE_BYTES, MAX_FILES, Fault, ImportRefused
from server.schema.registry import ChangeRefused
from server.store.authoring import import_files
from server.store.components import StoredComponent
from server.web.forms.uploads import MAX_UPLOAD_BYTES, Upload, read_signed_files
from server.web.pages.schema_lists import Builtins
from server.web.pages.schema_show import editor
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.schema_view import component_href

# A page lists so many faults; who has more mends those first.
_MAX_FAULTS = 50

_PASTED = "what was pasted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaImportPage:
    """Context of templates/schemas/import.html."""

    template: ClassVar[str] = "schemas/import.html"
    section: ClassVar[str] = "schemas"

    pasted: str
    """What was pasted into the form."""
    faults: Sequence[Fault]
    """What is wrong with the files."""
    more_faults: int
    """How many there are beyond those."""
    refusals: Sequence[str]
    """Why they cannot be kept beside what is there."""
    is_empty: bool
    """It was sent without anything."""
    max_files: int
    """At once."""
    max_file_bytes: int
    """Of one file."""
    max_bytes: int
    """Of all together."""


def routes(templates: Templates, builtins: Builtins) -> Sequence[Route]:
    """``schema-import``, ``schema-import-files``."""

    async def form(request: Request[ConsoleState]) -> Response:
        editor(request)
        return templates.render(request, _page())

    async def take(request: Request[ConsoleState]) -> Response:
        upload = await read_signed_files(request)
        user, services = editor(request), request.state["services"]
        pasted = upload.fields.get("pasted", "").strip()
        files = _files(upload, pasted)
        if not files:
            return templates.render(request, _page(is_empty=True), status=400)

        def work(connection: Connection) -> Sequence[tuple[StoredComponent, bool]]:
            return import_files(connection, files, builtins=builtins(), now_ms=services.clock_ms(), by=user)

        try:
            made = await services.database.write(work)
        except ImportRefused as error:
            return templates.render(request, _page(pasted=pasted, faults=error.faults), status=400)
        except ChangeRefused as error:
            return templates.render(request, _page(pasted=pasted, refusals=error.reasons), status=400)
        return RedirectResponse(_after(request, [item for item, _ in made]), status_code=303)

    return (
        Route("/schemas/import", form, name="schema-import"),
        Route("/schemas/import", take, methods=["POST"], name="schema-import-files"),
    )


def _files(upload: Upload, pasted: str) -> Mapping[str, bytes]:
    return {**upload.files, **({_PASTED: pasted.encode()} if pasted else {})}


def _after(request: Request[ConsoleState], made: Sequence[StoredComponent]) -> str:
    """The page of the one that was imported, or the list of what most of many are."""
    if len(made) == 1:
        return f"{component_href(request, made[0].id)}?saved=1"
    kinds = [item.kind for item in made]
    kind = max(kinds, key=kinds.count, default="schemas")
    return f"{path_for(request, 'schemas')}?kind={kind}&origin=imported&imported={len(made)}"


def _page(
    *, pasted: str = "", faults: Sequence[Fault] = (), refusals: Sequence[str] = (), is_empty: bool = False
) -> SchemaImportPage:
    return SchemaImportPage(
        pasted=pasted,
        faults=faults[:_MAX_FAULTS],
        more_faults=max(0, len(faults) - _MAX_FAULTS),
        refusals=refusals[:_MAX_FAULTS],
        is_empty=is_empty,
        max_files=MAX_FILES,
        max_file_bytes=MAX_FILE_BYTES,
        max_bytes=MAX_UPLOAD_BYTES,
    )
