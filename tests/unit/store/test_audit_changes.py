"""Whatever changes a row of the control plane is told to the log, in the same transaction."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, update

from server.model.erasure import ErasureReport
from server.store import tables
from server.store.audit import ActorKind, AuditAction, AuditEntry, Origin, Trail, note
from server.store.audit_changes import TOLD, UNTOLD, told_of
from server.store.audit_reading import AuditFilter, list_entries
from server.store.database import Database
from server.store.erasures import due_erasures, end_erasure, request_erasure
from server.store.properties import StoredBuild, StoredProperty, point_environment, publish_build, save_property
from server.store.settings import bump_revision
from server.store.users import Role, create_user
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database

ADA = Origin(actor="ada", kind=ActorKind.PERSON, address="192.0.2.7", request="rule-save")


SHOP = StoredProperty(
    id="shop", name="Shop", document={"property": {"id": "shop"}}, updated_ms=NOON_MS, updated_by="ada"
)


def a_build(name: str) -> StoredBuild:
    return StoredBuild(
        hash=name * 64,
        property_id=SHOP.id,
        environment="production",
        revision=name,
        document=SHOP.document,
        script=b"// " + name.encode(),
        created_ms=NOON_MS,
        created_by="ada",
    )


def audited(database: Database) -> tuple[Database, Trail]:
    trail = Trail(lambda: ADA, lambda: NOON_MS)
    return database.audited(trail), trail


def entries(database: Database) -> Sequence[AuditEntry]:
    """The oldest first."""
    return database.read_sync(lambda connection: list_entries(connection, AuditFilter(), limit=99))[::-1]


def told(entry: AuditEntry) -> tuple[str, str]:
    return entry.action, entry.target


def test_a_change_says_who_made_what_of_what(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        seen, trail = audited(database)
        seen.write_sync(lambda connection: create_user(connection, name="bob", role=Role.EDITOR, now_ms=NOON_MS))
        seen.write_sync(lambda connection: connection.execute(update(tables.users).values(role="viewer")))
        seen.write_sync(lambda connection: connection.execute(delete(tables.users)))

        made, changed, gone = entries(database)
        assert [told(each) for each in (made, changed, gone)] == [
            (AuditAction.ACCOUNT, "account bob"),
            (AuditAction.ACCOUNT, "account bob"),
            (AuditAction.DELETED, "account bob"),
        ]
        assert (made.before_hash, gone.after_hash) == ("", "")
        assert made.after_hash == changed.before_hash != changed.after_hash == gone.before_hash
        assert (made.actor, made.address, made.request, made.at_ms) == ("ada", "192.0.2.7", "rule-save", NOON_MS)
        assert trail.has_entries


def test_a_change_that_changes_nothing_is_no_entry(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: create_user(connection, name="bob", role=Role.EDITOR, now_ms=NOON_MS))
        seen, trail = audited(database)

        seen.write_sync(lambda connection: connection.execute(update(tables.users).values(name="bob")))
        seen.write_sync(
            lambda connection: connection.execute(update(tables.users).values(name="x").where(tables.users.c.id == 7))
        )
        seen.write_sync(bump_revision)

        assert entries(database) == []
        assert not trail.has_entries


def test_an_entry_goes_with_the_change_that_did_not_happen(tmp_path: Path) -> None:
    def work(connection: Connection) -> None:
        create_user(connection, name="bob", role=Role.EDITOR, now_ms=NOON_MS)
        raise ValueError("broken")

    with a_database(tmp_path) as database:
        seen, _ = audited(database)
        with pytest.raises(ValueError, match="broken"):
            seen.write_sync(work)

        assert entries(database) == []


def test_what_nobody_asked_for_is_not_told(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        database.write_sync(lambda connection: create_user(connection, name="bob", role=Role.EDITOR, now_ms=NOON_MS))
        database.write_sync(lambda connection: note(connection, AuditAction.OTHER, "x"))

        assert entries(database) == []


def test_publishing_and_going_back_are_told_apart_with_their_reasons(tmp_path: Path) -> None:
    def return_to(connection: Connection, build: Any) -> None:
        point_environment(
            connection,
            property_id=build.property_id,
            name=build.environment,
            build_hash=build.hash,
            published_ms=NOON_MS,
            published_by="ada",
            reason="worse",
        )

    with a_database(tmp_path) as database:
        seen, _ = audited(database)
        seen.write_sync(lambda connection: save_property(connection, SHOP))
        for name in ("a", "b", "b"):
            build = a_build(name)
            seen.write_sync(partial(publish_build, build=build, reason=f"build {name}"))
        seen.write_sync(partial(return_to, build=a_build("a")))

        saved, *moves = entries(database)
        assert told(saved) == (AuditAction.PROPERTY, "property shop")
        assert [(each.action, each.detail) for each in moves] == [
            (AuditAction.PUBLISHED, "production · build a"),
            (AuditAction.PUBLISHED, "production · build b"),
            (AuditAction.PUBLISHED, "production · build b"),
            (AuditAction.WENT_BACK, "production · worse"),
        ]


def test_a_person_who_is_forgotten_is_in_no_entry(tmp_path: Path) -> None:
    def asked(connection: Connection) -> None:
        request_erasure(
            connection,
            erasure_id="e-1",
            namespace="Email",
            identity="ada@example.com",
            requested_ms=NOON_MS,
            requested_by="ada",
        )

    def done(connection: Connection) -> None:
        [erasure] = due_erasures(connection)
        end_erasure(connection, erasure, report=ErasureReport(), now_ms=NOON_MS)

    with a_database(tmp_path) as database:
        seen, _ = audited(database)
        seen.write_sync(asked)
        with_identity = entries(database)
        seen.write_sync(done)

        [entry] = entries(database)
        assert told(entry) == (AuditAction.FORGOTTEN, "erasure e-1")
        assert [entry] == with_identity
        assert "ada@example.com" not in str(entry)


def test_many_rows_at_once_are_one_entry(tmp_path: Path) -> None:
    def many(connection: Connection) -> None:
        rows = [
            {"name": f"user {index}", "role": "viewer", "enabled": True, "created_ms": NOON_MS} for index in range(120)
        ]
        connection.execute(insert(tables.users), rows)

    with a_database(tmp_path) as database:
        seen, _ = audited(database)
        seen.write_sync(many)
        seen.write_sync(lambda connection: connection.execute(delete(tables.users)))

        assert [each.target for each in entries(database)] == ["more than 100 of account"] * 2


def test_a_table_that_nobody_thought_of_is_told_of_too() -> None:
    for table in tables.metadata.sorted_tables:
        assert (told_of(table) is None) == (table in UNTOLD), table.name
    assert not set(TOLD) & set(UNTOLD)
    for table, how in TOLD.items():
        assert how.named in table.c, table.name
        assert set(how.detail) <= set(table.c.keys()), table.name
