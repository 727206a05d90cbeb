import re
from pathlib import Path

from server.observe.metrics_edge import LOSS_REASONS, MAX_LOST_EVENTS, EdgeCounts


def _read(counts: EdgeCounts) -> dict[tuple[str, str], object]:
    return {(sample.metric, sample.labels[0]): sample.value for sample in counts.samples()}


def test_what_is_withheld_is_counted_by_its_reason() -> None:
    counts = EdgeCounts()

    counts.withhold("consent_out", 2)
    counts.withhold("consent_out", 1)
    counts.withhold("gpc", 1)

    assert _read(counts) == {
        ("heliograph_events_withheld_total", "consent_out"): 3,
        ("heliograph_events_withheld_total", "gpc"): 1,
    }


def test_what_browsers_gave_up_is_counted_under_known_reasons_only() -> None:
    counts = EdgeCounts()

    for reason in (*LOSS_REASONS, "anything", "\n"):
        counts.lose({reason: 2})

    found = _read(counts)
    assert {reason for _, reason in found} == LOSS_REASONS | {"other"}
    assert found["heliograph_events_lost_total", "other"] == 4


def test_the_reasons_are_the_snippets() -> None:
    types = (Path(__file__).parents[3] / "static" / "snippet" / "types.d.ts").read_text(encoding="utf-8")
    union = types.split("export type LossReason =", 1)[1].split(";", 1)[0]

    assert set(re.findall(r'\| "(\w+)"', union)) == LOSS_REASONS


def test_a_report_that_cannot_be_true_counts_nothing() -> None:
    counts = EdgeCounts()

    counts.lose({"refused": -5})
    counts.lose({"refused": 0, "rule_error": MAX_LOST_EVENTS + 1})

    assert _read(counts) == {}
