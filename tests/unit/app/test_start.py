"""What a start does not load: the time to the first answer is mostly that of imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.store.migrated import a_migrated_database


def _loaded_by(module: str) -> set[str]:
    """The packages that an interpreter has loaded which imported ``module`` alone."""
    script = f"import sys, {module}; print('\\n'.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


_COMMANDS = ["server.app.account_commands", "server.app.event_commands", "server.app.operation_commands"]


@pytest.mark.parametrize("module", ["server.cli", *_COMMANDS, "server.app.serve", "server.app.collector"])
def test_only_who_reads_or_writes_the_lake_loads_what_that_takes(module: str) -> None:
    assert not _loaded_by(module) & {"duckdb", "deltalake", "pyarrow"}


@pytest.mark.parametrize("module", ["server.app.collector", "server.app.console", "server.app.core"])
def test_the_servers_processes_leave_migrating_to_who_starts_them(module: str) -> None:
    assert "alembic" not in _loaded_by(module)


@pytest.mark.parametrize("module", ["server.cli", *_COMMANDS])
def test_commands_that_scripts_call_often_leave_properties_and_their_schemas_alone(module: str) -> None:
    assert "jsonschema" not in _loaded_by(module)


def test_a_command_on_a_database_that_is_current_leaves_migrating_alone(tmp_path: Path) -> None:
    url = a_migrated_database(tmp_path)
    script = f"import sys, server.store.database as d; d.migrate({url!r}); sys.exit('alembic' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
