import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.web.collect.sliding_window import SharedWindow, SlidingWindow, Window

MakeWindow: TypeAlias = Callable[[int], Window]


@pytest.fixture(params=["memory", "shared"])
def make_window(request: pytest.FixtureRequest, tmp_path: Path) -> MakeWindow:
    """Of a second, for so many."""
    if request.param == "memory":
        return lambda most: SlidingWindow(most=most, span_ms=1_000, most_keys=10)
    numbers = iter(range(1_000))
    return lambda most: SharedWindow(tmp_path / str(next(numbers)), most=most, span_ms=1_000)


def test_one_more_than_the_most_has_to_wait_until_the_first_is_out_of_the_span(make_window: MakeWindow) -> None:
    window = make_window(2)

    assert [window.wait_ms("a", now_ms) for now_ms in (0, 400, 500, 999, 1_000, 1_001)] == [0, 0, 500, 1, 0, 399]


def test_keys_have_windows_of_their_own(make_window: MakeWindow) -> None:
    window = make_window(1)

    assert [window.wait_ms(key, 0) for key in ("a", "../b", "a")] == [0, 0, 1_000]


def test_none_at_all_is_a_limit_too(make_window: MakeWindow) -> None:
    assert make_window(0).wait_ms("a", 0) == 1_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(st.integers(min_value=0, max_value=400), max_size=60), most=st.integers(min_value=1, max_value=5))
def test_in_no_span_are_more_than_the_most(make_window: MakeWindow, steps: list[int], most: int) -> None:
    window = make_window(most)
    now_ms, taken = 0, []
    for step in steps:
        now_ms += step
        if window.wait_ms("a", now_ms) == 0:
            taken.append(now_ms)

    assert all(later - earlier >= 1_000 for earlier, later in zip(taken, taken[most:], strict=False))


def test_the_table_holds_the_keys_that_were_used_last() -> None:
    window = SlidingWindow(most=1, span_ms=1_000, most_keys=2)
    for key in ("a", "b", "a", "c"):
        window.wait_ms(key, 0)

    # "b" was forgotten, "a" was not.
    assert (window.wait_ms("a", 0), window.wait_ms("b", 0)) == (1_000, 0)


_TAKES = """
import sys
from pathlib import Path
from server.web.collect.sliding_window import SharedWindow
window = SharedWindow(Path(sys.argv[1]), most=200, span_ms=60_000)
print(sum(window.wait_ms("a", 0) == 0 for _ in range(150)))
"""


def test_processes_that_take_at_once_take_no_more_than_the_most_and_no_less(tmp_path: Path) -> None:
    taking = [
        subprocess.Popen([sys.executable, "-c", _TAKES, str(tmp_path / "w")], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    taken = [int(process.communicate(timeout=60)[0]) for process in taking]

    assert sum(taken) == 200


def test_what_was_left_half_written_is_not_counted(tmp_path: Path) -> None:
    window = SharedWindow(tmp_path, most=2, span_ms=1_000)
    window.wait_ms("a", 0)
    file = next(tmp_path.iterdir())
    file.write_bytes(file.read_bytes() + b"\x01\x02")

    assert [window.wait_ms("a", 0), window.wait_ms("a", 0)] == [0, 1_000]


def test_what_cannot_be_counted_is_not_let_through(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert SharedWindow(tmp_path / "file" / "below", most=2, span_ms=1_000).wait_ms("a", 0) == 1_000
