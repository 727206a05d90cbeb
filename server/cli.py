"""`heliograph …`: reads the arguments, calls, prints. What a command does is in server/app/commands.py."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from server.arguments import parser
from server.settings import SettingLine, Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from server.app.failed_commands import Wanted

OK, FAILED, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    parsed = parser().parse_args(arguments)
    try:
        options = {name: str(value) for name, value in vars(parsed).items() if name in _OPTIONS and value is not None}
        if parsed.command == "serve" and parsed.demo:
            options["demo"] = "on"
        settings, lines = load_settings(os.environ, options=options)
    except SettingsError as error:
        for fault in error.faults:
            print(f"heliograph: {fault}", file=sys.stderr)
        return WRONG_USE
    return _guarded(lambda: _COMMANDS[parsed.run](parsed, settings, lines))


def _guarded(run: Callable[[], int]) -> int:
    """Every error that a person can mend is one line."""
    from server.app.commands import NotFound
    from server.app.readers import NoInstallation
    from server.app.schema_commands import Unreadable
    from server.app.serve import CannotServe
    from server.lake.errors import LakeError
    from server.profile.errors import ProfileStoreTooNew, ProfileStoreUnavailable
    from server.publish import PropertyRefused
    from server.schema.importing import ImportRefused
    from server.schema.registry import ChangeRefused
    from server.store.database import DatabaseTooNew
    from server.wire.datastream import DatastreamRefused

    try:
        return run()
    except PropertyRefused as error:
        for fault in error.faults:
            print(f"{fault.path or '/'}: {fault.message} {fault.cure}".rstrip(), file=sys.stderr)
        print(f"heliograph: nothing was changed: {len(error.faults)} to mend", file=sys.stderr)
    except DatastreamRefused as error:
        print(*error.faults, sep="\n", file=sys.stderr)
        print("heliograph: nothing was changed", file=sys.stderr)
    except (ChangeRefused, ImportRefused) as error:
        print(error, file=sys.stderr)
        print("heliograph: nothing was changed", file=sys.stderr)
    except (
        CannotServe,
        DatabaseTooNew,
        LakeError,
        NoInstallation,
        NotFound,
        ProfileStoreTooNew,
        ProfileStoreUnavailable,
        Unreadable,
        _Unreadable,
    ) as error:
        print(f"heliograph: {error}", file=sys.stderr)
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return FAILED


class _Unreadable(Exception):
    """A file or a value that the command line names cannot be used."""


# Options of the command line that are settings.
_OPTIONS = frozenset({"host", "port", "data_dir", "workers", "base_url"})


def _serve(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app.child import log_to_stderr
    from server.app.serve import serve

    log_to_stderr(settings.log_level)
    serve(settings, os.environ, lambda line: print(line, flush=True))
    return OK


def _info(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands

    found = commands.info(settings)
    print(msgspec.json.format(msgspec.json.encode(found)).decode() if parsed.json else _as_lines(found))
    return OK


def _wait(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands

    status = commands.wait_until_settled(settings, timeout_seconds=parsed.timeout)
    if status.is_settled:
        return OK
    lags = [f"{status.waiting} events have no outcome yet"] if status.waiting else []
    lags += [f"sink {sink.name} is {sink.lag} events behind" for sink in status.sinks if sink.lag]
    print(f"heliograph: not settled after {parsed.timeout:g} s: {'; '.join(lags)}", file=sys.stderr)
    return FAILED


def _export(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands

    def run(write: Callable[[bytes], object]) -> None:
        commands.export(
            settings,
            parsed.dataset,
            form=parsed.format,
            since_ms=parsed.since,
            until_ms=parsed.until,
            write=write,
        )

    _write_export(parsed.output, run)
    return OK


def _write_export(output: str | None, run: Callable[[Callable[[bytes], object]], None]) -> None:
    """Let ``run`` write to the file, or to standard output."""
    if output is None:
        run(sys.stdout.buffer.write)
        sys.stdout.buffer.flush()
        return
    # Written beside and renamed: a reader of the file never sees half an export.
    unfinished = Path(f"{output}.part")
    try:
        with unfinished.open("wb") as file:
            run(file.write)
        unfinished.replace(output)
    except OSError as error:
        raise _Unreadable(f"cannot write {output}: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def _schema_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands
    from server.schema.kinds import Kind

    for item in schema_commands.components(settings, kind=None if parsed.kind == "all" else Kind(parsed.kind)):
        print(f"{item['kind']}\t{item['id']}\t{item['version']}\t{item['origin']}\t{item['title']}")
    return OK


def _schema_show(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands
    from server.schema.show import render_schema

    document, resolved = schema_commands.component(settings, parsed.name)
    text = msgspec.json.format(msgspec.json.encode(resolved)).decode() if parsed.json else None
    print(text or render_schema(document, resolved))
    return OK


def _schema_history(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands

    for version, changes in schema_commands.history(settings, parsed.name):
        when = datetime.fromtimestamp(version.saved_ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        print(f"{version.version}\t{when}\t{version.saved_by or '-'}")
        for change in changes:
            print(f"    {change}")
    return OK


def _schema_import(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands

    stored = schema_commands.import_components(settings, parsed.path, by=getpass.getuser())
    for item, is_changed in stored:
        if is_changed:
            print(f"{item.kind}\t{item.id}\t{item.version}")
    unchanged = sum(not is_changed for _, is_changed in stored)
    print(f"imported {len(stored) - unchanged} of {len(stored)}; {unchanged} were there already, as they are")
    return OK


def _schema_validate(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import schema_commands

    try:
        data = sys.stdin.buffer.read() if parsed.file == "-" else Path(parsed.file).read_bytes()
    except OSError as error:
        raise _Unreadable(f"cannot read {parsed.file}: {error.strerror}") from None
    found = schema_commands.violations(settings, parsed.name, data)
    for number, violations in found:
        for violation in violations:
            print(f"document {number} {violation.path or '/'} {violation.keyword}: {violation.message}")
    wrong = sum(bool(violations) for _, violations in found)
    print(f"heliograph: {wrong} of {len(found)} documents do not conform", file=sys.stderr)
    return FAILED if wrong else OK


def _datastream_list(_parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import datastream_commands

    for item in datastream_commands.datastreams(settings):
        state = "enabled" if item.enabled else "disabled"
        print(f"{item.id}\t{item.name}\t{item.dataset_id}\t{state}")
    return OK


def _datastream_show(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import datastream_commands

    text = datastream_commands.document(settings, parsed.id).decode()
    if parsed.output is None:
        print(text, end="")
    else:
        _write_text(parsed.output, text)
    return OK


def _datastream_save(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import datastream_commands

    try:
        data = sys.stdin.buffer.read() if parsed.file == "-" else Path(parsed.file).read_bytes()
    except OSError as error:
        raise _Unreadable(f"cannot read {parsed.file}: {error.strerror}") from None
    saved, is_new = datastream_commands.save(settings, data)
    print(f"{'added' if is_new else 'replaced'} {saved.id}")
    return OK


def _property_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands

    for item in commands.properties(settings):
        builds = ", ".join(f"{name} {build_hash[:12]}" for name, build_hash in item["environments"].items())
        print(f"{item['id']}\t{item['name']}\t{builds or 'not published'}")
    return OK


def _property_export(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands
    from server.property.files import canonical_text

    text = canonical_text(commands.property_document(settings, parsed.id))
    if parsed.output is None:
        print(text, end="")
    else:
        _write_text(parsed.output, text)
    return OK


def _property_import(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands
    from server.property.files import FilesError, decode_document

    try:
        data = sys.stdin.buffer.read() if parsed.file == "-" else Path(parsed.file).read_bytes()
        document = decode_document(data, file=parsed.file)
    except OSError as error:
        raise _Unreadable(f"cannot read {parsed.file}: {error.strerror}") from None
    except FilesError as error:
        raise _Unreadable(str(error)) from None
    stored, changes = commands.property_import(settings, document, by=getpass.getuser())
    for change in changes:
        print(change)
    print(f"imported {stored.id}; publish it with `heliograph property publish {stored.id} --environment development`")
    return OK


def _property_publish(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands

    _check_environment(parsed.environment)
    build = commands.property_publish(settings, parsed.id, environment=parsed.environment, by=getpass.getuser())
    print(f"{build.environment} of {build.property_id} is build {build.hash} ({len(build.script)} bytes)")
    return OK


def _property_rollback(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands

    _check_environment(parsed.environment)
    build = commands.property_rollback(
        settings, parsed.id, environment=parsed.environment, to=parsed.to, by=getpass.getuser()
    )
    print(f"{build.environment} of {build.property_id} is build {build.hash} again")
    return OK


def _failed_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
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


def _failed_show(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import failed_commands

    print(msgspec.json.format(msgspec.json.encode(failed_commands.failed_show(settings, parsed.offset))).decode())
    return OK


def _failed_export(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import failed_commands

    _write_export(
        parsed.output, lambda write: failed_commands.failed_export(settings, _wanted_failures(parsed), write=write)
    )
    return OK


def _failed_replay(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import failed_commands

    wanted = _wanted_failures(parsed)
    is_filtered = wanted != failed_commands.Wanted()
    if (bool(parsed.offset), is_filtered, parsed.all).count(True) != 1:
        raise _Unreadable("say which failed events to replay: by OFFSET, by a filter such as --reason, or --all")
    if parsed.offset:
        report = failed_commands.failed_replay_some(settings, parsed.offset, by=getpass.getuser())
    else:
        report = failed_commands.failed_replay(settings, wanted, by=getpass.getuser())
    print(f"{report.replayed} to be decided again; `heliograph wait` returns when they are")
    if report.passed_over:
        print(f"heliograph: {report.passed_over} were replayed before and were passed over", file=sys.stderr)
    if report.unreadable:
        print(f"heliograph: {report.unreadable} cannot be replayed: their records are damaged", file=sys.stderr)
    return OK


def _wanted_failures(parsed: argparse.Namespace) -> "Wanted":
    from server.app.failed_commands import Wanted

    return Wanted(reason=parsed.reason, dataset=parsed.dataset, since_ms=parsed.since, until_ms=parsed.until)


def _profile_show(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands
    from server.profile.show import encode_profile, render_profile

    view = commands.find_profile(settings, namespace=parsed.namespace, identity=parsed.id)
    print(encode_profile(view).decode() if parsed.json else render_profile(view))
    return OK


def _user_login_link(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import commands

    print(commands.login_link(settings, name=parsed.name))
    return OK


def _user_token(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import api_token_commands

    secret, token_id = api_token_commands.create(settings, name=parsed.name, days=parsed.days)
    print(secret)
    print(f"API token {token_id}; it is shown only now: keep it where secrets are kept", file=sys.stderr)
    return OK


def _user_tokens(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import api_token_commands

    for item in api_token_commands.tokens(settings):
        print(f"{item['id']}\t{item['state']}\t{item['created']}\t{item['expires']}\t{item['account']}")
    return OK


def _user_revoke_token(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import api_token_commands

    api_token_commands.revoke(settings, parsed.id)
    print(f"API token {parsed.id} is revoked")
    return OK


def _token_create(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import token_commands

    secret, token = token_commands.create(settings, name=parsed.name, inlets=parsed.inlet, days=parsed.days)
    print(secret)
    print(f"token {token.id}; it is shown only now: keep it where secrets are kept", file=sys.stderr)
    return OK


def _token_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import token_commands

    for item in token_commands.tokens(settings):
        inlets = ", ".join(item["inlets"]) or "all connections"
        times = f"{item['created']}\t{item['expires'] or 'never'}\t{item['lastUsed'] or 'never used'}"
        print(f"{item['id']}\t{item['state']}\t{times}\t{item['name']}\t{inlets}")
    return OK


def _token_revoke(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import token_commands

    token_commands.revoke(settings, parsed.id)
    print(f"token {parsed.id} is revoked")
    return OK


def _settings(_parsed: argparse.Namespace, _settings: Settings, lines: Sequence[SettingLine]) -> int:
    for line in lines:
        print(f"{line.variable} = {line.value or '(empty)'}   [{line.origin}]\n    {line.help}")
    return OK


def _check_environment(name: str) -> None:
    from server.model.property import ENVIRONMENTS

    if name not in ENVIRONMENTS:
        raise _Unreadable(f"there is no environment {name!r}; there are {', '.join(ENVIRONMENTS)}")


def _write_text(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise _Unreadable(f"cannot write {path}: {error.strerror}") from None


def _as_lines(values: Mapping[str, object], indent: str = "") -> str:
    """Nested values as indented lines, for people."""
    lines: list[str] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{name}:", _as_lines(value, indent + "  ")]
        elif isinstance(value, list):
            lines.append(f"{indent}{name}:")
            lines += [f"{indent}  " + "  ".join(f"{key}={each}" for key, each in item.items()) for item in value]
        else:
            lines.append(f"{indent}{name}: {value}")
    return "\n".join(lines)


_Command = Callable[[argparse.Namespace, Settings, Sequence[SettingLine]], int]

_COMMANDS: Mapping[str, _Command] = {
    "serve": _serve,
    "info": _info,
    "wait": _wait,
    "export": _export,
    "schema_list": _schema_list,
    "schema_show": _schema_show,
    "schema_history": _schema_history,
    "schema_import": _schema_import,
    "schema_validate": _schema_validate,
    "datastream_list": _datastream_list,
    "datastream_show": _datastream_show,
    "datastream_save": _datastream_save,
    "property_list": _property_list,
    "property_export": _property_export,
    "property_import": _property_import,
    "property_publish": _property_publish,
    "property_rollback": _property_rollback,
    "failed_list": _failed_list,
    "failed_show": _failed_show,
    "failed_export": _failed_export,
    "failed_replay": _failed_replay,
    "profile_show": _profile_show,
    "user_login_link": _user_login_link,
    "user_token": _user_token,
    "user_tokens": _user_tokens,
    "user_revoke_token": _user_revoke_token,
    "token_create": _token_create,
    "token_list": _token_list,
    "token_revoke": _token_revoke,
    "settings": _settings,
}
