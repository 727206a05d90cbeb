import asyncio
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.workers.issuer_keys import MAX_KEYS_BYTES, KeysUnavailable, read_keys, run_issuer_keys


@contextmanager
def a_web_server(status: int, body: bytes, headers: dict[str, str] | None = None) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class calls it so)
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/keys"
        finally:
            server.shutdown()
            thread.join()


def test_keys_come_from_a_url_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(b"of a file")

    with a_web_server(200, b"of a url") as url:
        assert asyncio.run(read_keys(url)) == b"of a url"
    assert asyncio.run(read_keys(str(tmp_path / "keys.json"))) == b"of a file"


@pytest.mark.parametrize(
    ("status", "body", "headers", "message"),
    [
        (404, b"", {}, "answered 404"),
        (302, b"", {"location": "http://127.0.0.1:1/"}, "answered 302"),
        (200, b"x" * (MAX_KEYS_BYTES + 1), {}, "more than"),
    ],
)
def test_a_url_without_keys_is_said_so(status: int, body: bytes, headers: dict[str, str], message: str) -> None:
    with a_web_server(status, body, headers) as url, pytest.raises(KeysUnavailable, match=message):
        asyncio.run(read_keys(url))


def test_a_file_without_keys_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (MAX_KEYS_BYTES + 1))

    for name in ("large", "missing"):
        with pytest.raises(KeysUnavailable):
            asyncio.run(read_keys(str(tmp_path / name)))


def test_an_issuer_that_is_away_or_sends_nonsense_is_asked_again_and_stopping_does_not_wait() -> None:
    async def run() -> list[bytes]:
        stop, wanted, used = asyncio.Event(), asyncio.Event(), list[bytes]()
        answers: list[Callable[[], bytes]] = [_away, lambda: b"nonsense", lambda: b"keys"]

        async def read() -> bytes:
            return answers.pop(0)()

        def use(document: bytes) -> None:
            if document == b"nonsense":
                raise ValueError(document)
            used.append(document)
            stop.set()

        for _ in range(3):
            async with asyncio.TaskGroup() as group:
                working = group.create_task(run_issuer_keys(stop, wanted, read=read, use=use))
                for _ in range(5):
                    await asyncio.sleep(0)
                if not stop.is_set():
                    working.cancel()
        return used

    def _away() -> bytes:
        raise KeysUnavailable("away")

    assert asyncio.run(run()) == [b"keys"]
