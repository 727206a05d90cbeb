"""Events that end the core's process: after two starts each is set aside, and everything else gets on (R12, R13)."""

import json
import urllib.request
from pathlib import Path

from e2e.server import Heliograph

FAULT = Path(__file__).parent / "poison"


def _send(server: Heliograph, identifiers: dict[str, str]) -> None:
    """``identifiers``: to the name of the page."""
    events = [
        {"xdm": {"_id": identifier, "web": {"webPageDetails": {"name": page}}}}
        for identifier, page in identifiers.items()
    ]
    request = urllib.request.Request(
        f"{server.base_url}/ee/v1/interact?configId=demo",
        data=json.dumps({"events": events}).encode(),
        headers={"content-type": "text/plain"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_an_event_that_ends_the_process_is_set_aside_and_the_others_arrive(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    pages = {f"e-{number}": "home" for number in range(20)} | {"decided": "dies when decided"}
    server = Heliograph(data_dir, environ={"PYTHONPATH": str(FAULT)}).start()
    try:
        _send(server, pages)
        server.run("wait", "--timeout", "50")

        (failed,) = json.loads(server.run("failed", "list", "--json").stdout)
        assert (failed["reason"], failed["stage"]) == ("crashed", "decide")
        assert {event["_id"] for event in server.events()} == set(pages) - {"decided"}

        server.stop()
        mended = Heliograph(data_dir).start()
        try:
            mended.run("failed", "replay", "--all")
            assert {event["_id"] for event in mended.events()} == set(pages)
        finally:
            mended.stop_if_running()
    finally:
        server.stop_if_running()


def test_an_event_that_ends_the_process_in_one_sink_reaches_the_others(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    server = Heliograph(data_dir, environ={"PYTHONPATH": str(FAULT)}).start()
    try:
        _send(server, {"delivered": "dies when delivered"})
        server.run("wait", "--timeout", "50")
        _send(server, {"next": "home"})

        assert [event["_id"] for event in server.events()] == ["delivered", "next"]
        (letter,) = json.loads(server.run("failed", "letters", "--json").stdout)
        assert (letter["id"], letter["sink"]) == ("delivered", "profile")
        assert "upgrade, then retry" in letter["cure"]

        server.stop()
        mended = Heliograph(data_dir).start()
        try:
            mended.run("failed", "retry", "--all")
            mended.run("wait", "--timeout", "50")
            (letter,) = json.loads(mended.run("failed", "letters", "--json").stdout)
            assert letter["retried"]["isWaiting"] is False
            assert [event["_id"] for event in mended.events()] == ["delivered", "next"]
        finally:
            mended.stop_if_running()
    finally:
        server.stop_if_running()
