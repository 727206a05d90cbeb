"""What commands do, told to the audit log: they are the operator's, whom the machine's own accounts name."""

import getpass

from server.app import world
from server.settings import Settings
from server.store.audit import ActorKind, AuditAction, Origin, Trail, note
from server.store.database import Database

# What a command is to the log, beside the routes of requests.
_REQUEST = "command"


def command_trail() -> Trail:
    """On which a command's changes are noted."""
    return Trail(_operator, world.clock_ms)


def record_command(settings: Settings, action: AuditAction, target: str, *, detail: str = "") -> None:
    """Write down what a command does beside the control plane: what it reads, what it has decided again.

    The installation is there: the command has opened it.
    """
    database = Database(settings.control_plane_url).audited(command_trail())
    try:
        database.write_sync(lambda connection: note(connection, action, target, detail=detail))
    finally:
        database.close()


def _operator() -> Origin:
    return Origin(actor=account_name(), kind=ActorKind.OPERATOR, address="", request=_REQUEST)


def account_name() -> str:
    """Of the machine's account that runs this; containers often have numbers without names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody on the server"
