"""The order of the collector's system calls: nobody is answered before the disk has said that the event is on it."""

import http.client
import json
import re
import shutil
import subprocess
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.faults.processes import children
from e2e.server import Heliograph

NewServer = Callable[..., Heliograph]

_ATTACH_SECONDS = 20.0


def test_the_answer_follows_the_sync_of_the_event(new_server: NewServer, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("no strace here to look at the system calls with")
    server = new_server(environ={"HELIOGRAPH_WORKERS": "1"}).start()
    trace = tmp_path / "trace"
    tracing = subprocess.Popen(
        [
            *("strace", "-f", "-s", "400", "-e", "trace=read,pwrite64,fdatasync,write", "-o", str(trace)),
            *("-p", str(children(server)["collect"])),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracing.stderr is not None
    try:
        attached = tracing.stderr.readline()
        if "attached" not in attached:
            pytest.skip(f"strace may not look at this process: {attached.strip()}")
        status = send(server, "looked-at")
        await_text(trace, "HTTP/1.1 204")
    finally:
        tracing.terminate()
        tracing.communicate()
    assert status == 204

    calls = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    stored = first(calls, r"pwrite64\(.*looked-at")
    synced = first(calls[stored:], r"fdatasync(\(\d+\)| resumed>\)).* = 0") + stored
    answered = first(calls, r"write\(.*HTTP/1\.1 204")
    assert first(calls, r"read\(.*POST /ee/v1/collect") < stored < synced < answered
    assert server.stop() == 0


def send(server: Heliograph, identifier: str) -> int:
    address = urllib.parse.urlsplit(server.base_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    body = json.dumps({"events": [{"xdm": {"_id": identifier, "eventType": "web.webpagedetails.pageViews"}}]})
    connection.request("POST", "/ee/v1/collect?configId=demo", body, {"content-type": "text/plain"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def first(lines: list[str], pattern: str) -> int:
    """The number of the first line that matches."""
    return next(number for number, line in enumerate(lines) if re.search(pattern, line))


def await_text(path: Path, text: str) -> None:
    give_up = time.monotonic() + _ATTACH_SECONDS
    while text not in path.read_text(encoding="utf-8", errors="replace"):
        assert time.monotonic() < give_up, f"{text} was not seen among the system calls"
        time.sleep(0.05)
