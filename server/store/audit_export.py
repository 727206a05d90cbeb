"""Entries of the audit log as text for other programs: a JSON document a line, or a row of a spreadsheet."""

import csv
import io
from collections.abc import Sequence

import msgspec

from server.store.audit import AuditEntry

# The first row of a spreadsheet.
CSV_HEAD = ",".join(AuditEntry.__struct_fields__) + "\r\n"

# What spreadsheets take for the beginning of a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_jsonl(entries: Sequence[AuditEntry]) -> str:
    """A line an entry. JSON escapes what would break a line; see `_one_line` for what never gets that far."""
    return "".join(msgspec.json.encode(each).decode() + "\n" for each in entries)


def as_csv(entries: Sequence[AuditEntry]) -> str:
    """A row an entry (RFC 4180); what a spreadsheet would run is text there, behind an apostrophe."""
    written = io.StringIO()
    csv.writer(written).writerows([_cell(value) for value in msgspec.structs.astuple(each)] for each in entries)
    return written.getvalue()


def _cell(value: object) -> str:
    shown = str(value)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
