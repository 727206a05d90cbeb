"""Events as they are kept: the lake, failed ones, profiles."""

import argparse
import getpass
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from server.commands.output import OK, Unreadable, write_export
from server.commands.rehearsal import rehearsal_lines
from server.settings import Settings

if TYPE_CHECKING:
    from server.app.failed_commands import Wanted


def export(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import event_commands
    from server.app.command_audit import record_command
    from server.app.readers import open_database
    from server.store.audit import AuditAction

    open_database(settings).close()

    def run(write: Callable[[bytes], object]) -> None:
        event_commands.export(
            settings,
            parsed.dataset,
            form=parsed.format,
            since_ms=parsed.since,
            until_ms=parsed.until,
            write=write,
        )

    record_command(settings, AuditAction.EXPORTED, f"dataset {parsed.dataset}", detail=parsed.format)
    write_export(parsed.output, run)
    return OK


def failed_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import failed_commands

    found = failed_commands.failed_list(settings, _wanted_failures(parsed), limit=parsed.limit)
    if parsed.json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
        return OK
    for item in found:
        state = "replayed" if item["replayed"] else "open"
        print(
            f"{item['offset']}\t{item['received'] or '-'}\t{item['reason']}\t{item['dataset'] or '-'}"
            f"\t{item['eventType'] or '-'}\t{state}\t{item['problem']}"
        )
    return OK


def failed_groups(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import failed_groups

    found = failed_groups.failed_groups(settings, _wanted_failures(parsed))[: parsed.limit]
    if parsed.json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
        return OK
    for item in found:
        fault = f"{item['field'] or '-'} {item['keyword']}".rstrip()
        print(
            f"{item['id']}\t{item['events']}\t{item['share']:.1%}\t{item['first'] or '-'}\t{item['last'] or '-'}"
            f"\t{item['reason']}\t{fault}\t{item['rule'] or '-'}\t{item['page'] or '-'}"
        )
    return OK


def failed_show(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import failed_commands

    print(msgspec.json.format(msgspec.json.encode(failed_commands.failed_show(settings, parsed.offset))).decode())
    return OK


def failed_export(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import failed_commands
    from server.app.command_audit import record_command
    from server.store.audit import AuditAction

    record_command(settings, AuditAction.EXPORTED, "failed events")
    write_export(
        parsed.output, lambda write: failed_commands.failed_export(settings, _wanted_failures(parsed), write=write)
    )
    return OK


def failed_replay(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import failed_commands
    from server.app.command_audit import record_command
    from server.store.audit import AuditAction

    wanted = _wanted_failures(parsed)
    is_filtered = wanted != failed_commands.Wanted()
    if (bool(parsed.offset), is_filtered, parsed.all).count(True) != 1:
        raise Unreadable("say which failed events to replay: by OFFSET, by a filter such as --reason, or --all")
    edit = _edit(parsed.edit)
    if parsed.preview:
        found = (
            failed_commands.failed_rehearse_some(settings, parsed.offset, edit=edit)
            if parsed.offset
            else failed_commands.failed_rehearse(settings, wanted, edit=edit)
        )
        print(*rehearsal_lines(found), sep="\n")
        return OK
    if parsed.offset:
        report = failed_commands.failed_replay_some(settings, parsed.offset, by=getpass.getuser(), edit=edit)
    else:
        report = failed_commands.failed_replay(settings, wanted, by=getpass.getuser(), edit=edit)
    record_command(settings, AuditAction.REPLAYED, "failed events", detail=f"{report.replayed} events")
    print(f"{report.replayed} to be decided again; `heliograph wait` returns when they are")
    if report.passed_over:
        print(f"heliograph: {report.passed_over} were replayed before and were passed over", file=sys.stderr)
    if report.unreadable:
        print(f"heliograph: {report.unreadable} cannot be replayed: their records are damaged", file=sys.stderr)
    return OK


def _edit(given: str) -> str:
    """``given``: the edit itself, or ``@`` and the file that it stands in."""
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable(f"cannot read {given[1:]}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{given[1:]} is no text in UTF-8") from None


def _wanted_failures(parsed: argparse.Namespace) -> "Wanted":
    from server.app.failed_commands import Wanted

    return Wanted(
        reason=parsed.reason,
        dataset=parsed.dataset,
        since_ms=parsed.since,
        until_ms=parsed.until,
        group=getattr(parsed, "group", None),
    )


def profile_show(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import event_commands
    from server.app.command_audit import record_command
    from server.profile.show import encode_profile, render_profile
    from server.store.audit import AuditAction

    view = event_commands.find_profile(settings, namespace=parsed.namespace, identity=parsed.id)
    record_command(settings, AuditAction.VIEWED, f"profile {view.id}")
    if parsed.json:
        print(encode_profile(view).decode())
    else:
        print(render_profile(view, datasets=event_commands.dataset_names(settings)))
    return OK


def forget(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import erasure
    from server.model.erasure import ErasureReport

    done = erasure.forget(settings, namespace=parsed.namespace, identity=parsed.id, timeout_seconds=parsed.timeout)
    report = done.report or ErasureReport()
    if parsed.json:
        print(msgspec.json.format(msgspec.json.encode({"id": done.id, **msgspec.to_builtins(report)})).decode())
        return OK
    print(f"profiles\t{report.identities} identities, {report.events} events, {report.records} records")
    for each in report.rows:
        print(f"{each.dataset}\t{each.rows} rows, {each.files} files")
    until = datetime.fromtimestamp(report.log_until_ms / 1000, UTC).strftime("%Y-%m-%d")
    print(f"event log\tleft out by {report.tombstones} tombstones; the last of it is gone by {until}")
    return OK
