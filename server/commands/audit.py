"""The audit log: taken along, and checked."""

import argparse
import sys

from server.commands.output import FAILED, OK, write_export
from server.settings import Settings


def audit_verify(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import audit_commands

    verified = audit_commands.verify(settings, known_hash=parsed.known)
    if verified.fault:
        print(f"heliograph: {verified.fault}; {verified.entries} entries before it are good", file=sys.stderr)
        return FAILED
    print(f"{verified.entries} entries, each as it was written; the last one has the hash {verified.head or '-'}")
    if verified.known_number:
        print(f"the hash that was known is entry {verified.known_number}'s")
    return OK


def audit_export(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import audit_commands

    write_export(parsed.output, lambda write: audit_commands.export(settings, form=parsed.format, write=write))
    return OK
