"""The schemas, field groups, classes and data types there are: the tenant's own and what is built in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.schema.kinds import Kind
from server.web.access.roles import may_edit
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.schema_view import KIND_WORDS, ORIGINS, ComponentRow, component_row, snapshot

Builtins = Callable[[], Mapping[str, JsonObject]]
"""What is built in, read when it is first asked for."""

# More nobody reads: the search is what finds the rest.
MAX_ROWS = 300

_KINDS = (Kind.SCHEMAS, Kind.FIELD_GROUPS, Kind.CLASSES, Kind.DATA_TYPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One of the lists."""

    label: str
    """What is in it."""
    href: str
    """Where it is."""
    count: int
    """How many are in it."""
    is_current: bool
    """It is looked at now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemasPage:
    """Context of templates/schemas/index.html."""

    template: ClassVar[str] = "schemas/index.html"
    section: ClassVar[str] = "schemas"

    kind: Kind
    word: str
    """What one of this kind is called."""
    tabs: Sequence[Tab]
    rows: Sequence[ComponentRow]
    more: int
    """How many there are beyond those."""
    query: str
    """What was searched for; empty for all."""
    origin: str
    """One of ``origins`` that the list is filtered by; empty for any."""
    origins: Sequence[tuple[str, str]]
    """(value, words)."""
    imported: int
    """How many components were just imported."""
    is_new: bool
    """This installation has no schema at all."""
    can_edit: bool
    """This person may make schemas."""


def routes(templates: Templates, builtins: Builtins) -> Sequence[Route]:
    """``schemas``."""

    async def index(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await request.state["services"].database.read(_page(request, builtins())))

    return (Route("/schemas", index, name="schemas"),)


def _page(request: Request[ConsoleState], builtins: Mapping[str, JsonObject]) -> Callable[[Connection], SchemasPage]:
    asked = request.query_params
    kind = next((each for each in _KINDS if each == asked.get("kind")), Kind.SCHEMAS)
    query, origin = asked.get("q", "").strip(), asked.get("origin", "")
    imported = asked.get("imported", "")

    def work(connection: Connection) -> SchemasPage:
        now = snapshot(connection, builtins)
        documents = now.documents()
        rows = [component_row(request, now, each) for each in documents if each["meta:resourceType"] == kind]
        fitting = sorted(
            (row for row in rows if origin in ("", row.origin) and _matches(row, query)),
            key=lambda row: (row.origin == "builtin", row.title.casefold()),
        )
        there = {row.origin for row in rows}
        return SchemasPage(
            kind=kind,
            word=KIND_WORDS[kind][0],
            tabs=[_tab(request, each, documents, is_current=each is kind) for each in _KINDS],
            rows=fitting[:MAX_ROWS],
            more=max(0, len(fitting) - MAX_ROWS),
            query=query,
            origin=origin if origin in ORIGINS else "",
            origins=[pair for pair in ORIGINS.items() if pair[0] in there or pair[0] == origin],
            imported=int(imported) if imported.isascii() and imported.isdecimal() and len(imported) < 6 else 0,
            is_new=not any(each["meta:resourceType"] == Kind.SCHEMAS for each in documents),
            can_edit=may_edit(request),
        )

    return work


def _tab(request: Request[ConsoleState], kind: Kind, documents: Sequence[JsonObject], *, is_current: bool) -> Tab:
    href = path_for(request, "schemas") + ("" if kind is Kind.SCHEMAS else f"?{urlencode({'kind': kind.value})}")
    count = sum(document["meta:resourceType"] == kind for document in documents)
    return Tab(label=KIND_WORDS[kind][1], href=href, count=count, is_current=is_current)


def _matches(row: ComponentRow, query: str) -> bool:
    names = [name for _, name in row.datasets]
    return query.casefold() in "\n".join((row.title, row.description, row.id, *row.classes, *names)).casefold()
