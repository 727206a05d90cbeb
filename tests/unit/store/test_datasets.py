"""Datasets that are deleted, brought back, and purged."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from server.model.dataset import Dataset, DatasetId
from server.model.schema import SchemaId
from server.schema.builtins import load_ready_schema
from server.store.configuration import add_schema, load_configuration
from server.store.database import Database
from server.store.datasets import (
    DatasetRefused,
    StoredDataset,
    create_dataset,
    delete_dataset,
    end_purge,
    list_stored_datasets,
    purge_dataset,
    restore_dataset,
)
from tests.builders import NOON_MS
from tests.unit.store.migrated import a_migrated_database

ORDERS = Dataset(
    id=DatasetId("a" * 24), name="orders", schema_id=SchemaId(str(load_ready_schema("demo-events")["$id"]))
)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(a_migrated_database(tmp_path))
    made.write_sync(lambda connection: add_schema(connection, load_ready_schema("demo-events"), now_ms=NOON_MS))
    made.write_sync(partial(create_dataset, dataset=ORDERS, now_ms=NOON_MS, by="ada"))
    return made


def stored(database: Database) -> StoredDataset:
    [found] = database.read_sync(list_stored_datasets)
    return found


def change(database: Database, what: Callable[..., None], *, at_ms: int = NOON_MS, **more: str) -> None:
    database.write_sync(partial(what, stored=stored(database), now_ms=at_ms, **more))


def test_a_deleted_dataset_can_be_brought_back_as_it_was(database: Database) -> None:
    change(database, delete_dataset, by="ada")
    assert (stored(database).deleted_ms, stored(database).dataset.enabled) == (NOON_MS, False)

    change(database, restore_dataset, by="ada")

    assert stored(database).deleted_ms is None
    assert stored(database).dataset == ORDERS


def test_deleting_twice_gives_no_more_time(database: Database) -> None:
    change(database, delete_dataset, by="ada")
    change(database, delete_dataset, at_ms=NOON_MS + 1, by="ada")

    assert stored(database).deleted_ms == NOON_MS


def test_what_is_not_deleted_is_not_purged(database: Database) -> None:
    with pytest.raises(DatasetRefused, match="delete it first"):
        change(database, purge_dataset)


def test_nothing_brings_back_what_is_being_purged(database: Database) -> None:
    change(database, delete_dataset, by="ada")
    change(database, purge_dataset)

    with pytest.raises(DatasetRefused, match="removed for good"):
        change(database, restore_dataset, by="ada")
    assert ORDERS.id not in database.read_sync(load_configuration).datasets


def test_after_the_purge_its_name_is_free(database: Database) -> None:
    change(database, delete_dataset, by="ada")
    change(database, purge_dataset)
    database.write_sync(partial(end_purge, dataset_id=ORDERS.id))

    database.write_sync(partial(create_dataset, dataset=ORDERS, now_ms=NOON_MS, by="bob"))

    assert stored(database).dataset.name == "orders"
