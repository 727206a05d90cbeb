"""Every metric, lane and reason has its row, and no row is of another."""

from pathlib import Path

import pytest

from server.observe.metrics import METRICS, Metric
from server.web.limits.connection import CUT_REASONS
from server.web.limits.refusals import FAILED_REASONS, REFUSED_REASONS
from server.wire import errors
from server.wire.errors import EdgeCode

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")


def rows(heading: str) -> dict[str, list[str]]:
    """The table below a heading: first cell to the others."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in section.splitlines()
        if line.startswith("| `")
    ]
    return {first.strip("`"): others for first, *others in cells}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_described_as_it_is(metric: Metric) -> None:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "–"

    assert rows("All of them").get(metric.name) == [metric.kind, labels, metric.help]


def test_there_are_no_others() -> None:
    assert set(rows("All of them")) == {metric.name for metric in METRICS}


def test_every_reason_has_its_row() -> None:
    codes = [code for code in vars(errors).values() if isinstance(code, EdgeCode)]
    endpoints = {code.reason for code in codes if code.reason and 400 <= code.status < 500}
    assert set(rows("Why a beacon was refused")) == REFUSED_REASONS | endpoints
    assert all(
        f"`{reason}`" in PAGE.split("Failed ones have the reason")[1].split("\n\n")[0] for reason in FAILED_REASONS
    )
    assert set(rows("Why a connection was cut")) == CUT_REASONS
