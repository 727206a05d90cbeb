from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import alembic.command
import msgspec
import pytest
from alembic.config import Config
from sqlalchemy import Connection, create_engine

from server.model.mapping import MappingLine, MappingSet
from server.store import mapping_versions
from server.store.configuration import add_schema
from server.store.database import Database, migrate
from server.store.mapping_sets import add_mapping_set, save_mapping_set
from server.store.mapping_versions import keep_version, list_versions
from tests.builders import NOON_MS, SCHEMA_ID
from tests.unit.store.migrated import a_migrated_database

MIGRATIONS = Path(__file__).parents[3] / "server" / "store" / "migrations"

BEFORE = (
    "INSERT INTO schemas (id, title, document, created_ms) VALUES ('s', 'S', '{}', 1)",
    "INSERT INTO mapping_sets (id, name, schema_id, version, lines, created_ms, created_by, updated_ms, updated_by) "
    """VALUES ('m', 'crm', 's', 4, '[{"source":"a","destination":"b"}]', 1, '', 9, 'ada')""",
    "INSERT INTO mapping_sets (id, name, schema_id, version, lines, created_ms, created_by, updated_ms, updated_by) "
    "VALUES ('empty', 'crm', 's', 0, '[]', 1, '', 9, 'ada')",
)

EMPTY = MappingSet(id="b" * 32, name="crm", schema_id=SCHEMA_ID)


def of_version(version: int) -> MappingSet:
    line = MappingLine(source=f"source{version}", destination="eventType")
    return msgspec.structs.replace(EMPTY, version=version, lines=(line,))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(a_migrated_database(tmp_path))

    def work(connection: Connection) -> None:
        add_schema(connection, {"$id": SCHEMA_ID, "title": "Test"}, now_ms=NOON_MS)
        add_mapping_set(connection, EMPTY, now_ms=NOON_MS)
        for version in (1, 2, 3):
            save_mapping_set(connection, of_version(version), now_ms=NOON_MS + version, by="ada")

    made.write_sync(work)
    yield made
    made.close()


def test_each_version_is_kept_with_its_lines_the_newest_first(database: Database) -> None:
    found = database.read_sync(lambda connection: list_versions(connection, EMPTY.id))

    assert [(each.version, each.lines, each.saved_ms - NOON_MS, each.saved_by) for each in found] == [
        (version, of_version(version).lines, version, "ada") for version in (3, 2, 1)
    ]


def test_one_without_lines_is_no_version_and_old_ones_go(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping_versions, "MAX_VERSIONS_KEPT", 2)

    def work(connection: Connection) -> list[int]:
        keep_version(connection, msgspec.structs.replace(EMPTY, version=4), now_ms=NOON_MS, by="ada")
        keep_version(connection, of_version(5), now_ms=NOON_MS, by="ada")
        return [each.version for each in list_versions(connection, EMPTY.id)]

    assert database.write_sync(work) == [5]


def test_the_same_version_saved_twice_is_the_last(database: Database) -> None:
    def work(connection: Connection) -> list[str]:
        keep_version(connection, of_version(3), now_ms=NOON_MS, by="bob")
        return [each.saved_by for each in list_versions(connection, EMPTY.id)]

    assert database.write_sync(work) == ["bob", "ada", "ada"]


def test_a_mapping_that_was_there_begins_with_the_version_it_has(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'control.db'}"
    engine, config = create_engine(url), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0018")
        for statement in BEFORE:
            connection.exec_driver_sql(statement)
    engine.dispose()

    migrate(url)
    with closing(Database(url)) as database:
        found = {key: database.read_sync(partial(list_versions, mapping_set_id=key)) for key in ("m", "empty")}

    assert [(each.version, each.saved_ms, each.saved_by, len(each.lines)) for each in found["m"]] == [(4, 9, "ada", 1)]
    assert found["empty"] == []
