"""Schemas: list, show, import, validate."""

import argparse
import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from server.commands.output import FAILED, OK, Unreadable
from server.settings import Settings


def schema_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands
    from server.schema.kinds import Kind

    for item in schema_commands.components(settings, kind=None if parsed.kind == "all" else Kind(parsed.kind)):
        print(f"{item['kind']}\t{item['id']}\t{item['version']}\t{item['origin']}\t{item['title']}")
    return OK


def schema_show(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands
    from server.schema.show import render_schema

    document, resolved = schema_commands.component(settings, parsed.name)
    text = msgspec.json.format(msgspec.json.encode(resolved)).decode() if parsed.json else None
    print(text or render_schema(document, resolved))
    return OK


def schema_history(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands

    for version, changes in schema_commands.history(settings, parsed.name):
        when = datetime.fromtimestamp(version.saved_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        print(f"{version.version}\t{when}\t{version.saved_by or '-'}")
        for change in changes:
            print(f"    {change}")
    return OK


def schema_import(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands

    stored = schema_commands.import_components(settings, parsed.path, by=getpass.getuser())
    for item, is_changed in stored:
        if is_changed:
            print(f"{item.kind}\t{item.id}\t{item.version}")
    unchanged = sum(not is_changed for _, is_changed in stored)
    print(f"imported {len(stored) - unchanged} of {len(stored)}; {unchanged} were there already, as they are")
    return OK


def schema_validate(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands

    try:
        data = sys.stdin.buffer.read() if parsed.file == "-" else Path(parsed.file).read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot read {parsed.file}: {error.strerror}") from None
    found = schema_commands.violations(settings, parsed.name, data)
    for number, violations in found:
        for violation in violations:
            print(f"document {number} {violation.path or '/'} {violation.keyword}: {violation.message}")
    wrong = sum(bool(violations) for _, violations in found)
    print(f"heliograph: {wrong} of {len(found)} documents do not conform", file=sys.stderr)
    return FAILED if wrong else OK
