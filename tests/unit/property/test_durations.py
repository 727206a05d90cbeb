import pytest

from server.property.durations import DurationError, parse_duration_ms


@pytest.mark.parametrize(
    ("text", "duration_ms"),
    [("800ms", 800), ("2s", 2_000), ("30m", 1_800_000), ("12h", 43_200_000), ("400d", 34_560_000_000), ("0ms", 0)],
)
def test_a_number_with_a_unit_is_a_duration(text: str, duration_ms: int) -> None:
    assert parse_duration_ms(text) == duration_ms


@pytest.mark.parametrize("text", ["", "30", "m", "1.5s", "-1s", "30 m", "30M", "30min", "401d", "30m\n"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(DurationError, match=r"800ms|400 days"):
        parse_duration_ms(text)
