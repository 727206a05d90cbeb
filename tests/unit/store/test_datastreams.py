from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from server.model.dataset import DatasetId
from server.store.configuration import (
    add_dataset,
    add_datastream,
    add_schema,
    load_configuration,
    save_datastream,
)
from server.store.database import Database
from server.store.datasets import delete_dataset, end_purge, list_stored_datasets
from server.store.datastreams import (
    DatastreamInUse,
    delete_datastream,
    forget_deleted,
    list_deleted,
    restore_datastream,
    uses_of,
)
from server.store.properties import StoredBuild, StoredProperty, publish_build, save_property
from tests.builders import DATASET_ID, NOON_MS, SCHEMA_ID, a_dataset, a_datastream
from tests.unit.store.migrated import a_migrated_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """With one datastream, of the id `test`."""
    made = Database(a_migrated_database(tmp_path))

    def work(connection: Connection) -> None:
        add_schema(connection, {"$id": SCHEMA_ID, "title": "Test"}, now_ms=NOON_MS)
        add_dataset(connection, a_dataset(), now_ms=NOON_MS)
        add_datastream(connection, a_datastream(), now_ms=NOON_MS)

    made.write_sync(work)
    yield made
    made.close()


def ids(database: Database) -> list[str]:
    return list(database.read_sync(load_configuration).datastreams)


def delete(database: Database) -> None:
    database.write_sync(lambda connection: delete_datastream(connection, "test", now_ms=NOON_MS))


def a_property(connection: Connection, datastream: str, *, name: str = "shop") -> StoredProperty:
    stored = StoredProperty(
        id=name,
        name=name,
        document={"property": {"id": name}, "environments": {"production": {"datastream": datastream}}},
        updated_ms=NOON_MS,
        updated_by="ada",
    )
    return save_property(connection, stored)


def test_a_deleted_one_is_not_in_the_configuration_and_comes_back_as_it_was(database: Database) -> None:
    before = database.read_sync(load_configuration)

    delete(database)
    delete(database)
    deleted = database.read_sync(load_configuration)
    listed = database.read_sync(list_deleted)
    database.write_sync(lambda connection: restore_datastream(connection, "test"))
    after = database.read_sync(load_configuration)

    assert deleted.datastreams == {}
    assert deleted.revision == before.revision + 1
    assert [(each.id, each.name, each.deleted_ms) for each in listed] == [("test", "Test", NOON_MS)]
    assert after.datastreams == before.datastreams


def test_one_that_a_property_sends_to_is_not_deleted(database: Database) -> None:
    database.write_sync(lambda connection: a_property(connection, "test"))

    with pytest.raises(DatastreamInUse, match="the property 'shop' in production sends to it"):
        delete(database)

    assert ids(database) == ["test"]


def test_one_that_a_published_build_sends_to_is_not_deleted_whatever_the_draft_says(database: Database) -> None:
    def publish(connection: Connection) -> None:
        draft = a_property(connection, "test")
        build = StoredBuild(
            hash="a" * 64,
            property_id=draft.id,
            environment="production",
            revision="r",
            document=draft.document,
            script=b"",
            created_ms=NOON_MS,
            created_by="ada",
        )
        publish_build(connection, build)
        a_property(connection, "another")

    database.write_sync(publish)

    assert database.read_sync(lambda connection: uses_of(connection, "test")) == [
        "what is published of the property 'shop' in production"
    ]
    with pytest.raises(DatastreamInUse):
        delete(database)


def test_a_property_that_names_none_sends_to_the_one_of_its_own_id(database: Database) -> None:
    database.write_sync(lambda connection: a_property(connection, "another", name="test"))

    uses = database.read_sync(lambda connection: uses_of(connection, "test"))

    assert uses == ["the property 'test' in development", "the property 'test' in staging"]


def test_its_dataset_can_be_deleted_then_and_is_needed_to_bring_it_back(database: Database) -> None:
    delete(database)

    def drop(connection: Connection) -> None:
        [stored] = list_stored_datasets(connection)
        delete_dataset(connection, stored, now_ms=NOON_MS, by="ada")

    database.write_sync(drop)

    with pytest.raises(DatastreamInUse, match="its dataset 'test-events' is deleted"):
        database.write_sync(lambda connection: restore_datastream(connection, "test"))
    database.write_sync(lambda connection: end_purge(connection, DatasetId(DATASET_ID)))
    assert database.read_sync(list_deleted) == []


def test_after_its_time_of_grace_its_id_is_free(database: Database) -> None:
    delete(database)

    database.write_sync(lambda connection: forget_deleted(connection, deleted_before_ms=NOON_MS))
    assert len(database.read_sync(list_deleted)) == 1
    database.write_sync(lambda connection: forget_deleted(connection, deleted_before_ms=NOON_MS + 1))

    assert database.read_sync(list_deleted) == []


def test_saving_one_under_a_deleted_id_replaces_that(database: Database) -> None:
    delete(database)
    other = msgspec.structs.replace(a_datastream(), name="Another")

    is_new = database.write_sync(lambda connection: save_datastream(connection, other, now_ms=NOON_MS))

    assert not is_new
    assert [each.name for each in database.read_sync(load_configuration).datastreams.values()] == ["Another"]
    assert database.read_sync(list_deleted) == []
