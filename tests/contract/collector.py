"""One real collector as a test's neighbour: its own process on a free port, without core and console."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from server.app.installation import prepare
from server.app.serve import child_environ
from server.settings import load_settings
from server.workers.supervisor import CHILD_CONSOLE_SOCKET, CHILD_INDEX, CHILD_READY_FD, CHILD_ROLE, CHILD_SOCKET_FD

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_NOW_MS = 1_767_268_800_000

BEACON = b'{"events":[{"xdm":{"eventType":"web.webpagedetails.pageViews"}}]}'


class Collector:
    """Between ``with`` and its end it runs. ``settings``: by name, as text. ``arguments``: what starts a child.

    ``tls``: what trusts it, if the settings give it a certificate.
    """

    def __init__(
        self,
        data_dir: Path,
        settings: Mapping[str, str],
        *,
        arguments: tuple[str, ...] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings, _ = load_settings(
            {}, options={"data_dir": str(data_dir), "demo": "on", "drain_seconds": "0", **settings}
        )
        self._arguments = arguments or ("-m", "server.app.child")
        self._data_dir = data_dir
        self._tls = tls

    def __enter__(self) -> Self:
        self._data_dir.mkdir(mode=0o700, exist_ok=True)
        prepare(self._settings, now_ms=_NOW_MS)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            ready, says_ready = os.pipe()
            environ = child_environ(self._settings, os.environ, f"http://127.0.0.1:{self.port}") | {
                CHILD_ROLE: "collect",
                CHILD_INDEX: "0",
                CHILD_SOCKET_FD: str(listener.fileno()),
                CHILD_READY_FD: str(says_ready),
                CHILD_CONSOLE_SOCKET: str(self._data_dir / "console.sock"),
            }
            self.process = subprocess.Popen(
                [sys.executable, *self._arguments], env=environ, pass_fds=(listener.fileno(), says_ready)
            )
        os.close(says_ready)
        with os.fdopen(ready, "rb") as said:
            assert said.read(1), "the collector did not start: its error is above"
        return self

    def __exit__(self, _type: type[BaseException] | None, _value: object, _trace: TracebackType | None) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=_STOP_SECONDS) == 0

    def connect(self, *sent: bytes) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=_STOP_SECONDS)
        for piece in sent:
            made.sendall(piece)
        return made

    def numbers(self) -> dict[str, float]:
        """What `/metrics` says, by name and labels, without the process's."""
        address = f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}/metrics"
        with urllib.request.urlopen(address, timeout=_STOP_SECONDS, context=self._tls) as answer:  # noqa: S310 - http
            lines = answer.read().decode("utf-8").splitlines()
        samples = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {
            name.replace('process="collect-0"', "").replace("{,", "{").replace("{}", ""): float(value)
            for name, value in samples
        }


def beacon(body: bytes = BEACON, *headers: bytes, path: bytes = b"/ee/v1/collect?configId=demo") -> bytes:
    """A whole request."""
    return head(len(body), *headers, path=path) + body


def head(length: int, *headers: bytes, path: bytes = b"/ee/v1/collect?configId=demo") -> bytes:
    lines = (
        b"POST %b HTTP/1.1" % path,
        b"Host: c.example",
        b"Origin: https://shop.example",
        b"Content-Type: text/plain",
        b"Content-Length: %d" % length,
        *headers,
    )
    return b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the next answer; status 0 when the server closed instead."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = _received(connection)
        if not piece:
            return 0, {}, received
        received += piece
    start, _, body = received.partition(b"\r\n\r\n")
    lines = start.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    while len(body) < int(headers.get("content-length", "0")):
        body += _received(connection)
    return int(lines[0].split(" ")[1]), headers, body


def is_closed(connection: socket.socket) -> bool:
    """Wait for what comes; whether it is the end."""
    return _received(connection) == b""


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except ConnectionResetError:
        return b""
