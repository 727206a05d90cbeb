"""Where the running server is: a file in the data directory, true only while the directory's lock is held."""

import fcntl
from pathlib import Path

from server.settings import Settings

LOCK_FILE = "lock"
_ADDRESS_FILE = "address"


def save_address(data_dir: Path, base_url: str) -> None:
    (data_dir / _ADDRESS_FILE).write_text(f"{base_url}\n", encoding="utf-8")


def running_address(data_dir: Path) -> str | None:
    """The public address of the server that runs on this directory; None when none does."""
    try:
        with (data_dir / LOCK_FILE).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        # Nobody holds the lock: what the file says is of a server that is gone.
        return None
    except BlockingIOError:
        pass
    except OSError:
        return None
    try:
        return (data_dir / _ADDRESS_FILE).read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def address_of(settings: Settings) -> str:
    """Where the console is, or would be."""
    return running_address(settings.data_dir) or settings.base_url or f"http://{settings.host}:{settings.port}"
