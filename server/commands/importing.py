"""`heliograph property import --from`: the export of another tag manager, with a report of what became of each part."""

import argparse
import getpass
import sys
from pathlib import Path

from server.commands.output import OK, Unreadable
from server.settings import Settings


def take_over(parsed: argparse.Namespace, settings: Settings) -> int:
    from server.app.import_commands import import_export, read_export
    from server.property.importing.report import Fit, NotAnExport

    try:
        data = sys.stdin.buffer.read() if parsed.file == "-" else Path(parsed.file).read_bytes()
        imported = read_export(data, source=parsed.source, property_id=parsed.id)
    except OSError as error:
        raise Unreadable(f"cannot read {parsed.file}: {error.strerror}") from None
    except NotAnExport as error:
        raise Unreadable(str(error)) from None
    for each in imported.findings:
        print("\t".join([each.fit.value, each.kind, each.name, " ".join(each.told)]).rstrip())
    counts = ", ".join(f"{len(imported.of(fit))} {fit.value}" for fit in Fit)
    print(counts)
    if parsed.preview:
        return OK
    stored = import_export(settings, imported, source=parsed.source, may_replace=bool(parsed.id), by=getpass.getuser())
    print(f"imported {stored.id}; look at it, then publish it with `heliograph property publish {stored.id} …`")
    return OK
