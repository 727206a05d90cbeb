import subprocess
import sys
from pathlib import Path

import pytest

from server.model.outcome import Offset
from server.workers.attempts import FileAttempts, MemoryAttempts, Suspects


def test_a_record_that_was_tried_at_two_deaths_is_condemned() -> None:
    attempts = MemoryAttempts()
    attempts.begin(Offset(7), Offset(7))
    once = attempts.died()
    assert once.suspects.condemned == -1

    once.begin(Offset(7), Offset(7))
    twice = once.died()

    assert twice.suspects.condemned == 7


def test_deaths_at_different_records_condemn_neither() -> None:
    attempts = MemoryAttempts()
    for offset in (7, 8, 7):
        attempts.begin(Offset(offset), Offset(offset))
        attempts = attempts.died()

    assert attempts.suspects.condemned == -1


def test_a_batch_is_narrowed_down_to_one_record() -> None:
    poison, following, starts = 6_543, 0, 0
    suspects = Suspects()
    while suspects.condemned < 0:
        last = following + suspects.most(following, 10_000) - 1
        if last < poison:
            following = last + 1
            continue
        suspects = suspects.blamed(following, last)
        starts += 1

    assert suspects.condemned == poison
    assert starts <= 8


@pytest.mark.parametrize(("following", "expected"), [(0, 80), (80, 10), (159, 10), (160, 500)])
def test_less_is_tried_at_once_up_to_the_last_suspect(following: int, expected: int) -> None:
    assert Suspects(80, 159, 1).most(following, 500) == expected


def test_what_is_tried_is_known_after_the_process_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "attempts" / "process-0"
    program = (
        "import os, sys; from pathlib import Path; from server.workers.attempts import FileAttempts\n"
        "attempts = FileAttempts(Path(sys.argv[1])); attempts.begin(41, 42); os.kill(os.getpid(), 9)"
    )
    for _ in range(2):
        killed = subprocess.run([sys.executable, "-c", program, str(path)], check=False, timeout=60)
        assert killed.returncode == -9

    attempts = FileAttempts(path)

    assert attempts.suspects == Suspects(41, 42, 2)
    attempts.close()


def test_what_was_finished_is_no_suspect(tmp_path: Path) -> None:
    attempts = FileAttempts(tmp_path / "process-0")
    attempts.begin(Offset(1), Offset(1))
    attempts.end()
    attempts.close()

    again = FileAttempts(tmp_path / "process-0")

    assert again.suspects == Suspects()
    again.close()


def test_a_file_of_another_size_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "process-0").write_bytes(b"torn")

    attempts = FileAttempts(tmp_path / "process-0")

    assert attempts.suspects == Suspects()
    attempts.close()
