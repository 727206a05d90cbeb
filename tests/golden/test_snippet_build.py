"""static/dist is what its sources make, and as small as was promised for what can be held today."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DIST = ROOT / "static" / "dist"

LOADER_BYTES = 600
MODULE_BYTES = 600


@pytest.mark.node
def test_building_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    if not (ROOT / "node_modules" / "esbuild").exists():
        assert not os.environ.get("CI"), "esbuild is missing in CI"
        pytest.skip("esbuild is not installed: `make setup` does it")
    command = [sys.executable, str(ROOT / "scripts" / "node.py"), "node", "static/build.mjs", str(tmp_path)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert _files(tmp_path) == _files(DIST)


def test_the_loader_and_each_module_keep_to_their_size() -> None:
    assert len(gzip.compress((DIST / "loader.js").read_bytes(), 9)) <= LOADER_BYTES
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in (DIST / "modules").rglob("*.js")}
    assert {name: size for name, size in sizes.items() if size > MODULE_BYTES} == {}


def _files(folder: Path) -> dict[str, bytes | Any]:
    """By name; of the manifest not the packed sizes, which differ by a byte or two between versions of zlib."""
    found: dict[str, Any] = {
        str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.suffix == ".js"
    }
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for entry in (manifest["runtime"], *manifest["modules"].values()):
        del entry["gzip"]
    return found | {"manifest.json": manifest}
