from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from server.model.dataset import Dataset, DatasetId
from server.model.json import JsonObject
from server.model.schema import SchemaId
from server.schema.builtins import builtin_documents
from server.schema.compose import resolve_schema
from server.schema.kinds import Kind
from server.store import settings
from server.store.components import (
    delete_component,
    find_component,
    list_components,
    list_descriptors,
    list_versions,
    save_component,
    save_descriptor,
    used_schemas,
)
from server.store.configuration import add_dataset, add_schema, load_configuration
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database

NS = "https://ns.example.com/"
PROFILE = "https://ns.adobe.com/xdm/context/profile"
GROUP: JsonObject = {"$id": f"{NS}group", "title": "Group", "properties": {"_shop": {"properties": {"size": {}}}}}
SCHEMA: JsonObject = {
    "$id": f"{NS}schema",
    "title": "Schema",
    "meta:class": PROFILE,
    "allOf": [{"$ref": PROFILE}, {"$ref": f"{NS}group"}],
}


def save(connection: Connection, document: JsonObject, kind: Kind, *, now_ms: int = NOON_MS) -> str:
    return save_component(connection, document, kind=kind, now_ms=now_ms, by="ada").version


def test_a_component_is_kept_with_its_versions(tmp_path: Path) -> None:
    changed = {**GROUP, "title": "Sizes"}
    with a_database(tmp_path) as database:
        first = database.write_sync(lambda connection: save(connection, GROUP, Kind.FIELD_GROUPS))
        second = database.write_sync(
            lambda connection: save(connection, changed, Kind.FIELD_GROUPS, now_ms=NOON_MS + 1)
        )
        stored = database.read_sync(lambda connection: find_component(connection, f"{NS}group"))
        versions = database.read_sync(lambda connection: list_versions(connection, f"{NS}group"))

    assert (first, second) == ("1.0", "1.1")
    assert stored is not None
    assert stored.document == {**changed, "meta:resourceType": "fieldgroups", "version": "1.1"}
    assert (stored.created_ms, stored.updated_ms, stored.updated_by) == (NOON_MS, NOON_MS + 1, "ada")
    assert [(item.version, item.document["title"], item.saved_ms) for item in versions] == [
        ("1.0", "Group", NOON_MS),
        ("1.1", "Sizes", NOON_MS + 1),
    ]


def test_saving_what_is_there_is_no_new_version_and_wakes_nobody(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: save(connection, GROUP, Kind.FIELD_GROUPS))
        before = database.read_sync(settings.revision)

        again = database.write_sync(lambda connection: save(connection, GROUP, Kind.FIELD_GROUPS, now_ms=NOON_MS + 1))

        assert again == "1.0"
        assert database.read_sync(settings.revision) == before


def test_versions_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        for number in range(12):
            document = {**GROUP, "description": str(number)}
            database.write_sync(partial(save, document=document, kind=Kind.FIELD_GROUPS))

        versions = database.read_sync(lambda connection: list_versions(connection, f"{NS}group"))

    assert [item.version for item in versions] == [f"1.{number}" for number in range(12)]


def test_the_configuration_has_schemas_only_each_with_all_that_it_needs(tmp_path: Path) -> None:
    descriptor = {
        "@id": "d1",
        "@type": "xdm:descriptorDeprecated",
        "xdm:sourceSchema": f"{NS}schema",
        "xdm:sourceProperty": "/_shop/size",
    }
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: save(connection, GROUP, Kind.FIELD_GROUPS))
        database.write_sync(lambda connection: save(connection, SCHEMA, Kind.SCHEMAS))
        database.write_sync(
            lambda connection: save_descriptor(
                connection, descriptor, schema_id=f"{NS}schema", now_ms=NOON_MS, by="ada"
            )
        )

        found = database.read_sync(load_configuration).schemas

    assert list(found) == [f"{NS}schema"]
    resolved = resolve_schema(found[SchemaId(f"{NS}schema")], builtin_documents().get)
    assert resolved["properties"]["_shop"]["properties"]["size"] == {"meta:status": "deprecated"}


def test_a_descriptor_takes_the_place_of_the_one_with_its_id(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: save(connection, SCHEMA, Kind.SCHEMAS))
        for type_ in ("one", "two"):
            document = {"@id": "d1", "@type": type_}
            database.write_sync(
                partial(save_descriptor, document=document, schema_id=f"{NS}schema", now_ms=NOON_MS, by="ada")
            )

        [found] = database.read_sync(list_descriptors)

    assert found.document == {"@id": "d1", "@type": "two"}


def test_a_component_goes_with_its_versions_and_descriptors(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: save(connection, SCHEMA, Kind.SCHEMAS))
        database.write_sync(
            lambda connection: save_descriptor(
                connection, {"@id": "d1"}, schema_id=f"{NS}schema", now_ms=NOON_MS, by="ada"
            )
        )

        database.write_sync(lambda connection: delete_component(connection, f"{NS}schema"))

        assert database.read_sync(list_components) == []
        assert database.read_sync(list_descriptors) == []
        assert database.read_sync(lambda connection: list_versions(connection, f"{NS}schema")) == []


def test_the_database_itself_keeps_a_schema_that_a_dataset_is_of(tmp_path: Path) -> None:
    dataset = Dataset(id=DatasetId("d-1"), name="events", schema_id=SchemaId(f"{NS}schema"))
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: add_schema(connection, SCHEMA, now_ms=NOON_MS))
        database.write_sync(lambda connection: add_dataset(connection, dataset, now_ms=NOON_MS))

        assert database.read_sync(used_schemas) == {f"{NS}schema"}
        with pytest.raises(IntegrityError):
            database.write_sync(lambda connection: delete_component(connection, f"{NS}schema"))


def test_a_schema_from_before_there_was_a_registry_is_a_schema(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(
            lambda connection: connection.execute(
                text("INSERT INTO schemas (id, title, document, created_ms) VALUES ('a', 'A', '{\"$id\": \"a\"}', 1)")
            )
        )

        stored = database.read_sync(lambda connection: find_component(connection, "a"))

    assert stored is not None
    assert (stored.kind, stored.version, stored.document["meta:resourceType"]) == (Kind.SCHEMAS, "1.0", "schemas")
