"""What a child process of the supervisor runs: `python -m server.app.child`."""

import gc
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import uvloop

from server.settings import Settings, load_settings
from server.workers.supervisor import CHILD_ROLE

# Decoding events makes thousands of objects that die at once: collecting them so seldom saves a collector a third of
# its time with a batch (performance.md, section 6), and the core a tenth of its own.
_GC_THRESHOLDS = (50_000, 20, 50)


def run_child(settings: Settings, environ: Mapping[str, str]) -> None:
    """Until told to stop. Each role imports only what it needs: a collector starts in half the time of the core."""
    log_to_stderr(settings.log_level, f"{environ[CHILD_ROLE]}: ")
    match environ[CHILD_ROLE]:
        case "collect":
            from server.app.collector import run_collector as run
        case "process":
            from server.app.core import run_core as run

            # Before it has threads, which inherit it.
            os.nice(settings.core_niceness)
        case "console":
            from server.app.console import run_console as run
        case role:
            raise ValueError(f"no such role: {role}")
    gc.freeze()
    if environ[CHILD_ROLE] != "console":
        gc.set_threshold(*_GC_THRESHOLDS)
    uvloop.run(run(settings, environ))
    # What is frozen is never let go, and DuckDB says on standard error which of its types that holds at exit.
    gc.unfreeze()


def log_to_stderr(level: str, prefix: str = "") -> None:
    """Key=value lines, one event a line."""
    logging.basicConfig(
        stream=sys.stderr,
        level=level.upper(),
        format=f"%(asctime)s %(levelname)s {prefix}%(name)s %(message)s",
    )
    # Their own lines at level info say every request once more.
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    # A malformed request is a warning to uvicorn. Here it is counted: a line each would be a stranger's to write.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


if __name__ == "__main__":
    # Everything was decided by the supervisor: no file, no options.
    run_child(load_settings(os.environ, directory=Path(os.devnull))[0], os.environ)
