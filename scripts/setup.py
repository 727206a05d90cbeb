"""Make the environment: `python3 scripts/setup.py run` or `… test`. Called by make; needs the standard library only.

Everything is installed by name and hash from requirements/*.txt and package-lock.json, into .venv/ and node_modules/.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
OLDEST_PYTHON = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(what: str) -> None:
    if sys.version_info < OLDEST_PYTHON:
        _start_again_with_newer_python()
    if not (BIN / "uv").exists():
        _make_venv()
    locked = "test.txt" if what == "test" else "run.txt"
    _say(f"installing requirements/{locked}")
    _uv("install", "--require-hashes", "--only-binary", ":all:", "-r", f"requirements/{locked}")
    _uv("install", "--no-deps", "--no-build-isolation", "--editable", ".")
    if what == "test":
        _node_packages()
        _browser()
    (VENV / f".{what}").touch()


def _start_again_with_newer_python() -> None:
    for minor in range(20, OLDEST_PYTHON[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])
    version = ".".join(map(str, sys.version_info[:3]))
    sys.exit(
        f"Heliograph needs Python 3.11 or newer; this is {version}. Point make at one: make run PYTHON=/path/to/python3"
    )


def _make_venv() -> None:
    _say("making .venv")
    created = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if created.returncode != 0 and _can_apt():
        # Debian ships venv apart from Python.
        _apt(f"python3.{sys.version_info[1]}-venv")
        created = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
        )
    if created.returncode != 0:
        sys.exit(f"python3 -m venv does not work here:\n{created.stdout}{created.stderr}")
    pip = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", "requirements/bootstrap.txt")


def _node_packages() -> None:
    stamp = ROOT / "node_modules" / ".package-lock.json"
    lock = ROOT / "package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    _say("installing package-lock.json")
    _run(
        str(BIN / "python"),
        "scripts/node.py",
        "npm",
        # Not `ci`: it refuses locks in which other platforms' optional packages are missing, as npm writes them.
        "install",
        "--no-save",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    )


def _browser() -> None:
    """Debian's Chromium where apt is; elsewhere the one that Playwright brings."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if _can_apt():
        _say("installing Debian's chromium")
        _apt("chromium")
        return
    _say("installing Playwright's chromium")
    _run(str(BIN / "playwright"), "install", "chromium")


def _can_apt() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def _apt(package: str) -> None:
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _run("apt-get", "update", "-qq", env=environ)
    _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package, env=environ)


def _uv(*arguments: str) -> None:
    _run(str(BIN / "uv"), "pip", *arguments, "--quiet", env=os.environ | {"VIRTUAL_ENV": str(VENV)})


def _run(*command: str, env: "dict[str, str] | None" = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=env, check=False)
    if done.returncode != 0:
        sys.exit(f"failed ({done.returncode}): {' '.join(command)}")


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
