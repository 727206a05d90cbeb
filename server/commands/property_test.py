"""`heliograph property test`: play a property's test cases, and tell people and continuous integration."""

import argparse
import getpass
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from server.commands.collection import read_document
from server.commands.output import FAILED, OK, write_bytes
from server.settings import Settings

if TYPE_CHECKING:
    from server.app.property_test import Played


def property_test(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app.property_commands import document_to_test
    from server.app.property_test import NoBrowser, play_cases
    from server.app.release_commands import keep_result

    given = None if parsed.file is None else read_document(parsed.file)
    document = document_to_test(settings, parsed.id, given)
    played: list[Played] = []
    try:
        for one in play_cases(document, clock=time.monotonic):
            played.append(one)
            print(f"{'failed' if one.faults else 'ok'}\t{one.rule}\t{one.name}")
            for fault in one.faults:
                print(f"\t{fault}")
    except NoBrowser as error:
        print(f"heliograph: {error}", file=sys.stderr)
        return FAILED
    if parsed.junit is not None:
        write_bytes(Path(parsed.junit), junit(document["property"]["id"], played))
    failed = sum(bool(one.faults) for one in played)
    print(f"{len(played) - failed} of {len(played)} cases hold")
    if given is None:
        keep_result(settings, document, held=len(played) - failed, failed=failed, by=getpass.getuser())
    return FAILED if failed else OK


def junit(property_id: str, played: Sequence["Played"]) -> bytes:
    """The report that continuous integration reads."""
    suite = ElementTree.Element(
        "testsuite",
        name=property_id,
        tests=str(len(played)),
        failures=str(sum(bool(one.faults) for one in played)),
        time=f"{sum(one.seconds for one in played):.3f}",
    )
    for one in played:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"{property_id}.{one.rule}", name=one.name, time=f"{one.seconds:.3f}"
        )
        if one.faults:
            ElementTree.SubElement(case, "failure", message=one.faults[0]).text = "\n".join(one.faults)
    text: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return text
