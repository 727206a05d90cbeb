"""The text that Prometheus reads."""

import re

from server.observe import metrics
from server.observe.metrics import Distribution, Sample
from server.observe.metrics_exchange import Reading
from server.observe.metrics_text import render

# The format's grammar for one line, from its documentation.
_LINE = re.compile(
    r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
    r'(,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")*\})? (\+Inf|-?[0-9.e+-]+)'
)


def test_a_family_is_in_one_piece_with_help_and_type_and_a_line_for_each_process() -> None:
    readings = [
        Reading("collect-0", [Sample(metrics.CONNECTIONS.name, (), 3), Sample(metrics.UP.name, (), 1)]),
        Reading("collect-1", [Sample(metrics.CONNECTIONS.name, (), 4)]),
    ]

    assert render(readings).splitlines() == [
        "# HELP heliograph_connections Open connections.",
        "# TYPE heliograph_connections gauge",
        'heliograph_connections{process="collect-0"} 3',
        'heliograph_connections{process="collect-1"} 4',
        "# HELP heliograph_process_up 1 for a process that answered when it was asked for its numbers.",
        "# TYPE heliograph_process_up gauge",
        'heliograph_process_up{process="collect-0"} 1',
    ]


def test_a_histogram_is_cumulative() -> None:
    counts = (1,) + (0,) * (len(metrics.BEACON_SECONDS.edges) - 2) + (2, 4)

    lines = render(
        [Reading("collect-0", [Sample(metrics.BEACON_SECONDS.name, ("edge",), Distribution(counts, 1.5))])]
    ).splitlines()

    assert lines[2] == 'heliograph_beacon_seconds_bucket{process="collect-0",lane="edge",le="0.001"} 1'
    assert lines[-5:] == [
        'heliograph_beacon_seconds_bucket{process="collect-0",lane="edge",le="2.5"} 1',
        'heliograph_beacon_seconds_bucket{process="collect-0",lane="edge",le="10"} 3',
        'heliograph_beacon_seconds_bucket{process="collect-0",lane="edge",le="+Inf"} 7',
        'heliograph_beacon_seconds_sum{process="collect-0",lane="edge"} 1.5',
        'heliograph_beacon_seconds_count{process="collect-0",lane="edge"} 7',
    ]


def test_whatever_a_label_holds_every_line_keeps_the_grammar() -> None:
    hostile = 'a"b\\c\nd{}= '
    samples = [
        Sample(metrics.SINK_LAG.name, (hostile,), 0.1),
        Sample(metrics.CPU.name, (), 12.25),
        Sample(metrics.MEMORY.name, (), 2**40),
        Sample(metrics.LOOP_LAG.name, (), 1e-7),
    ]

    lines = [line for line in render([Reading("core-0", samples)]).splitlines() if not line.startswith("#")]

    assert len(lines) == 4
    assert all(_LINE.fullmatch(line) for line in lines)
    assert 'sink="a\\"b\\\\c\\nd{}= "' in lines[0]
