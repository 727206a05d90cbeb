"""Resolve package.json again: `python -m scripts.lock_node` writes package-lock.json, for every platform.

In an empty directory: beside an installed node_modules, npm leaves the other platforms' optional packages out of the
lock, and `npm ci` then refuses it there.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.node import node_command, node_environ

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    with tempfile.TemporaryDirectory() as empty:
        for name in ("package.json", ".npmrc"):
            shutil.copy(ROOT / name, empty)
        npm = [*node_command("npm"), "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(npm, cwd=empty, env=node_environ(), check=False)
        if done.returncode == 0:
            shutil.copy(Path(empty) / "package-lock.json", ROOT)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
