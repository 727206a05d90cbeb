"""DuckDB over one table's files and nothing else: no other file, no network, no extension, no change of settings."""

from pathlib import Path
from typing import Final

import duckdb

# Enough to sort one slice of an export (export.py) several times over; what does not fit is spilled to disk.
MEMORY_MEGABYTES: Final = 512
SPILL_GIGABYTES: Final = 16

# The core and the console share the machine with the collectors, whose answers people wait for.
THREADS: Final = 1


def connect(*, folder: Path, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection that can read Parquet files below ``folder`` and write only to ``spill``, which has to exist."""
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": str(THREADS),
            "memory_limit": f"{MEMORY_MEGABYTES}MB",
            "temp_directory": str(spill),
            "max_temp_directory_size": f"{SPILL_GIGABYTES}GB",
            "preserve_insertion_order": "false",
        }
    )
    connection.execute(f"SET allowed_directories = [{_literal(f'{folder}/')}]")
    connection.execute("SET TimeZone = 'UTC'")
    # It would be printed among what an export writes, as soon as a query takes two seconds.
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _literal(text: str) -> str:
    """A SET statement takes no parameters."""
    return "'" + text.replace("'", "''") + "'"
