from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from server.model.dataset import Dataset, DatasetId
from server.model.json import JsonObject
from server.model.mapping import MappingSet
from server.model.schema import SchemaId
from server.schema.builtins import builtin_documents
from server.schema.importing import Component
from server.schema.kinds import Kind
from server.schema.registry import ChangeRefused
from server.store import registry
from server.store.components import StoredComponent, list_components, list_descriptors
from server.store.configuration import add_dataset
from server.store.mapping_sets import add_mapping_set
from server.store.registry import (
    load_registry,
    put_components,
    put_descriptor,
    remove_component,
    remove_descriptor,
)
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database

NS = "https://ns.example.com/"
PROFILE = "https://ns.adobe.com/xdm/context/profile"
BUILTINS = builtin_documents()


def a_group(**fields: Any) -> Component:
    document: JsonObject = {
        "$id": f"{NS}group",
        "title": "Group",
        "properties": {"_shop": {"type": "object", "properties": fields}},
    }
    return Component(id=f"{NS}group", kind=Kind.FIELD_GROUPS, document=document)


def a_schema() -> Component:
    document: JsonObject = {
        "$id": f"{NS}schema",
        "title": "Schema",
        "meta:class": PROFILE,
        "meta:resourceType": "schemas",
        "allOf": [{"$ref": PROFILE}, {"$ref": f"{NS}group"}],
    }
    return Component(id=f"{NS}schema", kind=Kind.SCHEMAS, document=document)


def an_identity(path: str, **more: Any) -> JsonObject:
    return {
        "@id": "d1",
        "@type": "xdm:descriptorIdentity",
        "xdm:sourceSchema": f"{NS}schema",
        "xdm:sourceProperty": path,
        "xdm:namespace": "Size",
        **more,
    }


def put(connection: Connection, *components: Component) -> Sequence[StoredComponent]:
    return put_components(connection, components, builtins=BUILTINS, now_ms=NOON_MS, by="ada")


def describe(connection: Connection, descriptor: JsonObject) -> None:
    put_descriptor(connection, descriptor, builtins=BUILTINS, now_ms=NOON_MS, by="ada")


def use(connection: Connection) -> None:
    dataset = Dataset(id=DatasetId("d-1"), name="events", schema_id=SchemaId(f"{NS}schema"))
    add_dataset(connection, dataset, now_ms=NOON_MS)


SIZE = {"size": {"type": "string"}}


def test_components_are_kept_together(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        stored = database.write_sync(lambda connection: put(connection, a_schema(), a_group(**SIZE)))

        found = database.read_sync(lambda connection: load_registry(connection, BUILTINS))

    assert [item.id for item in stored] == [f"{NS}schema", f"{NS}group"]
    assert found.resolved(f"{NS}schema")["properties"]["_shop"]["properties"] == SIZE


def test_a_refused_change_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: put(connection, a_schema(), a_group(**SIZE)))
        database.write_sync(use)
        before = database.read_sync(list_components)

        with pytest.raises(ChangeRefused, match="it would be gone"):
            database.write_sync(lambda connection: put(connection, a_group()))

        assert database.read_sync(list_components) == before


def test_a_component_is_deleted_when_nothing_uses_it(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: put(connection, a_schema(), a_group(**SIZE)))

        with pytest.raises(ChangeRefused, match=r"is called https://ns\.example\.com/group"):
            database.write_sync(lambda connection: remove_component(connection, f"{NS}group", builtins=BUILTINS))
        for name in ("schema", "group", "nothing"):
            database.write_sync(partial(remove_component, component_id=f"{NS}{name}", builtins=BUILTINS))

        assert database.read_sync(list_components) == []


def test_a_schema_that_a_mapping_set_makes_is_not_deleted(tmp_path: Path) -> None:
    mapping_set = MappingSet(id="a" * 32, name="orders", schema_id=SchemaId(f"{NS}schema"), lines=())
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: put(connection, a_schema(), a_group(**SIZE)))
        database.write_sync(lambda connection: add_mapping_set(connection, mapping_set, now_ms=NOON_MS))

        with pytest.raises(ChangeRefused, match="a mapping set makes documents of this schema"):
            database.write_sync(lambda connection: remove_component(connection, f"{NS}schema", builtins=BUILTINS))


def test_a_descriptor_is_checked_against_its_schema(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: put(connection, a_schema(), a_group(**SIZE)))

        database.write_sync(lambda connection: describe(connection, an_identity("/_shop/size")))
        with pytest.raises(ChangeRefused, match="no field `width`"):
            database.write_sync(lambda connection: describe(connection, an_identity("/_shop/width")))
        [kept] = database.read_sync(list_descriptors)

    assert kept.document == an_identity("/_shop/size")


def test_the_primary_identity_of_a_schema_with_data_stays(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: put(connection, a_schema(), a_group(**SIZE)))
        database.write_sync(
            lambda connection: describe(connection, an_identity("/_shop/size", **{"xdm:isPrimary": True}))
        )
        database.write_sync(use)

        with pytest.raises(ChangeRefused, match="has to stay it"):
            database.write_sync(lambda connection: remove_descriptor(connection, "d1", builtins=BUILTINS))
        with pytest.raises(ChangeRefused, match="has to stay it"):
            database.write_sync(lambda connection: describe(connection, an_identity("/_shop/size")))


def test_another_descriptor_can_go_and_one_that_is_not_there_too(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: put(connection, a_schema(), a_group(**SIZE)))
        database.write_sync(lambda connection: describe(connection, an_identity("/_shop/size")))
        database.write_sync(use)

        for _ in range(2):
            database.write_sync(lambda connection: remove_descriptor(connection, "d1", builtins=BUILTINS))

        assert database.read_sync(list_descriptors) == []


def test_there_is_a_limit_to_descriptors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "MAX_DESCRIPTORS", 0)
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: put(connection, a_schema(), a_group(**SIZE)))

        with pytest.raises(ChangeRefused, match="no more are kept"):
            database.write_sync(lambda connection: describe(connection, an_identity("/_shop/size")))
