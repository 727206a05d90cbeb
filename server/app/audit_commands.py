"""What `heliograph audit …` does."""

from collections.abc import Callable
from functools import partial
from typing import Any

from server.app.command_audit import record_command
from server.app.readers import open_database
from server.settings import Settings
from server.store.audit import AuditAction
from server.store.audit_export import CSV_HEAD, as_csv, as_jsonl
from server.store.audit_reading import STEP_ENTRIES, AuditFilter, Verified, entries_after, verify_chain


def verify(settings: Settings, *, known_hash: str) -> Verified:
    """Raises NoInstallation."""
    database = open_database(settings)
    try:
        return database.read_sync(partial(verify_chain, known_hash=known_hash))
    finally:
        database.close()


def export(settings: Settings, *, form: str, write: Callable[[bytes], Any]) -> None:
    """All entries in pieces to ``write``, the one that tells of this included. Raises NoInstallation."""
    database, number = open_database(settings), 0
    try:
        record_command(settings, AuditAction.EXPORTED, "audit log", detail=form)
        if form == "csv":
            write(CSV_HEAD.encode())
        while found := database.read_sync(
            partial(entries_after, wanted=AuditFilter(), number=number, limit=STEP_ENTRIES)
        ):
            write((as_csv(found) if form == "csv" else as_jsonl(found)).encode())
            number = found[-1].number
    finally:
        database.close()
