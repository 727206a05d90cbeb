"""What the profiles of a class look like: everything that its schemas for profiles have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.schema.identifiers import alt_id
from server.schema.outline import Outline, count, field_sources, matching, outline
from server.schema.unions import is_for_profiles
from server.web.pages.schema_lists import Builtins
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.schema_view import component_href, snapshot

OPEN_FIELDS = 60
"""A tree of so many fields is read at once; a larger one opens where somebody looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnionPage:
    """Context of templates/schemas/union.html."""

    template: ClassVar[str] = "schemas/union.html"
    section: ClassVar[str] = "schemas"

    title: str
    """Of the class."""
    name: str
    """As addresses have it."""
    members: Sequence[tuple[str, str]]
    """(title, address) of the schemas that are in it."""
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


def routes(templates: Templates, builtins: Builtins) -> Sequence[Route]:
    """``schema-union``."""

    async def union(request: Request[ConsoleState]) -> Response:
        return templates.render(request, await request.state["services"].database.read(_union(request, builtins())))

    return (Route("/schemas/unions/{name}", union, name="schema-union"),)


def union_href(request: Request[ConsoleState], class_id: str) -> str:
    return path_for(request, "schema-union", name=quote(alt_id(class_id), safe=""))


def _union(request: Request[ConsoleState], builtins: Mapping[str, JsonObject]) -> Callable[[Connection], UnionPage]:
    name, query = request.path_params["name"], request.query_params.get("q", "").strip()

    def work(connection: Connection) -> UnionPage:
        now = snapshot(connection, builtins)
        registry = now.registry
        class_id = next((each for each in registry.union_classes() if alt_id(each) == name), None)
        if class_id is None:
            raise HTTPException(404, "No schema of this class is for profiles.")
        members = [
            document
            for document in registry.components.values()
            if is_for_profiles(document) and registry.class_id(str(document.get("meta:class"))) == class_id
        ]
        parts = [{"$ref": class_id}, *({"$ref": member["$id"]} for member in members)]
        fields = outline(registry.union(class_id), field_sources({"allOf": parts}, registry.find))
        total = count(fields)
        return UnionPage(
            title=now.title(class_id),
            name=name,
            members=[(str(member["title"]), component_href(request, member["$id"])) for member in members],
            fields=matching(fields, query),
            total=total,
            query=query,
            is_open=bool(query) or total <= OPEN_FIELDS,
            tenant=f"_{now.tenant}",
        )

    return work
