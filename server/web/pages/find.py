"""Find: where to go, by a few letters of its name. A page of its own, and what the box over every page shows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import ClassVar
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.model.json import JsonObject
from server.property.edits import named
from server.schema.builtins import builtin_documents
from server.schema.kinds import Kind
from server.store import settings
from server.store.configuration import list_datastreams
from server.store.datasets import list_stored_datasets
from server.store.inlets import list_inlets
from server.store.properties import StoredProperty, list_properties
from server.store.users import Role
from server.web.navigation import navigation
from server.web.services import ConsoleState
from server.web.templating import Templates, path_for
from server.web.views.found import MAX_QUERY_CHARACTERS, Findable, find
from server.web.views.schema_view import KIND_WORDS, ORIGINS, component_row, snapshot

Path = Callable[..., str]
"""From a route's name and parameters to its address."""

# What can be begun from anywhere: (words, route, symbol).
_BEGINNINGS = (
    ("New property", "property-new", "property"),
    ("New datastream", "datastream-new", "datastream"),
    ("New connection", "connection-new", "send"),
    ("New schema", "schema-new", "schema"),
    ("Import schemas", "schema-import", "upload"),
)

# Pages of a property: (words, route).
_PROPERTY_PAGES = (
    ("Rules", "rules"),
    ("Data elements", "elements"),
    ("Publish", "publish"),
    ("History", "history"),
    ("New rule", "rule-new"),
    ("New data element", "element-new"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPage:
    """Context of templates/find/index.html."""

    template: ClassVar[str] = "find/index.html"
    section: ClassVar[str] = ""

    query: str
    """What was looked for; empty before anything was."""
    found: Sequence[Findable]
    elsewhere: Sequence[Findable]
    """Where events and persons are looked for by the same words."""


def routes(templates: Templates) -> Sequence[Route]:
    """``find``."""
    builtins = cache(builtin_documents)

    async def index(request: Request[ConsoleState]) -> Response:
        query = request.query_params.get("q", "").strip()[:MAX_QUERY_CHARACTERS]
        path = partial(path_for, request)
        kept = await request.state["services"].database.read(partial(_kept, request=request, builtins=builtins()))
        things = [*_places(path, role=request.state["signed_in"].user.role), *kept]
        page = FindPage(query=query, found=find(things, query), elsewhere=_elsewhere(path, query) if query else ())
        return templates.render(request, page)

    return (Route("/find", index, name="find"),)


def _places(path: Path, *, role: Role) -> Iterator[Findable]:
    for group in navigation("", path, role=role):
        for entry in group.entries:
            yield Findable(kind="page", label=entry.label, hint=group.label, href=entry.href, icon=entry.icon)
    yield Findable(kind="page", label="API", hint="for programs", href=path("api-docs"), icon="code")
    if role.includes(Role.EDITOR):
        for label, route, icon in _BEGINNINGS:
            yield Findable(kind="page", label=label, hint="", href=path(route), icon=icon)


def _kept(
    connection: Connection, *, request: Request[ConsoleState], builtins: Mapping[str, JsonObject]
) -> Sequence[Findable]:
    """Everything of the control plane that has a name."""
    path = partial(path_for, request)
    found = [thing for stored in list_properties(connection) for thing in _of_property(stored, path)]
    org_id = settings.get_setting(connection, settings.ORG_ID) or ""
    found += [
        Findable(
            kind="datastream",
            label=each.name,
            hint=each.id,
            href=path("datastream", datastream_id=each.id),
            icon="datastream",
        )
        for each in list_datastreams(connection, org_id)
    ]
    found += [
        Findable(
            kind="connection",
            label=each.name,
            hint=each.source_id,
            href=path("connection", connection_id=each.connection_id),
            icon="send",
        )
        for each in list_inlets(connection)
    ]
    found += [
        Findable(
            kind="dataset",
            label=each.dataset.name,
            hint=each.dataset.id,
            href=path("dataset", dataset_id=each.dataset.id),
            icon="dataset",
        )
        for each in list_stored_datasets(connection)
        if each.deleted_ms is None
    ]
    now = snapshot(connection, builtins)
    for document in now.documents():
        row = component_row(request, now, document)
        hint = ORIGINS[row.origin]
        found.append(
            Findable(kind=KIND_WORDS[Kind(row.kind)][0], label=row.title, hint=hint, href=row.href, icon="schema")
        )
    return found


def _of_property(stored: StoredProperty, path: Path) -> Iterator[Findable]:
    at = partial(path, property_id=stored.id)
    yield Findable(kind="property", label=stored.name, hint=stored.id, href=at("property"), icon="property")
    for label, route in _PROPERTY_PAGES:
        yield Findable(kind="page", label=label, hint=stored.name, href=at(route), icon="property")
    for rule in stored.document.get("rules", []):
        name = str(rule.get("name") or rule["id"])
        yield Findable(kind="rule", label=name, hint=stored.name, href=at("rule", rule_id=rule["id"]), icon="event")
    for name in named(stored.document.get("dataElements", {})):
        yield Findable(kind="data element", label=name, hint=stored.name, href=at("element", name=name), icon="value")


def _elsewhere(path: Path, query: str) -> Sequence[Findable]:
    places = (
        ("Live events", "live", "q", "live"),
        ("Profiles", "profiles", "value", "user"),
    )
    return [
        Findable(kind="search", label=label, hint=query, href=f"{path(route)}?{urlencode({name: query})}", icon=icon)
        for label, route, name, icon in places
    ]
