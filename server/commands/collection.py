"""What collects: datastreams and properties."""

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from server.commands.importing import take_over
from server.commands.output import OK, Unreadable, write_bytes, write_text
from server.model.json import Json
from server.model.rollout import EVERYONE
from server.settings import Settings

if TYPE_CHECKING:
    from server.store.properties import StoredBuild


def datastream_list(_parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import datastream_commands

    for item in datastream_commands.datastreams(settings):
        state = "enabled" if item.enabled else "disabled"
        print(f"{item.id}\t{item.name}\t{item.dataset_id}\t{state}")
    for gone in datastream_commands.deleted(settings):
        print(f"{gone.id}\t{gone.name}\t-\tdeleted")
    return OK


def datastream_delete(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import datastream_commands

    datastream_commands.delete(settings, parsed.id)
    print(f"deleted {parsed.id}; it can be brought back for {settings.dataset_grace_days} days")
    return OK


def datastream_restore(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import datastream_commands

    datastream_commands.restore(settings, parsed.id)
    print(f"brought back {parsed.id}")
    return OK


def datastream_show(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import datastream_commands

    text = datastream_commands.document(settings, parsed.id).decode()
    if parsed.output is None:
        print(text, end="")
    else:
        write_text(parsed.output, text)
    return OK


def datastream_save(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import datastream_commands

    try:
        data = sys.stdin.buffer.read() if parsed.file == "-" else Path(parsed.file).read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot read {parsed.file}: {error.strerror}") from None
    saved, is_new = datastream_commands.save(settings, data)
    print(f"{'added' if is_new else 'replaced'} {saved.id}")
    return OK


def property_list(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import property_commands

    for item in property_commands.properties(settings):
        builds = ", ".join(f"{name} {build_hash[:12]}" for name, build_hash in item["environments"].items())
        print(f"{item['id']}\t{item['name']}\t{builds or 'not published'}")
    return OK


def property_export(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import property_commands
    from server.property.files import canonical_text

    text = canonical_text(property_commands.property_document(settings, parsed.id))
    if parsed.output is None:
        print(text, end="")
    else:
        write_text(parsed.output, text)
    return OK


def property_import(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import property_commands

    if parsed.source is not None:
        return take_over(parsed, settings)
    document = read_document(parsed.file)
    stored, changes = property_commands.property_import(settings, document, by=getpass.getuser())
    for change in changes:
        print(change)
    print(f"imported {stored.id}; publish it with `heliograph property publish {stored.id} --environment development`")
    return OK


def property_diff(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import property_commands

    if parsed.file is None:
        check_environment(parsed.environment)
        changes = property_commands.unpublished_changes(settings, parsed.id, environment=parsed.environment)
    else:
        changes = property_commands.changes_of(settings, parsed.id, read_document(parsed.file))
    for change in changes:
        print(change)
    return OK


def read_document(file: str) -> Json:
    from server.property.files import FilesError, decode_document

    try:
        return decode_document(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes(), file=file)
    except OSError as error:
        raise Unreadable(f"cannot read {file}: {error.strerror}") from None
    except FilesError as error:
        raise Unreadable(str(error)) from None


def property_publish(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import property_commands

    check_environment(parsed.environment)
    if parsed.out is not None and (parsed.at is not None or parsed.share != EVERYONE):
        raise Unreadable("files have no share and no time: leave out --share and --at, or --out")
    build = property_commands.property_publish(
        settings,
        parsed.id,
        environment=parsed.environment,
        by=getpass.getuser(),
        reason=parsed.reason,
        percent=parsed.share,
        at_ms=parsed.at,
    )
    whose = f"{build.environment} of {build.property_id}"
    if parsed.at is not None:
        print(f"{whose} will be build {build.hash} at the time given")
    elif parsed.share != EVERYONE:
        print(f"{parsed.share} % of the visitors of {whose} get build {build.hash}")
    else:
        print(f"{whose} is build {build.hash} ({len(build.script)} bytes)")
    if parsed.out is not None:
        _write_files(parsed, settings, build)
    return OK


def _write_files(parsed: argparse.Namespace, settings: Settings, build: "StoredBuild") -> None:
    from server.app import property_commands

    prefix = f"/{parsed.prefix.strip('/')}" if parsed.prefix.strip("/") else ""
    container, published = property_commands.files_of(settings, build, prefix=prefix)
    for path, content in published.files.items():
        write_bytes(Path(parsed.out) / path.lstrip("/"), content)
    tag = f"{prefix}/tags/{build.property_id}/{build.environment}.js"
    print(f"wrote {len(published.files)} files below {parsed.out}; pages load {tag}")
    if container.edge is None:
        print(
            f"heliograph: the environment has no `edge`, so events go to the host that serves these files; "
            f"if it is another one, set environments.{build.environment}.edge",
            file=sys.stderr,
        )


def property_sizes(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import property_commands

    whole, sizes = property_commands.sizes_of(settings, parsed.id)
    for rule_id, size in sorted(sizes.items(), key=lambda item: -item[1]):
        print(f"{size}\t{rule_id}")
    print(f"{whole}\tthe whole build")
    return OK


def property_approve(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import property_commands

    property_commands.property_approve(settings, parsed.id, parsed.module, by=getpass.getuser())
    print(f"approved {parsed.module} of {parsed.id}")
    return OK


def property_rollback(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app import property_commands

    check_environment(parsed.environment)
    build = property_commands.property_rollback(
        settings, parsed.id, environment=parsed.environment, to=parsed.to, by=getpass.getuser(), reason=parsed.reason
    )
    print(f"{build.environment} of {build.property_id} is build {build.hash} again")
    return OK


def check_environment(name: str) -> None:
    from server.model.property import ENVIRONMENTS

    if name not in ENVIRONMENTS:
        raise Unreadable(f"there is no environment {name!r}; there are {', '.join(ENVIRONMENTS)}")
