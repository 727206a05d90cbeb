"""The snippet's own tests, which Node.js runs: one test here for each file. `node --test tests/js` runs them all."""

import json
import os
import subprocess
import sys
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


@pytest.mark.node
def test_the_shipped_types_allow_what_pages_may_say_and_nothing_else() -> None:
    root = HERE.parents[1]
    if not (root / "node_modules" / "typescript").exists():
        assert not os.environ.get("CI"), "typescript is missing in CI"
        pytest.skip("typescript is not installed: `make setup` does it")
    command = [
        sys.executable,
        str(root / "scripts" / "node.py"),
        "npx",
        "--no-install",
        "tsc",
        "--project",
        str(HERE / "api"),
    ]

    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=100)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.node
def test_the_package_can_be_imported_where_there_is_no_page(node: list[str]) -> None:
    dist = HERE.parents[1] / "static" / "dist"
    package = json.loads((dist / "package.json").read_bytes())
    entry = dist / package["exports"]["."]["default"]
    script = f"import {{ start }} from {json.dumps(entry.as_uri())}; console.log(typeof start)"

    done = subprocess.run([*node, "--input-type=module", "-e", script], capture_output=True, text=True, timeout=100)

    assert done.stdout == "function\n", done.stderr
    assert (dist / package["exports"]["."]["types"]).exists()
