"""Changes of the schema registry, each checked against everything that is there, and made whole or not at all."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.model.json import JsonObject
from server.schema.importing import Component
from server.schema.registry import ChangeRefused, Registry, check_change
from server.store.components import (
    StoredComponent,
    delete_component,
    delete_descriptor,
    descriptors_by_schema,
    list_components,
    list_descriptors,
    mapped_schemas,
    save_component,
    save_descriptor,
    used_schemas,
)

MAX_DESCRIPTORS = 4_000
"""As many as the platform keeps in a sandbox."""


def load_registry(connection: Connection, builtins: Mapping[str, JsonObject]) -> Registry:
    """Everything that schemas are made of, as it is now."""
    return Registry(
        builtins=builtins,
        components={item.id: item.document for item in list_components(connection)},
        descriptors=descriptors_by_schema(connection),
        used=used_schemas(connection),
    )


def put_components(
    connection: Connection,
    components: Sequence[Component],
    *,
    builtins: Mapping[str, JsonObject],
    now_ms: int,
    by: str,
) -> Sequence[StoredComponent]:
    """Keep them, each instead of the one with its id. Raises ChangeRefused with all that speaks against it."""
    before = load_registry(connection, builtins)
    check_change(before, before.with_components(component.document for component in components))
    return [
        save_component(connection, component.document, kind=component.kind, now_ms=now_ms, by=by)
        for component in components
    ]


def remove_component(connection: Connection, component_id: str, *, builtins: Mapping[str, JsonObject]) -> None:
    """Raises ChangeRefused while it is used. Harmless when it is not there."""
    before = load_registry(connection, builtins)
    if component_id in mapped_schemas(connection):
        raise ChangeRefused(["a mapping set makes documents of this schema: delete it, and its dataflow, first"])
    check_change(before, before.without_component(component_id))
    delete_component(connection, component_id)


def put_descriptor(
    connection: Connection,
    document: JsonObject,
    *,
    builtins: Mapping[str, JsonObject],
    now_ms: int,
    by: str,
) -> None:
    """Keep a descriptor that :func:`server.schema.descriptors.check_descriptor` has found right, under its ``@id``.

    Raises ChangeRefused when its schema would not work with it, or has data that forbids it.
    """
    before = load_registry(connection, builtins)
    schema_id = document["xdm:sourceSchema"]
    others = [item for item in before.descriptors.get(schema_id, ()) if item["@id"] != document["@id"]]
    check_change(before, before.with_descriptors(schema_id, [*others, document]))
    if sum(len(items) for items in before.descriptors.values()) >= MAX_DESCRIPTORS:
        raise ChangeRefused([f"there are {MAX_DESCRIPTORS} descriptors, and no more are kept: delete some"])
    save_descriptor(connection, document, schema_id=schema_id, now_ms=now_ms, by=by)


def remove_descriptor(connection: Connection, descriptor_id: str, *, builtins: Mapping[str, JsonObject]) -> None:
    """Raises ChangeRefused when data forbids it. Harmless when it is not there."""
    before = load_registry(connection, builtins)
    found = next((item for item in list_descriptors(connection) if item.id == descriptor_id), None)
    if found is None:
        return
    others = [item for item in before.descriptors[found.schema_id] if item["@id"] != descriptor_id]
    check_change(before, before.with_descriptors(found.schema_id, others))
    delete_descriptor(connection, descriptor_id)
