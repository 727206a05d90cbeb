"""The server's processes by what they do."""

import contextlib
import os
import signal
from pathlib import Path

from e2e.server import Heliograph

_ROLE = b"HELIOGRAPH_INTERNAL_ROLE="


def children(server: Heliograph) -> dict[str, int]:
    """Role to process id of those that run."""
    found: dict[str, int] = {}
    for child in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii").split():
        with contextlib.suppress(OSError):
            environ = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
            for variable in environ:
                if variable.startswith(_ROLE):
                    found[variable.removeprefix(_ROLE).decode()] = int(child)
    return found


def kill(server: Heliograph, *roles: str) -> None:
    """SIGKILL, at once. A role whose process is just being started again has none to kill."""
    found = children(server)
    for role in roles:
        if role in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(found[role], signal.SIGKILL)


def kill_everything(server: Heliograph) -> None:
    """As a power cut would, but for the page cache: the supervisor first, so that it starts nothing again."""
    found = list(children(server).values())
    os.kill(server.pid, signal.SIGKILL)
    for child in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    server.kill()
