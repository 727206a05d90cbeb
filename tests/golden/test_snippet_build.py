"""static/dist is what its sources make, and as small as was promised. All sizes are those of gzip -9, in bytes."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.publish import Fragments, build, load_fragments

ROOT = Path(__file__).parents[2]
DIST = ROOT / "static" / "dist"

LOADER_BYTES = 600
# What every page gets, whatever its property.
RUNTIME_BYTES = 9_000
# The demo's: runtime, the fragments that its rules use, and the rules.
CONTAINER_BYTES = 12_000
MODULE_BYTES = 600
# Of the engine, where a property needs it.
PART_BYTES = 850
# Five metrics with their definitions; the usual library has four times as much.
LARGER = {"modules/events/web-vital.js": 900}
EVERYTHING_BYTES = 30_000


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
    kinds = [DIST / "modules" / kind for kind in ("events", "dataElements", "actions", "pipes")]
    sizes = {str(path.relative_to(DIST)): _size(path.read_bytes()) for kind in kinds for path in kind.glob("*.js")}

    assert _size((DIST / "loader.js").read_bytes()) <= LOADER_BYTES
    assert sizes
    assert {name: size for name, size in sizes.items() if size > LARGER.get(name, MODULE_BYTES)} == {}


def test_the_engine_and_each_of_its_parts_keep_to_their_size() -> None:
    fragments = load_fragments(ROOT / "static")
    parts = {name: _size(script.encode()) for name, script in fragments.scripts.items() if name.startswith("parts/")}

    assert _size(fragments.runtime.encode()) <= RUNTIME_BYTES
    assert {name: size for name, size in parts.items() if size > PART_BYTES} == {}


def test_the_demos_container_keeps_to_its_size() -> None:
    fragments = load_fragments(ROOT / "static")
    document = json.loads((ROOT / "server" / "demo" / "property.json").read_bytes())

    script, _ = build(document, environment="production", fragments=fragments, org_id="DEMO@AdobeOrg")

    size = _size(script)
    assert size <= CONTAINER_BYTES, f"{size} bytes, fragment by fragment:\n{_by_fragment(script, fragments)}"


def test_a_build_with_everything_keeps_to_its_size() -> None:
    fragments = load_fragments(ROOT / "static")

    everything = "".join([fragments.runtime, *(script for _, script in sorted(fragments.scripts.items()))])

    assert _size(everything.encode()) <= EVERYTHING_BYTES


def _by_fragment(script: bytes, fragments: Fragments) -> str:
    """What each fragment adds to the packed size, in the order of the build; the last line is the rules."""
    text = script.decode()
    ends = [(text.index(fragments.runtime) + len(fragments.runtime), "runtime")]
    for name, fragment in sorted(fragments.scripts.items()):
        if fragment in text:
            ends.append((text.index(fragment) + len(fragment), name))
    lines, before = [], 0
    for end, name in [*ends, (len(text), "rules")]:
        size = _size(text[:end].encode())
        lines.append(f"{size - before:6} {name}")
        before = size
    return "\n".join(lines)


def _size(text: bytes) -> int:
    return len(gzip.compress(text, 9, mtime=0))


def _files(folder: Path) -> dict[str, bytes | Any]:
    """By name; of the manifest not the packed sizes, which differ by a byte or two between versions of zlib."""
    found: dict[str, Any] = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.name != "manifest.json" and path.is_file()
    }
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for entry in (manifest["runtime"], *manifest["modules"].values()):
        del entry["gzip"]
    return found | {"manifest.json": manifest}
