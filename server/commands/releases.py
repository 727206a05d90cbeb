"""`heliograph property gates`, `rollout`: what publishing needs, and who has got what."""

import argparse
import getpass
from datetime import UTC, datetime

from server.commands.collection import check_environment
from server.commands.output import FAILED, OK, Unreadable
from server.model.rollout import EVERYONE
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


def property_rollout(parsed: argparse.Namespace, settings: Settings, _: object) -> int:
    from server.app.release_commands import change_share, moving, withdraw

    check_environment(parsed.environment)
    if parsed.withdraw:
        withdraw(settings, parsed.id, environment=parsed.environment)
    elif parsed.stop or parsed.share is not None:
        change_share(
            settings,
            parsed.id,
            environment=parsed.environment,
            percent=0 if parsed.stop else parsed.share,
            by=getpass.getuser(),
            reason=parsed.reason,
        )
    found = moving(settings, parsed.id, environment=parsed.environment)
    if found.running is not None:
        print(f"{found.running.percent} % of the visitors get build {found.running.build_hash}")
    else:
        print("everyone gets the same build")
    if found.planned is not None:
        at = datetime.fromtimestamp(found.planned.at_ms / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        share = "everyone" if found.planned.percent == EVERYONE else f"{found.planned.percent} % of the visitors"
        print(f"{at}: build {found.planned.build_hash} for {share}")
    return OK
