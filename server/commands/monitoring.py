"""Watching what comes in, without a browser."""

import argparse
from collections.abc import Mapping, Sequence

import msgspec

from server.commands.output import OK
from server.model.json import JsonObject
from server.settings import Settings

_COUNTS = ("received", "ingested", "skipped", "failed", "repaired")


def monitor(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app.monitor_commands import monitor

    found = monitor(settings, range_name=parsed.range, by=parsed.by)
    print(msgspec.json.format(msgspec.json.encode(found)).decode() if parsed.json else "\n".join(_lines(found)))
    return OK


def _lines(found: JsonObject) -> Sequence[str]:
    """A table, as wide as what is in it."""
    rows = [["", *_COUNTS, "lake 95 %", "last"]]
    rows += [
        [
            _name(row),
            *(str(row[count]) for count in _COUNTS),
            row["latency95"]["lake"] or "-",
            row["lastReceived"] or "-",
        ]
        for row in found["rows"]
    ]
    rows.append(["all", *(str(found["total"][count]) for count in _COUNTS), "", ""])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [f"{found['since']} to {found['until']}"]
    for name, *cells in rows:
        told = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        lines.append(f"{name.ljust(widths[0])}  {told}".rstrip())
    if found["notListed"]:
        lines.append(f"and {found['notListed']} more, with fewer events")
    return lines


def _name(row: Mapping[str, object]) -> str:
    """What a row is of: names, or ids where there are none. What cannot be seen on a terminal is left out."""
    parts = [row[part] for part in ("connection", "flow", "dataset") if part in row]
    named = " > ".join(str(part["name"] or part["id"]) for part in parts if isinstance(part, dict))
    return "".join(each for each in named if each.isprintable()) or "unknown"
