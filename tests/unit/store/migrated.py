"""A control plane with this version's tables: made once a process, and copied for each test that needs one."""

import tempfile
from functools import cache
from pathlib import Path

from server.store.database import migrate


def a_migrated_database(directory: Path) -> str:
    """The URL of a fresh one in the directory."""
    path = directory / "control.db"
    path.write_bytes(_made())
    return f"sqlite:///{path}"


@cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "control.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()
