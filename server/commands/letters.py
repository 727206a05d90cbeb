"""Dead letters: events that a sink refused for good."""

import argparse
import getpass

import msgspec

from server.commands.output import OK, Unreadable
from server.settings import Settings


def letters_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import letter_commands

    found = letter_commands.letters_list(settings, sink=parsed.sink, limit=parsed.limit)
    if parsed.json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
        return OK
    for item in found:
        state = "retried" if item["retried"] else "open"
        print(
            f"{item['offset']}\t{item['received']}\t{item['sink']}\t{item['dataset']}\t{item['eventType'] or '-'}"
            f"\t{state}\t{item['reason']}\t{item['cure'] or '-'}"
        )
    return OK


def letters_retry(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import letter_commands

    if (bool(parsed.offset), bool(parsed.sink), parsed.all).count(True) != 1:
        raise Unreadable("say which dead letters to retry: by OFFSET, by --sink, or --all")
    by = getpass.getuser()
    count = (
        letter_commands.letters_retry_some(settings, parsed.offset, by=by)
        if parsed.offset
        else letter_commands.letters_retry(settings, sink=parsed.sink, by=by)
    )
    print(f"{count} to be offered again; `heliograph wait` returns when they are")
    return OK
