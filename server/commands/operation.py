"""Running Heliograph and asking how it is."""

import argparse
import os
import sys
from collections.abc import Sequence

import msgspec

from server.commands.output import FAILED, OK, as_lines
from server.settings import SettingLine, Settings


def serve(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app.child import log_to_stderr
    from server.app.serve import serve

    log_to_stderr(settings.log_level)
    serve(settings, os.environ, lambda line: print(line, flush=True))
    return OK


def info(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app.operation_commands import info as info_of

    found = info_of(settings)
    print(msgspec.json.format(msgspec.json.encode(found)).decode() if parsed.json else as_lines(found))
    return OK


def wait(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app.operation_commands import wait_until_settled

    status = wait_until_settled(settings, timeout_seconds=parsed.timeout)
    if status.is_settled:
        return OK
    lags = [f"{status.waiting} events have no outcome yet"] if status.waiting else []
    lags += [f"sink {sink.name} is {sink.lag} events behind" for sink in status.sinks if sink.lag]
    print(f"heliograph: not settled after {parsed.timeout:g} s: {'; '.join(lags)}", file=sys.stderr)
    return FAILED


def print_settings(_parsed: argparse.Namespace, _settings: Settings, lines: Sequence[SettingLine]) -> int:
    for line in lines:
        print(f"{line.variable} = {line.value or '(empty)'}   [{line.origin}]\n    {line.help}")
    return OK
