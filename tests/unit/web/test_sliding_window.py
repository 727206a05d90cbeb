from hypothesis import given
from hypothesis import strategies as st

from server.web.sliding_window import SlidingWindow


def test_one_more_than_the_most_has_to_wait_until_the_first_is_out_of_the_span() -> None:
    window = SlidingWindow(most=2, span_ms=1_000, most_keys=10)

    assert [window.wait_ms("a", now_ms) for now_ms in (0, 400, 500, 999, 1_000, 1_001)] == [0, 0, 500, 1, 0, 399]


def test_keys_have_windows_of_their_own() -> None:
    window = SlidingWindow(most=1, span_ms=1_000, most_keys=10)

    assert [window.wait_ms(key, 0) for key in ("a", "b", "a")] == [0, 0, 1_000]


def test_none_at_all_is_a_limit_too() -> None:
    assert SlidingWindow(most=0, span_ms=1_000, most_keys=10).wait_ms("a", 0) == 1_000


def test_the_table_holds_the_keys_that_were_used_last() -> None:
    window = SlidingWindow(most=1, span_ms=1_000, most_keys=2)
    for key in ("a", "b", "a", "c"):
        window.wait_ms(key, 0)

    # "b" was forgotten, "a" was not.
    assert (window.wait_ms("a", 0), window.wait_ms("b", 0)) == (1_000, 0)


@given(steps=st.lists(st.integers(min_value=0, max_value=400), max_size=60), most=st.integers(min_value=1, max_value=5))
def test_in_no_span_are_more_than_the_most(steps: list[int], most: int) -> None:
    window = SlidingWindow(most=most, span_ms=1_000, most_keys=1)
    now_ms, taken = 0, []
    for step in steps:
        now_ms += step
        if window.wait_ms("a", now_ms) == 0:
            taken.append(now_ms)

    assert all(later - earlier >= 1_000 for earlier, later in zip(taken, taken[most:], strict=False))
