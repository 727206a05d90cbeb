"""A turn of the event loop takes on what it can do in a moment, and those that it turned away rest."""

import asyncio

import pytest

from server.web.limits.lanes import LaneLimits, Lanes, Rates
from server.web.limits.refusals import BUSY
from server.web.limits.turn import Turn


class Loop:
    """Its clocks, and what it was told to do later."""

    def __init__(self) -> None:
        self.now = 100.0
        self.worked = 5.0
        self.turn = Turn(monotonic=lambda: self.now, worked=lambda: self.worked)
        self._later: list[tuple[float, asyncio.AbstractEventLoop]] = []
        self.watch()

    def call_later(self, seconds: float, callback: object, loop: asyncio.AbstractEventLoop) -> None:
        assert callback == self.turn.watch
        self._later.append((seconds, loop))

    def watch(self) -> None:
        self.turn.watch(self)  # type: ignore[arg-type]  # all of a loop that it needs

    def next_turn(self, *, after_seconds: float = 0.0) -> None:
        """It comes back to what was due."""
        [(seconds, _)] = self._later
        self._later.clear()
        self.now += max(seconds, after_seconds)
        self.watch()


class Connection:
    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


@pytest.mark.parametrize(
    ("worked", "passed", "is_over"),
    [
        (0.14, 0.14, False),
        (0.16, 0.16, True),
        # Others had the core meanwhile, and nobody waits for much.
        (0.01, 5.0, False),
        # Others had it, and those that wait are many.
        (0.06, 0.31, True),
        (0.06, 0.29, False),
    ],
)
def test_a_turn_ends_by_what_it_did_and_by_how_long_that_took(worked: float, passed: float, *, is_over: bool) -> None:
    loop = Loop()

    loop.now, loop.worked = loop.now + passed, loop.worked + worked

    assert loop.turn.took(0.15, loop.now) is is_over


def test_the_next_turn_begins_anew() -> None:
    loop = Loop()
    loop.worked += 1.0

    loop.next_turn()

    assert not loop.turn.took(0.15, loop.now)


def test_who_was_turned_away_is_listened_to_a_second_later() -> None:
    loop, early, late, gone = Loop(), Connection(), Connection(), Connection()
    assert loop.turn.rest(early)
    assert loop.turn.rest(gone)
    loop.next_turn(after_seconds=0.5)
    assert loop.turn.rest(late)
    loop.turn.forget(gone)

    loop.next_turn(after_seconds=0.5)
    assert (early.woken, late.woken) == (1, 0)

    loop.next_turn(after_seconds=0.5)
    assert (early.woken, late.woken, gone.woken) == (1, 1, 0)


def test_nobody_rests_where_nobody_would_be_woken() -> None:
    assert not Turn().rest(Connection())


def test_r16_a_turn_that_has_done_enough_turns_beacons_away_and_those_that_can_come_again_first() -> None:
    loop = Loop()
    limits = LaneLimits(requests_in_flight=10, body_bytes_in_flight=1_000, rates=Rates())
    lanes = Lanes(limits, edge_prefixes=("/ee/",), turn=loop.turn)
    edge, sync = lanes.find("POST", "/ee/v1/collect", b""), lanes.find("POST", "/collection/1", b"syncValidation=true")
    console = lanes.find("GET", "/properties", b"")
    assert edge is not None
    assert sync is not None
    assert console is not None

    loop.now, loop.worked = loop.now + 0.1, loop.worked + 0.1
    assert edge.enter("203.0.113.9", loop.now) is None
    assert sync.enter("203.0.113.9", loop.now) is BUSY

    loop.now, loop.worked = loop.now + 0.1, loop.worked + 0.1
    assert edge.enter("203.0.113.9", loop.now) is BUSY
    assert console.enter("203.0.113.9", loop.now) is None
