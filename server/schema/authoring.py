"""What a person or a program sends of a component, made one that can be kept: the same rules for API and console."""

import json
from collections.abc import Mapping

from server.model.json import Json, JsonObject
from server.schema.importing import Component, Fault, ImportRefused, read_components
from server.schema.kinds import Kind
from server.schema.ownership import foreign_names
from server.schema.registry import ChangeRefused, Registry, identity_reason
from server.schema.unions import UNION, is_for_profiles

# What the registry says of a component itself; what a client sends back of it is not taken over.
_TOLD = frozenset(
    {"$id", "meta:altId", "meta:resourceType", "version", "imsOrg", "meta:containerId", "meta:tenantNamespace"}
    | {"meta:registryMetadata", "meta:extends", "meta:abstract", "meta:extensible", "meta:sandboxId", "$schema"}
    | {"meta:xdmType", "meta:sandboxType"}
)


def author(registry: Registry, body: Mapping[str, Json], *, kind: Kind, identifier: str, tenant: str) -> Component:
    """The component, normalised; it resolves and compiles. Raises ImportRefused and ChangeRefused.

    Whether everything else still works with it, :func:`server.schema.registry.check_change` says.
    """
    if not isinstance(body.get("title"), str) or not body["title"].strip():
        raise ImportRefused([Fault(file="", path="", message="give it a `title`")])
    own = {key: value for key, value in body.items() if key not in _TOLD}
    document = {**own, "$id": identifier, "meta:resourceType": kind.value}
    _check_profile_tag(registry, document)
    [component] = read_components({"": json.dumps(document).encode()}, registry.find)
    # What came by an import, or with the product, may keep its fields; it gets no new ones outside.
    present = foreign_names(registry.components.get(identifier, {}), tenant)
    names = [name for name in foreign_names(component.document, tenant) if name not in present]
    if kind is not Kind.DATA_TYPES and names:
        message = (
            f"fields of your own are below `_{tenant}`, so that no field of XDM is ever called the same: "
            f"move {', '.join(f'`{name}`' for name in names)} there"
        )
        raise ImportRefused([Fault(file="", path="", message=message)])
    return Component(id=component.id, kind=kind, document=component.document)


def for_profiles(document: Mapping[str, Json]) -> JsonObject:
    """The schema as one whose documents make profiles."""
    if is_for_profiles(document):
        return dict(document)
    tags = document.get("meta:immutableTags")
    return {**document, "meta:immutableTags": [*(tags if isinstance(tags, list) else ()), UNION]}


def _check_profile_tag(registry: Registry, document: JsonObject) -> None:
    """A schema is for profiles from its beginning, or once it says whose its documents are; and then for ever."""
    before = registry.components.get(document["$id"])
    if before is None or is_for_profiles(before) == is_for_profiles(document):
        return
    if is_for_profiles(before):
        raise ChangeRefused(["`union` stays in `meta:immutableTags`: profiles have been made of it"])
    reason = identity_reason(registry.resolved(before["$id"]))
    if reason is not None:
        raise ChangeRefused([reason])
