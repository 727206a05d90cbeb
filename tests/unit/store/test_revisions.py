from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from server.model.json import JsonObject
from server.store import revisions
from server.store.database import Database
from server.store.properties import (
    StoredBuild,
    StoredProperty,
    find_property,
    point_environment,
    publish_build,
    save_property,
)
from server.store.revisions import list_publications, list_revisions, revision_document
from tests.unit.property.factories import a_property
from tests.unit.store.migrated import a_migrated_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(a_migrated_database(tmp_path))
    yield made
    made.close()


def save(database: Database, document: JsonObject, *, by: str = "ada", summary: str = "") -> StoredProperty:
    value = StoredProperty(id="shop", name="Shop", document=document, updated_ms=7, updated_by=by)
    return database.write_sync(lambda connection: save_property(connection, value, summary=summary))


def a_build(name: str) -> StoredBuild:
    return StoredBuild(
        hash=name,
        property_id="shop",
        environment="staging",
        revision="r",
        document=a_property(),
        script=b"x" * 10,
        created_ms=1,
        created_by="ada",
    )


def test_each_saved_state_is_a_revision_with_who_and_what(database: Database) -> None:
    first = save(database, a_property(), summary="Made")
    second = save(database, a_property(rules=[]), by="bob", summary="Rules deleted")

    found = database.read_sync(lambda connection: list_revisions(connection, "shop", limit=10))
    assert (first.version, second.version) == (1, 2)
    assert [(each.number, each.saved_by, each.summary) for each in found] == [
        (2, "bob", "Rules deleted"),
        (1, "ada", "Made"),
    ]
    assert database.read_sync(lambda connection: revision_document(connection, "shop", 1)) == a_property()
    stored = database.read_sync(lambda connection: find_property(connection, "shop"))
    assert stored is not None
    assert (stored.version, stored.document["rules"]) == (2, [])


def test_the_same_document_again_is_no_new_revision(database: Database) -> None:
    save(database, a_property())

    assert save(database, a_property(), by="bob").version == 1
    assert len(database.read_sync(lambda connection: list_revisions(connection, "shop", limit=10))) == 1


def test_only_the_newest_revisions_are_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "MAX_REVISIONS", 2)

    for number in range(4):
        save(database, a_property(property={"id": "shop", "name": f"Shop {number}"}))

    found = database.read_sync(lambda connection: list_revisions(connection, "shop", limit=10))
    assert [each.number for each in found] == [4, 3]
    assert database.read_sync(lambda connection: revision_document(connection, "shop", 1)) is None


def test_every_move_of_a_pointer_is_written_down_with_its_reason(database: Database) -> None:
    save(database, a_property())
    database.write_sync(lambda connection: publish_build(connection, a_build("one"), reason="First"))
    database.write_sync(lambda connection: publish_build(connection, a_build("two"), reason="Second"))
    database.write_sync(
        lambda connection: point_environment(
            connection,
            property_id="shop",
            name="staging",
            build_hash="one",
            published_ms=3,
            published_by="bob",
            reason="Two was wrong",
        )
    )

    found = database.read_sync(lambda connection: list_publications(connection, "shop", limit=10))
    assert [(each.build_hash, each.published_by, each.reason, each.build_bytes) for each in found] == [
        ("one", "bob", "Two was wrong", 10),
        ("two", "ada", "Second", 10),
        ("one", "ada", "First", 10),
    ]


def test_a_property_of_before_gets_its_present_state_as_its_first_revision(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    import server.store.database as module
    from server.store.database import _engine

    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    engine = _engine(url)
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.execute(text("INSERT INTO properties VALUES ('shop', 'Shop', '{}', 5, 'ada')"))
        connection.execute(text("INSERT INTO builds VALUES ('h', 'shop', 'staging', 'r', '{}', x'0102', 6, 'bob')"))
        command.upgrade(config, "head")
    engine.dispose()
    database = Database(url)

    stored = database.read_sync(lambda connection: find_property(connection, "shop"))
    published = database.read_sync(lambda connection: list_publications(connection, "shop", limit=10))
    first = database.read_sync(lambda connection: revision_document(connection, "shop", 1))
    database.close()

    assert stored is not None
    assert stored.version == 1
    assert first == {}
    assert [(each.environment, each.build_hash, each.published_by, each.build_bytes) for each in published] == [
        ("staging", "h", "bob", 2)
    ]
