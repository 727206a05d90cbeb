"""`heliograph property gates`: what publishing needs."""

import argparse
import getpass

from server.commands.collection import check_environment
from server.commands.output import FAILED, OK, Unreadable
from server.settings import Settings


def property_gates(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app.release_commands import UnknownGate, gates_of

    check_environment(parsed.environment)
    try:
        gates = gates_of(
            settings, parsed.id, environment=parsed.environment, on=parsed.on, off=parsed.off, by=getpass.getuser()
        )
    except UnknownGate as error:
        raise Unreadable(str(error)) from None
    for gate in gates:
        state = "open" if gate.passes else "closed" if gate.is_on else "off"
        print(f"{state}\t{gate.name}\t{gate.text}" + (f"\t{gate.cure}" if not gate.is_open else ""))
    return OK if all(gate.is_open for gate in gates) else FAILED
