from collections.abc import Iterator
from pathlib import Path

import pytest

from server.store.custom_scripts import find_script, save_scripts
from server.store.database import Database
from server.store.properties import StoredBuild, StoredProperty, publish_build, save_property
from tests.unit.property.factories import a_property
from tests.unit.store.migrated import a_migrated_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(a_migrated_database(tmp_path))
    yield made
    made.close()


def test_builds_and_custom_code_are_found_by_their_hash(database: Database) -> None:
    stored = StoredProperty(id="shop", name="Shop", document=a_property(), updated_ms=7, updated_by="ada")
    build = StoredBuild(
        hash="b1",
        property_id="shop",
        environment="staging",
        revision="r",
        document=a_property(),
        script=b"build",
        created_ms=1,
        created_by="ada",
    )
    database.write_sync(lambda connection: save_property(connection, stored))
    database.write_sync(lambda connection: publish_build(connection, build))
    database.write_sync(lambda connection: save_scripts(connection, {"c1": b"code"}))
    database.write_sync(lambda connection: save_scripts(connection, {"c1": b"code", "c2": b"more"}))

    def find(name: str) -> bytes | None:
        return database.read_sync(lambda connection: find_script(connection, name))

    assert [find(name) for name in ("b1", "c1", "c2", "d1")] == [b"build", b"code", b"more", None]
