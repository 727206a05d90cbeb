"""Start, stop, crash: the server as its operator knows it."""

import json
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.server import Heliograph

NewServer = Callable[..., Heliograph]


def _send(server: Heliograph, identifier: str, *, query: str = "configId=demo") -> int:
    body = {"events": [{"xdm": {"_id": identifier, "eventType": "web.webpagedetails.pageViews"}}]}
    return _post(server, json.dumps(body).encode(), query=query)[0]


def _post(
    server: Heliograph, body: bytes, *, query: str = "configId=demo", content_type: str = "text/plain"
) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(
        f"{server.base_url}/ee/v1/interact?{query}",
        data=body,
        headers={"content-type": content_type, "origin": "https://shop.example"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), {name.lower(): value for name, value in error.headers.items()}


def test_what_was_acknowledged_survives_kill_9_of_everything(new_server: NewServer) -> None:
    server = new_server().start()
    acknowledged = [f"e-{number}" for number in range(50) if _send(server, f"e-{number}") == 200]
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii").split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    server.kill()

    server.start()
    stored = sorted(event["_id"] for event in server.events())

    assert stored == sorted(acknowledged)


def test_a_retry_is_in_the_lake_once(new_server: NewServer) -> None:
    server = new_server().start()
    for _ in range(3):
        _send(server, "same")

    assert [event["_id"] for event in server.events()] == ["same"]
    info = json.loads(server.run("info", "--json").stdout)
    assert info["events"] == {"received": 3, "processed": 3, "failed": 0, "waiting": 0}
    assert server.run("export", "demo-events", "--format", "ids").stdout == "same\n"


def test_sigterm_ends_with_exit_0_and_the_addresses_are_all_that_was_said(new_server: NewServer) -> None:
    server = new_server().start()
    _send(server, "e-1")
    server.events()

    assert server.stop() == 0

    assert [line.partition(":")[0] for line in server.output] == ["Demo shop", "Console", "Sign in"]


@pytest.mark.parametrize(
    ("body", "query", "content_type", "status"),
    [
        (b"{", "configId=demo", "text/plain", 400),
        (b"{}", "configId=nobody", "text/plain", 400),
        (b" " * 300_000, "configId=demo", "text/plain", 413),
        (b"<x/>", "configId=demo", "application/xml", 415),
    ],
)
def test_bad_input_is_answered_in_the_protocols_shape_and_the_server_stays_well(
    demo: Heliograph, body: bytes, query: str, content_type: str, status: int
) -> None:
    answered, problem, headers = _post(demo, body, query=query, content_type=content_type)

    assert answered == status
    assert json.loads(problem)["type"].startswith("https://ns.adobe.com/aep/errors/EXEG-")
    assert headers["access-control-allow-origin"] == "https://shop.example"
    with urllib.request.urlopen(f"{demo.base_url}/health/ready", timeout=10) as answer:
        assert answer.status == 200


def _fails_to_start(server: Heliograph, *options: str) -> str:
    done = server.run("serve", *options, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    [line] = done.stderr.strip().splitlines()
    return line


def test_a_port_in_use_stops_the_start_with_one_line(new_server: NewServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        line = _fails_to_start(new_server(), "--port", str(taken.getsockname()[1]))

    assert "is in use by another program. Choose another with --port" in line


def test_an_unusable_data_directory_stops_the_start_with_one_line(new_server: NewServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    line = _fails_to_start(new_server("file"), "--port", "0")

    assert "cannot be used" in line
    assert "--data-dir" in line


def test_a_corrupt_setting_stops_the_start_with_one_line(new_server: NewServer) -> None:
    line = _fails_to_start(new_server(environ={"HELIOGRAPH_WORKERS": "many"}))

    assert "HELIOGRAPH_WORKERS (environment) is 'many': expected a whole number" in line


def test_a_second_server_on_the_same_directory_is_refused(new_server: NewServer) -> None:
    server = new_server().start()

    assert "in use by another Heliograph" in _fails_to_start(server, "--port", "0")


def test_a_faulty_property_file_names_path_and_cure_and_the_build_stays(new_server: NewServer, tmp_path: Path) -> None:
    server = new_server().start()
    before = json.loads(server.run("info", "--json").stdout)["properties"]
    document = json.loads(server.run("property", "export", "demo").stdout)
    document["rules"][0]["event"] = document["rules"][0].pop("events")
    (tmp_path / "property.json").write_text(json.dumps(document), encoding="utf-8")

    done = server.run("property", "import", str(tmp_path / "property.json"), check=False)

    assert done.returncode == 1
    assert "/rules/0" in done.stderr
    assert "events" in done.stderr
    assert json.loads(server.run("info", "--json").stdout)["properties"] == before


def test_settings_are_listed_with_where_they_come_from(demo: Heliograph) -> None:
    listed = demo.run("settings").stdout

    assert "HELIOGRAPH_LAKE_COMMIT_SECONDS = 0.2   [environment]" in listed
    assert "[option]" in listed
