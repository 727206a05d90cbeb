"""What a process says of itself."""

import sys

import pytest

from server.observe import metrics
from server.observe.metrics_process import process_samples


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_a_process_tells_what_it_costs() -> None:
    found = {sample.metric: sample.value for sample in process_samples(started_seconds=5.0)}

    assert found[metrics.STARTED.name] == 5.0
    memory, cpu, files = (found[metric.name] for metric in (metrics.MEMORY, metrics.CPU, metrics.OPEN_FILES))
    assert isinstance(memory, int)
    assert memory > 10_000_000
    assert isinstance(cpu, float)
    assert cpu > 0.0
    assert isinstance(files, int)
    assert files > 2
