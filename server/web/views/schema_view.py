"""Schemas and what they are made of, as the console's pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request

from server.model.dataset import Dataset
from server.model.json import JsonObject
from server.schema.compose import resolve_schema
from server.schema.draft.read import list_of
from server.schema.errors import SchemaError
from server.schema.identifiers import alt_id, own_ids, public_id, tenant_id
from server.schema.kinds import Kind
from server.schema.outline import Outline, field_sources, outline
from server.schema.references import mentioned, references
from server.schema.registry import Registry
from server.schema.unions import is_for_profiles
from server.store import settings
from server.store.components import StoredComponent, list_components
from server.store.datasets import list_stored_datasets
from server.store.registry import load_registry
from server.web.templating import path_for
from server.web.views.visible import json_visible

_READY = "https://ns.heliograph.dev/demo/"

KIND_WORDS: Mapping[Kind, tuple[str, str]] = {
    Kind.SCHEMAS: ("schema", "Schemas"),
    Kind.FIELD_GROUPS: ("field group", "Field groups"),
    Kind.CLASSES: ("class", "Classes"),
    Kind.DATA_TYPES: ("data type", "Data types"),
    Kind.BEHAVIORS: ("behaviour", "Behaviours"),
}
"""One, and the name of the list of them."""

ORIGINS: Mapping[str, str] = {
    "own": "yours",
    "imported": "imported",
    "ready": "came with the demo",
    "builtin": "built in",
}
"""Where a component is from, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The registry as it is now, with what a page tells besides. ``tenant``: without its underscore."""

    registry: Registry
    stored: Mapping[str, StoredComponent]
    datasets: Sequence[Dataset]
    tenant: str

    def documents(self) -> Sequence[JsonObject]:
        """Every component once: the tenant's own, then what is built in."""
        own = self.registry.components
        builtin = {document["$id"]: document for document in self.registry.builtins.values()}
        return [*own.values(), *(document for name, document in builtin.items() if name not in own)]

    def find(self, name: str) -> JsonObject | None:
        """By the short form of its id, as addresses have it."""
        return next((document for document in self.documents() if alt_id(document["$id"]) == name), None)

    def is_own(self, document: Mapping[str, Any]) -> bool:
        return document["$id"] in self.registry.components

    def origin(self, document: Mapping[str, Any]) -> str:
        if not self.is_own(document):
            return "builtin"
        if document["$id"].startswith(own_ids(self.tenant)):
            return "own"
        return "ready" if document["$id"].startswith(_READY) else "imported"

    def title(self, component_id: str) -> str:
        document = self.registry.find(component_id)
        return component_id if document is None else str(document.get("title", component_id))

    def resolved(self, document: JsonObject) -> JsonObject:
        """Raises SchemaError."""
        if self.is_own(document) and document["meta:resourceType"] == Kind.SCHEMAS:
            return self.registry.resolved(document["$id"])
        return resolve_schema(document, self.registry.find)

    def outline(self, document: JsonObject) -> Sequence[Outline]:
        """Raises SchemaError."""
        return outline(self.resolved(document), field_sources(document, self.registry.find))


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRow:
    """One component in a list."""

    id: str
    title: str
    description: str
    href: str
    kind: Kind
    version: str
    origin: str
    """One of ``ORIGINS``."""
    classes: Sequence[str]
    """Titles of the class that a schema is of, or of those that a field group is for."""
    datasets: Sequence[tuple[str, str]]
    """(id, name) of those that are of it."""
    is_for_profiles: bool

    @property
    def origin_words(self) -> str:
        return ORIGINS[self.origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One line of what a version changed. ``sign``: + for a new field, - for one that is gone, ~ for another one."""

    sign: str
    path: str
    about: str


def snapshot(connection: Connection, builtins: Mapping[str, JsonObject]) -> Snapshot:
    """To be called inside of a piece of the database's work."""
    return Snapshot(
        registry=load_registry(connection, builtins),
        stored={item.id: item for item in list_components(connection)},
        datasets=[item.dataset for item in list_stored_datasets(connection) if item.deleted_ms is None],
        tenant=tenant_id(settings.get_setting(connection, settings.ORG_ID) or ""),
    )


def component_href(request: Request[Any], component_id: str) -> str:
    # Ids may hold what means something in an address.
    return path_for(request, "schema", name=quote(alt_id(component_id), safe=""))


def component_row(request: Request[Any], now: Snapshot, document: JsonObject) -> ComponentRow:
    kind = Kind(document["meta:resourceType"])
    named = [document["meta:class"]] if "meta:class" in document else list_of(document, "meta:intendedToExtend")
    stored = now.stored.get(document["$id"])
    return ComponentRow(
        id=public_id(document),
        title=str(document.get("title", document["$id"])),
        description=str(document.get("description", "")),
        href=component_href(request, document["$id"]),
        kind=kind,
        version=str(document.get("version", "1.0")) if stored is None else stored.version,
        origin=now.origin(document),
        classes=[now.title(str(name)) for name in named],
        datasets=[(each.id, each.name) for each in now.datasets if each.schema_id == document["$id"]],
        is_for_profiles=is_for_profiles(document),
    )


def made_of(request: Request[Any], now: Snapshot, document: JsonObject) -> Sequence[tuple[str, str]]:
    """(title, address) of what a component is put together from: its class, its field groups, its data types."""
    names = dict.fromkeys(now.registry.class_id(name) for name in references(document))
    return [(now.title(name), component_href(request, name)) for name in names if now.registry.find(name) is not None]


def used_by(request: Request[Any], now: Snapshot, document: JsonObject) -> Sequence[tuple[str, str]]:
    """(title, address) of the tenant's schemas that a component is a part of, at any depth."""
    names = {document["$id"], public_id(document)}
    return [
        (str(other.get("title", name)), component_href(request, name))
        for name, other in now.registry.components.items()
        if other["meta:resourceType"] == Kind.SCHEMAS and names & mentioned(other, now.registry.find)
    ]


def datasets_below(now: Snapshot, document: JsonObject) -> Sequence[tuple[str, str]]:
    """(id, name) of the datasets whose events a change of a component touches."""
    names = {document["$id"], public_id(document)}
    schemas = {
        name
        for name, other in now.registry.components.items()
        if name == document["$id"] or names & mentioned(other, now.registry.find)
    }
    return [(each.id, each.name) for each in now.datasets if each.schema_id in schemas]


def outline_or_fault(now: Snapshot, document: JsonObject) -> tuple[Sequence[Outline], str]:
    """The fields, or why they cannot be shown: what a component refers to may be gone."""
    try:
        return now.outline(document), ""
    except SchemaError as error:
        return (), str(error)


def change_of(line: str) -> FieldChange:
    """A line of :func:`server.schema.diff.field_changes`."""
    sign, _, rest = line.partition(" ")
    path, _, about = rest.partition(" ")
    return FieldChange(sign=sign, path=path, about=about)


def json_text(document: JsonObject) -> str:
    return json_visible(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
