"""Everything that an installation's schemas are made of, and whether it may change the way somebody wants it to.

A registry is a value: a change makes another one, and :func:`check_change` compares the two. So one set of rules holds
for whatever changes: one field group, a descriptor, or an import of hundreds of components.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from server.model.json import Json, JsonObject
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from server.schema.descriptors import identity_fields, with_descriptors
from server.schema.errors import SchemaError
from server.schema.evolution import breaches
from server.schema.kinds import Kind
from server.schema.references import mentioned
from server.schema.unions import is_for_profiles, union_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """All components by id.

    ``builtins``: also by the ids of XDM's own. ``components``: the tenant's, schemas among them; they go before what is
    built in. ``descriptors``: of each schema, by its id. ``used``: the schemas that a dataset is of, and so may have
    data.
    """

    builtins: Mapping[str, JsonObject]
    components: Mapping[str, JsonObject]
    descriptors: Mapping[str, Sequence[JsonObject]]
    used: frozenset[str]

    def find(self, name: str) -> JsonObject | None:
        return self.components.get(name) or self.builtins.get(name)

    def schema(self, schema_id: str) -> JsonObject:
        """A schema as it is used: with its descriptors, those of its document first. KeyError when there is none."""
        return with_descriptors(self.components[schema_id], self.descriptors.get(schema_id, ()))

    def resolved(self, schema_id: str) -> JsonObject:
        """Raises SchemaError."""
        return resolve_schema(self.schema(schema_id), self.find)

    def union(self, class_id: str) -> JsonObject:
        """Of the class's schemas that are for profiles. Raises SchemaError."""
        return union_schema(class_id, list(self._for_profiles(class_id)), self.find)

    def union_classes(self) -> Sequence[str]:
        """The classes that have a union, in order: those of which a schema is for profiles."""
        members = [document for document in self.components.values() if is_for_profiles(document)]
        return sorted({self.class_id(document["meta:class"]) for document in members if "meta:class" in document})

    def class_id(self, name: str) -> str:
        """A class's one id: built-in ones are known by ours and by XDM's."""
        document = self.find(name)
        return name if document is None else str(document["$id"])

    def _for_profiles(self, class_id: str) -> Iterator[JsonObject]:
        wanted = self.class_id(class_id)
        for document in self.components.values():
            if is_for_profiles(document) and self.class_id(str(document.get("meta:class"))) == wanted:
                yield document

    def with_components(self, documents: Iterable[JsonObject]) -> "Registry":
        """The registry with those in it, each in the place of the one with its id."""
        return replace(self, components={**self.components, **{document["$id"]: document for document in documents}})

    def without_component(self, name: str) -> "Registry":
        left = {identifier: document for identifier, document in self.components.items() if identifier != name}
        return replace(self, components=left, descriptors={**self.descriptors, name: ()})

    def with_descriptors(self, schema_id: str, descriptors: Sequence[JsonObject]) -> "Registry":
        return replace(self, descriptors={**self.descriptors, schema_id: descriptors})


class ChangeRefused(Exception):
    """A change that would break what is there. ``reasons``: all of them, each a sentence."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def check_change(before: Registry, after: Registry) -> None:
    """Raises ChangeRefused when a schema would not work any more, or would change in a way that its data forbids."""
    changed = frozenset(_changed(before, after))
    affected = [
        name
        for name, document in after.components.items()
        if name in changed or not changed.isdisjoint(mentioned(document, after.find))
    ]
    reasons = [*_titles(after, changed), *_gone(before, after, changed)]
    for name in affected:
        reasons.extend(_reasons(before, after, name))
    reasons = reasons or list(_unions(after, affected))
    if reasons:
        raise ChangeRefused(reasons)


def _changed(before: Registry, after: Registry) -> Iterator[str]:
    for name in {*before.components, *after.components}:
        was, becomes = (
            (registry.components.get(name), registry.descriptors.get(name, ())) for registry in (before, after)
        )
        if was != becomes:
            yield name


def _titles(after: Registry, changed: frozenset[str]) -> Iterator[str]:
    """People choose schemas by their titles."""
    titles = {
        name: document.get("title")
        for name, document in after.components.items()
        if document.get("meta:resourceType") == Kind.SCHEMAS
    }
    for name in sorted(changed & titles.keys()):
        if any(title == titles[name] for other, title in titles.items() if other != name):
            yield f"there is already a schema with the title {titles[name]!r}: choose another title"


def _gone(before: Registry, after: Registry, changed: frozenset[str]) -> Iterator[str]:
    for name in sorted((changed & before.used) - after.components.keys()):
        yield f"a dataset is of the schema {before.components[name].get('title')!r}: delete the dataset first"


def _reasons(before: Registry, after: Registry, name: str) -> Iterator[str]:
    document = after.components[name]
    title = f"{document.get('title', name)!r}"
    try:
        is_schema = document.get("meta:resourceType") == Kind.SCHEMAS
        resolved = after.resolved(name) if is_schema else resolve_schema(document, after.find)
        compile_schema(resolved)
    except SchemaError as error:
        yield f"{title}: {error}"
        return
    if name not in before.used or name not in before.components:
        return
    if is_for_profiles(before.components[name]) and not is_for_profiles(document):
        yield f"{title} is for profiles (`union` in `meta:immutableTags`), and has to stay so"
    yield from (f"{title} has data. {breach}" for breach in breaches(before.resolved(name), resolved))


def _unions(after: Registry, affected: Sequence[str]) -> Iterator[str]:
    """The unions that changed schemas are in hold together."""
    members = [after.components[name] for name in affected if is_for_profiles(after.components[name])]
    for class_id in sorted({after.class_id(member["meta:class"]) for member in members if "meta:class" in member}):
        try:
            after.union(class_id)
        except SchemaError as error:
            yield str(error)


def identity_reason(resolved: Mapping[str, Json]) -> str | None:
    """Why documents of a resolved schema cannot make profiles, or None: they need to say whose they are."""
    has_map = "identityMap" in resolved.get("properties", {})
    if has_map or any(field.is_primary for field in identity_fields(resolved)):
        return None
    return (
        "the schema has no primary identity: add the field group `identitymap`, or make a field the primary identity "
        "with a descriptor"
    )
