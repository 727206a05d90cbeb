"""The audit log: each entry follows the one before it, none can be changed, and nobody's text gets out of its field."""

import csv
import io
import json
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, delete, insert, text, update
from sqlalchemy.exc import DatabaseError

from server.store.audit import (
    MAX_DETAIL_CHARACTERS,
    ActorKind,
    AuditAction,
    AuditEntry,
    Origin,
    append_entry,
    content_hash,
    entry_hash,
)
from server.store.audit_export import CSV_HEAD, as_csv, as_jsonl
from server.store.audit_reading import (
    AuditFilter,
    Verified,
    count_since,
    entries_after,
    last_number,
    list_entries,
    verify_chain,
    was_noted,
)
from server.store.database import Database
from server.store.tables import audit_entries
from tests.builders import NOON_MS
from tests.unit.store.stores import a_database

ADA = Origin(actor="ada", kind=ActorKind.PERSON, address="192.0.2.7", request="rule-save")


def appended(
    database: Database,
    action: AuditAction = AuditAction.PROPERTY,
    target: str = "property shop",
    *,
    origin: Origin = ADA,
    at_ms: int = NOON_MS,
    detail: str = "",
) -> AuditEntry:
    return database.write_sync(
        lambda connection: append_entry(
            connection, origin, action=action, target=target, at_ms=at_ms, detail=detail, before="", after="ab"
        )
    )


def tampered(database: Database, *statements: str) -> None:
    """As somebody who may write the file does it: past the triggers."""

    def work(connection: Connection) -> None:
        for verb in ("update", "delete", "replace"):
            connection.execute(text(f"DROP TRIGGER audit_entries_no_{verb}"))
        for statement in statements:
            connection.execute(text(statement))

    database.write_sync(work)


def test_entries_are_numbered_and_each_holds_the_hash_of_the_one_before(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        first, second = appended(database), appended(database)

        assert (first.number, first.previous_hash) == (1, "")
        assert (second.number, second.previous_hash) == (2, first.entry_hash)
        assert second.entry_hash == entry_hash(second) != first.entry_hash
        good = Verified(entries=2, head=second.entry_hash, fault="", known_number=0)
        assert database.read_sync(verify_chain) == good
        assert database.read_sync(last_number) == 2


def test_every_field_is_part_of_the_hash(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        entry = appended(database)

    for name in AuditEntry.__struct_fields__:
        if name != "entry_hash":
            other = 7 if isinstance(getattr(entry, name), int) else "other"
            assert entry_hash(msgspec.structs.replace(entry, **{name: other})) != entry.entry_hash, name


def test_no_statement_changes_deletes_or_replaces_an_entry(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        entry = appended(database)
        row = msgspec.structs.asdict(entry) | {"actor": "mallory"}
        for statement in (
            update(audit_entries).values(actor="mallory"),
            delete(audit_entries),
            insert(audit_entries).prefix_with("OR REPLACE").values(row),
        ):
            with pytest.raises(DatabaseError, match="append-only"):
                database.write_sync(partial(Connection.execute, statement=statement))

        assert database.read_sync(lambda connection: list_entries(connection, AuditFilter(), limit=9)) == [entry]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_entries SET actor = 'mallory' WHERE number = 2", "entry 2 was changed"),
        ("DELETE FROM audit_entries WHERE number = 2", "entry 2 is missing"),
        ("UPDATE audit_entries SET previous_hash = 'x' WHERE number = 3", "entry 3 does not follow"),
        ("UPDATE audit_entries SET entry_hash = 'x' WHERE number = 1", "entry 1 was changed"),
    ],
)
def test_a_chain_that_was_tampered_with_says_where(tmp_path: Path, statement: str, fault: str) -> None:
    with a_database(tmp_path) as database:
        for _ in range(3):
            appended(database)
        tampered(database, statement)

        assert database.read_sync(verify_chain).fault.startswith(fault)


def test_a_hash_that_was_kept_elsewhere_tells_of_a_log_that_was_cut_off(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        appended(database)
        last = appended(database)
        known = last.entry_hash
        assert database.read_sync(lambda connection: verify_chain(connection, known_hash=known)).known_number == 2

        tampered(database, "DELETE FROM audit_entries WHERE number = 2")

        assert database.read_sync(verify_chain).fault == ""
        assert "cut off" in database.read_sync(lambda connection: verify_chain(connection, known_hash=known)).fault


def test_what_somebody_typed_stays_in_its_field_and_on_its_line(tmp_path: Path) -> None:
    typed = "x\n2026 ada signed in\r\x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}"
    with a_database(tmp_path) as database:
        entry = appended(database, target=typed, detail="d" * 9_000, origin=msgspec.structs.replace(ADA, actor=typed))

    assert entry.target == entry.actor == "x\ufffd2026 ada signed in\ufffd\ufffd[31m\ufffd"
    assert len(entry.detail) == MAX_DETAIL_CHARACTERS
    assert as_jsonl([entry]).count("\n") == 1
    assert json.loads(as_jsonl([entry])) == msgspec.structs.asdict(entry)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@x", '=HYPERLINK("https://evil.example","a")'])
def test_what_a_spreadsheet_would_run_is_text_there(tmp_path: Path, formula: str) -> None:
    with a_database(tmp_path) as database:
        entry = appended(database, target=formula)

    head, row = csv.reader(io.StringIO(CSV_HEAD + as_csv([entry])))
    assert dict(zip(head, row, strict=True))["target"] == f"'{formula}"


def test_entries_are_found_by_what_who_to_what_and_when(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        bob = msgspec.structs.replace(ADA, actor="bob")
        appended(database, AuditAction.PUBLISHED, "property shop", origin=bob, at_ms=NOON_MS)
        appended(database, AuditAction.DELETED, "dataset 100%", at_ms=NOON_MS + 10)
        appended(database, AuditAction.PUBLISHED, "property blog", at_ms=NOON_MS + 20)

        def found(**wanted: object) -> list[int]:
            filter_ = AuditFilter(**wanted)  # type: ignore[arg-type]
            return [
                each.number
                for each in database.read_sync(lambda connection: list_entries(connection, filter_, limit=9))
            ]

        assert found() == [3, 2, 1]
        assert found(action=AuditAction.PUBLISHED) == [3, 1]
        assert found(actor="bob") == [1]
        assert found(target="property") == [3, 1]
        assert found(target="%") == [2]
        assert found(since_ms=NOON_MS + 10, until_ms=NOON_MS + 20) == [2]
        page = database.read_sync(lambda connection: list_entries(connection, AuditFilter(), limit=1, before=3))
        assert [each.number for each in page] == [2]
        rest = database.read_sync(lambda connection: entries_after(connection, AuditFilter(), number=1, limit=1))
        assert [each.number for each in rest] == [2]


def test_the_same_look_is_known_for_a_while_and_refusals_are_counted(tmp_path: Path) -> None:
    with a_database(tmp_path) as database:
        appended(database, AuditAction.VIEWED, "profile 1")

        def known(target: str, since_ms: int) -> bool:
            return database.read_sync(
                lambda connection: was_noted(
                    connection, action=AuditAction.VIEWED, actor="ada", target=target, since_ms=since_ms
                )
            )

        assert known("profile 1", NOON_MS)
        assert not known("profile 1", NOON_MS + 1)
        assert not known("profile 2", NOON_MS)
        count = database.read_sync(lambda connection: count_since(connection, AuditAction.VIEWED, since_ms=NOON_MS))
        assert count == 1


def test_a_document_has_one_hash_whatever_the_order_of_its_keys() -> None:
    assert content_hash({"a": 1, "b": [2]}) == content_hash({"b": [2], "a": 1}) != content_hash({"a": 1, "b": [3]})
    assert content_hash(None) == ""
