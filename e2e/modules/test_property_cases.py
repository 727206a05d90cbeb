"""`heliograph property test`: the demo's test cases hold, and a rule that was broken is told by one of them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from server.app.property_test import Played
from server.commands.property_test import junit

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def demo() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "server" / "demo" / "property.json").read_bytes())
    return document


Play = Callable[[dict[str, Any]], list[Played]]


@pytest.fixture(scope="module")
def play() -> Play:
    """In a process of its own: one event loop of a browser's driver is here already."""
    program = (
        "import json, sys, time, msgspec; from server.app.property_test import play_cases; "
        "sys.stdout.buffer.write(msgspec.json.encode(list(play_cases(json.load(sys.stdin), clock=time.monotonic))))"
    )

    def run(document: dict[str, Any]) -> list[Played]:
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(document),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
        )
        return [Played(**each) for each in json.loads(done.stdout)]

    return run


def test_every_case_of_the_demo_holds(play: Play, demo: dict[str, Any]) -> None:
    played = play(demo)

    assert [(one.name, one.faults) for one in played if one.faults] == []
    assert len(played) == len(demo["tests"]) >= 4


def test_a_rule_that_was_broken_is_told(play: Play, demo: dict[str, Any]) -> None:
    broken = json.loads(json.dumps(demo).replace("%closest([data-sku])[data-sku]%", "%this[data-sku]%"))

    faults = {one.name: one.faults for one in play(broken)}

    [told, _] = faults["adds the card that was clicked, not the first one"]
    assert "Expected `productListItems.0.SKU` to be `B2`, got nothing." in told
    assert faults["a disabled button adds nothing"] == []


def test_the_report_is_what_continuous_integration_reads() -> None:
    played = [
        Played(name="a", rule="r", faults=[], seconds=0.5),
        Played(name="b & c", rule="r", faults=["One.", "Two."], seconds=1),
    ]

    suite = ElementTree.fromstring(junit("shop", played))  # noqa: S314  # our own text

    assert suite.attrib == {"name": "shop", "tests": "2", "failures": "1", "time": "1.500"}
    failure = suite[1][0]
    assert (suite[1].attrib["name"], failure.attrib["message"], failure.text) == ("b & c", "One.", "One.\nTwo.")
