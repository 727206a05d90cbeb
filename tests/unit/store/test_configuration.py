from pathlib import Path

import pytest
from sqlalchemy import text

from server.model.consent import ConsentPolicy
from server.model.cookies import CookiePolicy
from server.model.datastream import AllowedOverrides, DatasetId, Datastream
from server.store import settings
from server.store.configuration import (
    add_dataset,
    add_datastream,
    add_schema,
    load_configuration,
    save_datastream,
)
from server.store.database import Database
from tests.builders import NOON_MS, ORG_ID, SCHEMA_ID, a_dataset, a_datastream
from tests.unit.store.migrated import a_migrated_database

EVERY_OPTION = a_datastream(
    consent=ConsentPolicy(default="pending", gpc="refuse", tcf_vendor=0),
    overrides=AllowedOverrides(datasets=(DatasetId("f" * 24),), disable=True),
    cookies=CookiePolicy(identity_days=0, consent_days=30, domain="host"),
    fpid_cookie="site_device",
    keep_ip="none",
    enabled=False,
    allowed_origins=("https://shop.example", "https://*.shop.example"),
)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(a_migrated_database(tmp_path))
    database.write_sync(lambda connection: settings.set_setting(connection, settings.ORG_ID, ORG_ID))
    document = {"$id": SCHEMA_ID, "title": "Events"}
    database.write_sync(lambda connection: add_schema(connection, document, now_ms=NOON_MS))
    database.write_sync(lambda connection: add_dataset(connection, a_dataset(), now_ms=NOON_MS))
    return database


@pytest.mark.parametrize("datastream", [a_datastream(), EVERY_OPTION])
def test_a_datastream_comes_back_as_it_was(database: Database, datastream: Datastream) -> None:
    database.write_sync(lambda connection: add_datastream(connection, datastream, now_ms=NOON_MS))

    found = database.read_sync(load_configuration).datastreams
    database.close()

    assert found == {datastream.id: datastream}


def test_saving_adds_what_is_new_and_replaces_what_is_there(database: Database) -> None:
    def save(datastream: Datastream) -> bool:
        return database.write_sync(lambda connection: save_datastream(connection, datastream, now_ms=NOON_MS))

    are_new = [save(a_datastream()), save(EVERY_OPTION), save(a_datastream(id="second"))]
    configuration = database.read_sync(load_configuration)
    database.close()

    assert are_new == [True, False, True]
    assert configuration.datastreams == {"test": EVERY_OPTION, "second": a_datastream(id="second")}


def test_collectors_see_that_a_datastream_was_saved(database: Database) -> None:
    database.write_sync(lambda connection: add_datastream(connection, a_datastream(), now_ms=NOON_MS))
    before = database.read_sync(settings.revision)

    database.write_sync(lambda connection: save_datastream(connection, EVERY_OPTION, now_ms=NOON_MS))
    after = database.read_sync(settings.revision)
    database.close()

    assert after > before


def test_a_datastream_from_before_there_were_options_has_the_defaults(database: Database) -> None:
    database.write_sync(lambda connection: add_datastream(connection, a_datastream(), now_ms=NOON_MS))
    database.write_sync(lambda connection: connection.execute(text("UPDATE datastreams SET options = '{}'")))

    [found] = database.read_sync(load_configuration).datastreams.values()
    database.close()

    assert found == a_datastream()
