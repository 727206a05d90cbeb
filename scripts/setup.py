"""Make the environment: `python3 scripts/setup.py run`, `… test` or `… browser`. Called by make; standard library only.

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
    {"run": _run_packages, "test": _test_packages, "browser": _browser}[what]()
    (VENV / f".{what}").touch()


def _run_packages() -> None:
    if not (BIN / "uv").exists():
        _make_venv()
    _install("run.txt")
    _uv("install", "--no-deps", "--no-build-isolation", "--editable", ".")


def _test_packages() -> None:
    _install("test.txt")
    _node_packages()


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
    created = _create_venv()
    package = f"python3.{sys.version_info[1]}-venv"
    if created.returncode != 0 and _can_apt():
        # Debian ships venv apart from Python.
        _apt(package)
        created = _create_venv()
    if created.returncode != 0:
        print(created.stdout + created.stderr, file=sys.stderr)
        sys.exit(f"python3 -m venv does not work here. On Debian and Ubuntu: sudo apt-get install {package}")
    pip = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", "requirements/bootstrap.txt")


def _create_venv() -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _install(locked: str) -> None:
    _say(f"installing requirements/{locked}")
    # Compiled now, so that the first start is as quick as any, and every start where Python may write no bytecode.
    _uv("install", "--compile-bytecode", "--require-hashes", "--only-binary", ":all:", "-r", f"requirements/{locked}")


def _node_packages() -> None:
    stamp = ROOT / "node_modules" / ".package-lock.json"
    lock = ROOT / "package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    _say("installing package-lock.json")
    npm = [str(BIN / "python"), "scripts/node.py", "npm"]
    _run(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.touch()


def _browser() -> None:
    """The machine's Chromium; where there is none, Debian's by apt, elsewhere the one that Playwright brings."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if _can_apt():
        _say("installing Debian's chromium")
        _apt("chromium")
        return
    _say("installing Playwright's chromium")
    if subprocess.run([str(BIN / "playwright"), "install", "chromium"], cwd=ROOT, check=False).returncode != 0:
        sys.exit(
            "The browser tests need a Chromium, and none could be installed. Install one, then run make again "
            "(Debian: sudo apt-get install chromium); `make check` and `make unit` need none."
        )


def _can_apt() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def _apt(package: str) -> None:
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _run("apt-get", "update", "-qq", env=environ)
    _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package, env=environ)


def _uv(*arguments: str) -> None:
    # The machine's own certificates, as pip: networks that look into what is fetched have put theirs there.
    environ = {"UV_SYSTEM_CERTS": "true"} | os.environ | {"VIRTUAL_ENV": str(VENV)}
    _run(str(BIN / "uv"), "pip", *arguments, "--quiet", env=environ)


def _run(*command: str, env: "dict[str, str] | None" = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=env, check=False)
    if done.returncode != 0:
        sys.exit(f"failed ({done.returncode}): {' '.join(command)}")


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
