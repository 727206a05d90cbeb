"""A receiver of notifications on this machine, that answers as it is told to."""

import http.server
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Got:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Says:
    """One answer. ``hold``: it is not given before this is set."""

    status: int = 200
    body: bytes = b"thanks"
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None
    raw: bytes | None = None
    """Instead of an answer that is HTTP."""


@dataclass
class Receiver:
    """``answers``: one a request, the last one for all that follow. A challenge is answered by itself."""

    url: str
    got: list[Got]
    answers: list[Says]


@contextmanager
def a_receiver(answers: Sequence[Says] = (), *, answers_challenges: bool = True) -> Iterator[Receiver]:
    told = list(answers) or [Says()]
    got: list[Got] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append(Got("GET", self.path, dict(self.headers), b""))
            challenge = parse_qs(urlsplit(self.path).query).get("challenge", [""])[0]
            self._say(Says(body=challenge.encode() if answers_challenges else b"hello"))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(Got("POST", self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self._say(told.pop(0) if len(told) > 1 else told[0])

        def _say(self, answer: Says) -> None:
            if answer.hold is not None:
                answer.hold.wait(30)
            if answer.raw is not None:
                self.wfile.write(answer.raw)
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class calls it so)
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield Receiver(url=f"http://127.0.0.1:{server.server_port}/hook", got=got, answers=told)
        finally:
            for each in told:
                if each.hold is not None:
                    each.hold.set()
            server.shutdown()
            thread.join()
