import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from server.model.outcome import Offset
from server.workers.attempts import MemoryAttempts, Suspects, Tried, Turns, open_attempts


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
        suspects = suspects.blamed(Tried(following, last), deaths=1)
        starts += 1

    assert suspects.condemned == poison
    assert starts <= 8


@pytest.mark.parametrize(("following", "expected"), [(0, 80), (80, 10), (159, 10), (160, 500)])
def test_less_is_tried_at_once_up_to_the_last_suspect(following: int, expected: int) -> None:
    assert Suspects(80, 159, 1).most(following, 500) == expected


def test_without_a_death_of_their_own_as_many_are_tried_as_ever() -> None:
    assert Suspects(80, 159, 0).most(80, 500) == 500


def killed_at(directory: Path, **tried: tuple[int, int]) -> None:
    """A process is killed while its workers are at these records."""
    begins = "".join(f"attempts[{name!r}].begin{records}; " for name, records in tried.items())
    program = (
        "import os, sys; from pathlib import Path; from server.workers.attempts import open_attempts\n"
        f"attempts = open_attempts(Path(sys.argv[1]), ['core', 'sink']); {begins}os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(directory)], check=False, timeout=60)
    assert killed.returncode == -9


def found(directory: Path) -> dict[str, Suspects]:
    opened = open_attempts(directory, ["core", "sink"])
    suspects = {name: attempts.suspects for name, attempts in opened.items()}
    for attempts in opened.values():
        attempts.close()
    return suspects


def test_who_was_alone_at_something_when_the_process_was_killed_is_blamed(tmp_path: Path) -> None:
    killed_at(tmp_path, core=(41, 41))
    killed_at(tmp_path, core=(41, 41))

    suspects = found(tmp_path)

    assert suspects == {"core": Suspects(41, 41, 2), "sink": Suspects()}
    assert suspects["core"].condemned == 41


def test_of_several_nobody_is_blamed_however_often(tmp_path: Path) -> None:
    for _ in range(3):
        killed_at(tmp_path, core=(41, 41), sink=(7, 7))

    assert found(tmp_path) == {"core": Suspects(41, 41, 0), "sink": Suspects(7, 7, 0)}


def test_what_was_finished_is_no_suspect(tmp_path: Path) -> None:
    attempts = open_attempts(tmp_path, ["core"])["core"]
    attempts.begin(Offset(1), Offset(1))
    attempts.end()
    attempts.close()

    assert found(tmp_path)["core"] == Suspects()


def test_suspects_that_pass_are_none_any_more(tmp_path: Path) -> None:
    killed_at(tmp_path, sink=(0, 9))
    attempts = open_attempts(tmp_path, ["sink"])["sink"]

    attempts.begin(Offset(0), Offset(4))
    attempts.end()
    half_way = attempts.suspects
    attempts.begin(Offset(5), Offset(9))
    attempts.end()
    attempts.close()

    assert half_way == Suspects(0, 9, 1)
    assert found(tmp_path)["sink"] == Suspects()


def test_a_file_of_another_size_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "core").write_bytes(b"torn")

    assert found(tmp_path)["core"] == Suspects()


@pytest.mark.parametrize(("suspects", "together"), [(Suspects(), 2), (Suspects(1, 1, 0), 1)])
def test_workers_take_turns_while_there_are_suspects(suspects: Suspects, together: int) -> None:
    async def run() -> int:
        turns, inside, most = Turns(), 0, 0
        turns.add(MemoryAttempts(suspects))

        async def work() -> None:
            nonlocal inside, most
            async with turns.turn():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(work(), work())
        return most

    assert asyncio.run(run()) == together
