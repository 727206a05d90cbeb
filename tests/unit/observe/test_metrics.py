"""Declarations keep the house's rules of naming; histograms count each value once."""

import re
from collections import Counter

import pytest

from server.observe import metrics
from server.observe.metrics import METRICS, Histogram, Metric


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_named_by_the_rules(metric: Metric) -> None:
    assert re.fullmatch(r"heliograph(_[a-z]+)+", metric.name)
    assert metric.name.endswith("_total") is (metric.kind == "counter")
    assert bool(metric.edges) is (metric.kind == "histogram")
    assert list(metric.edges) == sorted(metric.edges)
    assert metric.help.endswith(".")
    assert "process" not in metric.labels


def test_no_name_is_used_twice() -> None:
    assert [name for name, times in Counter(metric.name for metric in METRICS).items() if times > 1] == []


def test_a_value_on_an_edge_belongs_below_it() -> None:
    histogram = Histogram(Metric("heliograph_x", "histogram", "X.", edges=(1.0, 2.0)))

    for value in (0.5, 1.0, 1.5, 2.5, 100.0):
        histogram.add(value)

    assert histogram.read().counts == (2, 1, 2)
    assert histogram.read().sum == pytest.approx(105.5)


def test_the_list_holds_every_declaration() -> None:
    assert metrics.BEACONS_RECEIVED in METRICS
    assert metrics.UP in METRICS
    assert len(METRICS) == sum(isinstance(value, Metric) for value in vars(metrics).values())
