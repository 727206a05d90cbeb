import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from server.app import world
from server.app.installation import prepare
from server.arguments import MONITOR_RANGES, MONITOR_ROWS
from server.cli import main
from server.model.outcome import Offset
from server.observe.tally import Tally
from server.observe.traffic import MINUTE_MS, OUTCOME, Latency, Numbers, Slot, Way
from server.settings import Settings, load_settings
from server.store.tallies import SqliteTallies
from server.web.views.monitoring_view import GROUPINGS, RANGES
from tests.builders import NOON_MS

WAY = Way("web", "", "\x1b[31mvisits")

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings, _ = load_settings({}, options={"data_dir": str(tmp_path)})
    prepare(settings, now_ms=NOON_MS)
    return settings


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("HELIOGRAPH_DATA_DIR", str(settings.data_dir))
    monkeypatch.setattr(world, "clock_ms", lambda: NOON_MS + 5_000)

    def command(*arguments: str) -> tuple[int, str]:
        code = main(["monitor", *arguments])
        return code, capsys.readouterr().out

    return command


def came(settings: Settings) -> None:
    slots = Slot(NOON_MS, WAY), Slot(NOON_MS - MINUTE_MS, Way("api", "f", "orders"))
    numbers = {slots[0]: Numbers(received=3, ingested=2, failed=1), slots[1]: Numbers(received=1, ingested=1)}
    latencies = {Latency(slots[0], OUTCOME, 10): 3, Latency(slots[0], "lake", 3_000): 2}

    async def add() -> None:
        tallies = SqliteTallies(settings.data_dir / "tallies.db")
        counted = Tally(traffic=numbers, latencies=latencies)
        await tallies.add("processed", counted, up_to=Offset(0), now_ms=NOON_MS)
        await tallies.close()

    asyncio.run(add())


def test_without_traffic_everything_is_nothing(run: Run) -> None:
    code, told = run()

    assert (code, told.splitlines()[-1].split()) == (0, ["all", "0", "0", "0", "0", "0"])


def test_each_way_is_a_line_with_the_busiest_first(settings: Settings, run: Run) -> None:
    came(settings)

    _, told = run()

    head, _, first, second, total = told.splitlines()
    assert head == "2026-01-01T11:01:00Z to 2026-01-01T12:00:05Z"
    assert first.split()[-8:] == ["3", "2", "0", "1", "0", "3", "s", "2026-01-01T12:00:00Z"]
    assert second.startswith("api > f > orders ")
    assert total.split() == ["all", "4", "3", "0", "1", "0"]
    assert "\x1b" not in told


def test_scripts_get_json_by_whatever_they_ask_for(settings: Settings, run: Run) -> None:
    came(settings)

    found = json.loads(run("--json", "--by", "connection", "--range", "day")[1])

    assert found["total"]["received"] == 4
    assert found["rows"][0] == {
        "connection": {"id": "web", "name": ""},
        "received": 3,
        "ingested": 2,
        "skipped": 0,
        "failed": 1,
        "repaired": 0,
        "warned": 0,
        "latency95": {"outcome": "10 ms", "lake": "3 s", "profile": None},
        "lastReceived": "2026-01-01T12:00:00Z",
    }


def test_choices_are_those_of_the_page() -> None:
    assert (tuple(RANGES), tuple(GROUPINGS)) == (MONITOR_RANGES, MONITOR_ROWS)
