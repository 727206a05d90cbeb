"""The snippet's own tests, which Node.js runs: one test here for each file. `node --test tests/js` runs them all."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts.node import node_command

HERE = Path(__file__).parent
FILES = sorted(path.name for path in HERE.glob("*.test.js"))


@pytest.fixture(scope="module")
def node() -> list[str]:
    try:
        return node_command("node")
    except (FileNotFoundError, ModuleNotFoundError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"needs Node.js, which is not here: {error}")


def test_there_are_tests_to_run() -> None:
    assert len(FILES) > 10


@pytest.mark.node
@pytest.mark.parametrize("name", FILES)
def test_the_file_passes(name: str, node: list[str]) -> None:
    done = subprocess.run(
        [*node, "--test", "--test-reporter=spec", str(HERE / name)], capture_output=True, text=True, timeout=100
    )

    assert done.returncode == 0, done.stdout + done.stderr
