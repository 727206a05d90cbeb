"""package-lock.json serves every platform, and every registry."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def _packages() -> Mapping[str, Mapping[str, Any]]:
    """The lock's packages by where they go, this project itself left out."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {path: package for path, package in packages.items() if path}


def test_the_lock_is_of_what_package_json_asks_for() -> None:
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    packages = _packages()

    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_other_platforms_packages_are_in_it_so_that_npm_ci_takes_it_everywhere() -> None:
    packages = _packages()
    names = {path.rpartition("node_modules/")[2] for path in packages}

    missing = {
        name for package in packages.values() for name in package.get("optionalDependencies", {}) if name not in names
    }

    assert missing == set()
    assert {"@esbuild/darwin-arm64", "@esbuild/linux-x64", "@esbuild/win32-x64"} <= names


def test_every_package_is_known_by_its_hash_and_none_by_its_address() -> None:
    for path, package in _packages().items():
        assert package["integrity"].startswith("sha512-"), path
        assert "resolved" not in package, path
