"""Clients that number their events, send each until it is acknowledged, and remember every answer."""

import contextlib
import http.client
import json
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator

from e2e.server import Heliograph

# Longer than a collector takes to come back.
_ANSWER_SECONDS = 15.0

# Between two tries of one client, as a client with a short Retry-After would.
_AGAIN_SECONDS = 0.02

# What one client waits between two events: some hundred events a second from all of them, so that they can be counted.
_PAUSE_SECONDS = 0.004


class Load:
    """``acknowledged``, ``offered``: ids of events. ``answers``: how many requests had which status.

    ``unanswered``: requests whose connection broke after they were sent: each of them may have been stored, or not.
    ``refused``: those that found nobody to connect to.
    """

    def __init__(self, server: Heliograph, *, clients: int = 8, name: str = "e", padding_bytes: int = 0) -> None:
        self.acknowledged: set[str] = set()
        self.offered: set[str] = set()
        self.answers: Counter[int] = Counter()
        self.unanswered = 0
        self.refused = 0
        self.without_retry_after = 0
        self._server = server
        self._padding = "x" * padding_bytes
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send_all, args=(f"{name}-{number}",), daemon=True)
            for number in range(clients)
        ]

    @contextlib.contextmanager
    def running(self) -> Iterator["Load"]:
        """Until the block ends; what is under way then is finished, or given up where the server is gone."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join(_ANSWER_SECONDS * 2)

    def await_acknowledged(self, more: int, *, timeout_seconds: float = 30.0) -> None:
        """Return when so many more are acknowledged than now."""
        wanted = len(self.acknowledged) + more
        give_up = time.monotonic() + timeout_seconds
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < give_up, f"{len(self.acknowledged)} of {wanted} came, answers {self.answers}"
            time.sleep(0.005)

    def await_answer(self, status: int, *, timeout_seconds: float = 30.0) -> None:
        """Return when one more request was answered so."""
        wanted = self.answers[status] + 1
        give_up = time.monotonic() + timeout_seconds
        while self.answers[status] < wanted:
            assert time.monotonic() < give_up, f"no {status} came, answers {self.answers}"
            time.sleep(0.005)

    def _send_all(self, name: str) -> None:
        number = 0
        while not self._stop.is_set():
            identifier = f"{name}-{number}"
            number += 1
            with self._lock:
                self.offered.add(identifier)
            self._send_until_acknowledged(identifier)
            time.sleep(_PAUSE_SECONDS)

    def _send_until_acknowledged(self, identifier: str) -> None:
        """With the same id each time, as every client of ours does; given up when the load is over."""
        connection: http.client.HTTPConnection | None = None
        xdm = {"_id": identifier, "eventType": "web.webpagedetails.pageViews", "web": {"webPageDetails": {}}}
        if self._padding:
            xdm["web"] = {"webPageDetails": {"name": self._padding}}
        body = json.dumps({"events": [{"xdm": xdm}]})
        while True:
            address = urllib.parse.urlsplit(self._server.base_url)
            connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_ANSWER_SECONDS)
            status = self._send(connection, body)
            connection.close()
            if status in (200, 204):
                with self._lock:
                    self.acknowledged.add(identifier)
                return
            if self._stop.is_set():
                return
            time.sleep(_AGAIN_SECONDS)

    def _send(self, connection: http.client.HTTPConnection, body: str) -> int | None:
        """The status; None when there was no answer."""
        try:
            connection.connect()
        except OSError:
            with self._lock:
                self.refused += 1
            return None  # it never got there
        try:
            connection.request("POST", "/ee/v1/collect?configId=demo", body, {"content-type": "text/plain"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            with self._lock:
                self.unanswered += 1
            return None
        with self._lock:
            self.answers[answer.status] += 1
            self.without_retry_after += answer.status == 503 and answer.headers["retry-after"] is None
        return answer.status
