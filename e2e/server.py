"""The real server as a test's neighbour: its own process, its own directory, a free port."""

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# A cold start imports Arrow and makes the demo; on two busy cores that has been seen to take ten seconds.
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_COMMAND_SECONDS = 60.0


class Heliograph:
    """``start`` returns when the addresses are printed; ``stop`` when the process is gone. Its output is kept."""

    def __init__(
        self, data_dir: Path, *, options: Sequence[str] = ("--demo",), environ: Mapping[str, str] | None = None
    ) -> None:
        self.data_dir = data_dir
        self.base_url = ""
        self.login_url = ""
        self.output: list[str] = []
        self._options = list(options)
        given = {name: value for name, value in os.environ.items() if not name.startswith("HELIOGRAPH_")}
        # Fewer seconds between commits, and before the end, than a site would want, so that tests need not wait.
        quick = {"HELIOGRAPH_LAKE_COMMIT_SECONDS": "0.2", "HELIOGRAPH_DRAIN_SECONDS": "0"}
        self._environ = given | quick | dict(environ or {})
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread()

    def start(self, *, port: int = 0) -> "Heliograph":
        self._lines = queue.Queue()
        self._process = subprocess.Popen(
            [*self._command("serve"), "--port", str(port), *self._options],
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        self._await_addresses()
        return self

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        return self._end(signal.SIGTERM)

    def wait(self) -> int:
        """The exit code of one that was told to stop in some other way."""
        assert self._process is not None
        code = self._process.wait(timeout=_STOP_SECONDS)
        self._reader.join(timeout=_STOP_SECONDS)
        return code

    def stop_if_running(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()

    def kill(self) -> int:
        """SIGKILL to the supervisor: the children notice by themselves."""
        return self._end(signal.SIGKILL)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command of the product on this server's data."""
        done = subprocess.run(
            [*self._command(arguments[0]), *arguments[1:]],
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        assert not check or done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def events(self, dataset: str = "demo-events") -> list[dict[str, Any]]:
        """Everything in the lake, once all sinks have caught up, through the product's own commands."""
        self.run("wait", "--timeout", "30")
        exported = self.run("export", dataset, "--format", "jsonl").stdout
        return [json.loads(line) for line in exported.splitlines()]

    def _command(self, name: str) -> list[str]:
        return [sys.executable, "-m", "server", name, "--data-dir", str(self.data_dir)]

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.output.append(line.rstrip("\n"))
            self._lines.put(line)
        process.stdout.close()
        self._lines.put(None)

    def _await_addresses(self) -> None:
        give_up = time.monotonic() + _START_SECONDS
        self.base_url = ""
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, give_up - time.monotonic()))
            except queue.Empty:
                self.stop()
                raise AssertionError("the server did not start in time:\n" + "\n".join(self.output)) from None
            if line is None:
                raise AssertionError("the server ended at once:\n" + "\n".join(self.output))
            if found := re.match(r"Console:\s+(\S+?)/?$", line):
                self.base_url = found[1]
            if found := re.match(r"Sign in:\s+(\S+)", line):
                self.login_url = found[1]
            if self.base_url and (self.login_url or "--demo" not in self._options):
                return

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        try:
            code = self._process.wait(timeout=_STOP_SECONDS)
            # Children may outlive a killed supervisor by a moment: their output ends with them.
            self._reader.join(timeout=_STOP_SECONDS)
            return code
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise AssertionError("the server did not stop in time:\n" + "\n".join(self.output)) from None
