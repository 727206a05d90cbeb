import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.clock import clock_of
from tests.builders import an_event

# NOON_MS, when events of tests come, is 2026-01-01T12:00:00Z.


@pytest.mark.parametrize(
    ("timestamp", "clock"),
    [
        ("2026-01-01T12:00:00Z", ""),
        ("2026-01-02T12:00:00Z", ""),
        ("2026-01-02T12:00:00.001Z", "ahead"),
        ("2026-01-02T13:30:00+02:00", ""),
        ("2026-01-02T11:30:00-02:00", "ahead"),
        ("2024-12-02T12:00:00Z", ""),
        ("2024-12-02T11:59:59Z", "behind"),
        ("2026-01-09T12:00:00", "ahead"),
        ("9999-12-31T23:59:59Z", "ahead"),
        ("0001-01-01T00:00:00Z", "behind"),
        ("0001-01-01T00:00:00+14:00", "behind"),
        ("2026-01-01T12:00:60Z", ""),
        ("2026-01-01T12:00:00+99:99", ""),
        ("0000-01-01T00:00:00Z", ""),
        ("soon", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_r14_a_time_that_cannot_be_true_is_told(timestamp: object, clock: str) -> None:
    assert clock_of(an_event(xdm={"timestamp": timestamp})) == clock


@given(timestamp=st.text() | st.datetimes().map(str) | st.none() | st.integers())
def test_r14_any_time_has_an_answer(timestamp: object) -> None:
    assert clock_of(an_event(xdm={"timestamp": timestamp})) in ("", "ahead", "behind")
