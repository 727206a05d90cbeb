from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from server.model.json import JsonObject
from server.schema.builtins import builtin_documents
from server.schema.errors import SchemaError
from server.schema.importing import ImportRefused
from server.schema.kinds import Kind
from server.store.authoring import author_component, component_history, describe_field, import_files
from server.store.components import StoredComponent, list_components, list_descriptors
from server.store.registry import load_registry
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database

EVENT = "https://ns.adobe.com/xdm/context/experienceevent"
ID = "https://ns.adobe.com/shop/schemas/1"
BUILTINS = builtin_documents()


def save(connection: Connection, *fields: str, **more: Any) -> StoredComponent:
    own = {"type": "object", "properties": {name: {"type": "string"} for name in fields}}
    body: JsonObject = {"title": "Orders", "allOf": [{"$ref": EVENT}], "properties": {"_shop": own}} | more
    return author_component(
        connection, body, kind=Kind.SCHEMAS, identifier=ID, tenant="shop", builtins=BUILTINS, now_ms=NOON_MS, by="ada"
    )


def test_what_is_sent_is_kept_with_its_versions_and_who_changed_which_fields(tmp_path: Path) -> None:
    def work(connection: Connection) -> list[tuple[str, list[str]]]:
        save(connection, "tier")
        save(connection, "tier", "card")
        history = component_history(connection, ID, load_registry(connection, BUILTINS))
        return [(version.version, list(changes)) for version, changes in history]

    with a_database(tmp_path) as database:
        assert database.write_sync(work) == [("1.0", []), ("1.1", ["+ _shop.card string"])]
        assert (
            database.read_sync(
                lambda connection: component_history(connection, EVENT, load_registry(connection, BUILTINS))
            )
            == []
        )


def test_a_state_that_cannot_be_resolved_any_more_says_nothing_of_fields(tmp_path: Path) -> None:
    def work(connection: Connection) -> list[list[str]]:
        save(connection, "tier", allOf=[{"$ref": EVENT}])
        save(connection, "tier", "card")
        # Of a class that is not there: as when a component was deleted since.
        registry = load_registry(connection, {})
        return [list(changes) for _, changes in component_history(connection, ID, registry)]

    with a_database(tmp_path) as database:
        assert database.write_sync(work) == [[], []]


def test_files_are_imported_once_and_either_all_or_none(tmp_path: Path) -> None:
    good = b'{"$id": "https://ns.example.com/a", "title": "A", "properties": {"a": {"type": "string"}}}'

    def once(connection: Connection, files: dict[str, bytes]) -> list[tuple[str, bool]]:
        made = import_files(connection, files, builtins=BUILTINS, now_ms=NOON_MS, by="ada")
        return [(item.id, is_new) for item, is_new in made]

    with a_database(tmp_path) as database:
        with pytest.raises(ImportRefused, match=r"bad\.json"):
            database.write_sync(lambda connection: once(connection, {"good.json": good, "bad.json": b"{"}))
        assert database.read_sync(list_components) == []
        assert database.write_sync(lambda connection: once(connection, {"good.json": good})) == [
            ("https://ns.example.com/a", True)
        ]
        assert database.write_sync(lambda connection: once(connection, {"good.json": good})) == [
            ("https://ns.example.com/a", False)
        ]


def test_a_descriptor_is_of_a_field_that_is_there(tmp_path: Path) -> None:
    identity = {
        "@id": "d1",
        "@type": "xdm:descriptorIdentity",
        "xdm:sourceSchema": ID,
        "xdm:sourceProperty": "/_shop/card",
        "xdm:namespace": "CRMID",
    }

    def describe(connection: Connection, **more: Any) -> None:
        describe_field(connection, identity | more, builtins=BUILTINS, now_ms=NOON_MS, by="ada")

    with a_database(tmp_path) as database:
        with pytest.raises(SchemaError, match="there is no schema"):
            database.write_sync(describe)
        database.write_sync(lambda connection: save(connection, "card"))
        with pytest.raises(SchemaError, match="no field `none`"):
            database.write_sync(lambda connection: describe(connection, **{"xdm:sourceProperty": "/_shop/none"}))
        database.write_sync(describe)

        assert [item.document for item in database.read_sync(list_descriptors)] == [identity]
