from pathlib import Path

from server.web.api.observability import INTERVALS_MS, METRICS, SERIES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "monitoring-api.md").read_text(encoding="utf-8")


def test_every_metric_has_its_row_and_no_row_is_of_another() -> None:
    rows = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `timeseries.")]

    assert rows == [*METRICS, *SERIES]


def test_every_granularity_is_named() -> None:
    assert all(f"`{name}`" in PAGE for name in INTERVALS_MS)
