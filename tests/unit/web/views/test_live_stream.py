import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import pytest

from server.eventlog.memory import MemoryEventLog
from server.model.outcome import Offset, Outcome, Processed
from server.observe.status import PipelineStatus
from server.observe.tap import Cursor, OutcomeTopic, Tap
from server.web.views.live_filter import LiveFilter
from server.web.views.live_stream import (
    CHECK_SESSION_EVERY_MS,
    HEARTBEAT_EVERY_MS,
    MAX_LINES_READ,
    MAX_ROWS,
    STATUS_EVERY_MS,
    EventStream,
    Seats,
    Surroundings,
    Viewer,
    frames,
)
from tests.builders import ECID_A, NOON_MS, a_failed, a_processed, an_event, encoded

BEFORE_ALL = Cursor(Offset(-1), Offset(-1))
QUIET = PipelineStatus(received=0, processed=0, failed=0, waiting=0, sinks=())


class StillLog(MemoryEventLog):
    """Waiting takes no time: what a test waits for has happened, or does not."""

    async def wait(self, *, after: Offset, timeout_seconds: float) -> bool:
        return await self.end() > after


@dataclass
class World:
    """A pipeline and a clock; between two looks of the stream, ``next_steps`` happen, one each."""

    next_steps: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    status: PipelineStatus = QUIET
    is_signed_in: bool = True
    is_stopping: bool = False
    step_ms: int = 0
    now_ms: int = NOON_MS
    pauses: int = 0
    logs: dict[str, StillLog] = field(default_factory=lambda: {"processed": StillLog(), "failed": StillLog()})

    async def happened(self, *outcomes: Outcome) -> None:
        for outcome in outcomes:
            topic = "processed" if isinstance(outcome, Processed) else "failed"
            await self.logs[topic].append([encoded(outcome)])

    async def pause(self, seconds: float) -> None:
        """Instead of sleeping. When nothing more is to happen, the process stops, so that each test ends."""
        self.now_ms += self.step_ms or int(seconds * 1000)
        self.pauses += 1
        if self.next_steps:
            await self.next_steps.pop(0)()
        else:
            self.is_stopping = True

    def surroundings(self) -> Surroundings:
        async def status() -> PipelineStatus:
            return self.status

        async def is_signed_in() -> bool:
            return self.is_signed_in

        return Surroundings(
            clock_ms=lambda: self.now_ms,
            status=status,
            is_signed_in=is_signed_in,
            is_stopping=lambda: self.is_stopping,
            pause=self.pause,
        )


def url(topic: OutcomeTopic, offset: Offset) -> str:
    return f"/live/{topic}/{offset}"


def watch(
    world: World,
    *,
    before: tuple[Outcome, ...] = (),
    after: Cursor | None = None,
    filter_: LiveFilter | None = None,
    is_masked: bool = False,
) -> list[str]:
    """Every frame until the stream ends by itself."""

    async def run() -> list[str]:
        await world.happened(*before)
        tap = Tap(processed=world.logs["processed"], failed=world.logs["failed"])
        viewer = Viewer(filter=filter_ or LiveFilter(), is_masked=is_masked, line_url=url)
        async with asyncio.timeout(20):
            return [frame.decode() async for frame in frames(tap, viewer, world.surroundings(), after=after)]

    return asyncio.run(run())


def events(sent: list[str], name: str) -> list[Any]:
    """The data of all events of one name."""
    lines = [frame.split("\n") for frame in sent]
    return [json.loads(parts[1].removeprefix("data: ")) for parts in lines if parts[0] == f"event: {name}"]


def processed(number: int) -> Processed:
    return a_processed(id=f"e-{number}", received_ms=NOON_MS + number)


def step(work: Callable[[], Awaitable[None]] | None = None) -> Callable[[], Awaitable[None]]:
    async def nothing() -> None:
        return None

    return work or nothing


def test_a_viewer_begins_with_the_recent_lines_in_order() -> None:
    failed = a_failed(event=an_event(received_ms=NOON_MS + 1, id="f"))
    outcomes: tuple[Outcome, ...] = (*map(processed, range(3)), failed)

    rows = events(watch(World(), before=outcomes), "row")

    assert [(row["topic"], row["offset"]) for row in rows] == [
        ("processed", 0),
        ("processed", 1),
        ("failed", 0),
        ("processed", 2),
    ]
    assert rows[0]["href"] == "/live/processed/0"
    assert rows[0]["eventType"] == "web.webpagedetails.pageViews"


def test_it_begins_with_as_many_as_a_screen_shows_and_calls_none_lost() -> None:
    sent = watch(World(), before=tuple(map(processed, range(MAX_ROWS + 30))))

    assert [row["offset"] for row in events(sent, "row")] == list(range(30, MAX_ROWS + 30))
    assert events(sent, "lost") == []


def test_lines_come_as_they_happen() -> None:
    world = World()
    world.next_steps = [step(lambda: world.happened(processed(1))), step(), step(lambda: world.happened(a_failed()))]

    sent = watch(world)

    assert [row["topic"] for row in events(sent, "row")] == ["processed", "failed"]


def test_a_viewer_that_comes_back_goes_on_where_it_was() -> None:
    sent = watch(World(), before=tuple(map(processed, range(5))), after=Cursor(Offset(2), Offset(-1)))

    assert [row["offset"] for row in events(sent, "row")] == [3, 4]


def test_the_place_to_resume_is_said_after_the_rows() -> None:
    sent = watch(World(), before=(processed(0), processed(1), a_failed()))

    names = [frame.split("\n")[0] for frame in sent]
    assert names[:5] == ["retry: 2000", "event: row", "event: row", "event: row", "id: 1_0"]


def test_more_than_a_screen_at_once_is_counted_as_lost() -> None:
    sent = watch(World(), before=tuple(map(processed, range(MAX_ROWS + 30))), after=BEFORE_ALL)

    assert [row["offset"] for row in events(sent, "row")] == list(range(30, MAX_ROWS + 30))
    assert events(sent, "lost") == [{"lines": 30}]


def test_who_is_far_behind_is_put_forward_and_told_so() -> None:
    sent = watch(World(), before=tuple(map(processed, range(MAX_LINES_READ + 100))), after=BEFORE_ALL)

    assert len(events(sent, "row")) == MAX_ROWS
    assert events(sent, "lost") == [{"lines": MAX_LINES_READ + 100 - MAX_ROWS}]


def test_a_filter_is_applied_before_lines_are_lost() -> None:
    outcomes = [processed(number) for number in range(MAX_LINES_READ)]
    outcomes[3] = a_processed(id="needle", received_ms=NOON_MS)

    sent = watch(World(), before=tuple(outcomes), after=BEFORE_ALL, filter_=LiveFilter(text="needle"))

    assert [row["offset"] for row in events(sent, "row")] == [3]
    assert events(sent, "lost") == []


def test_lines_that_do_not_match_still_move_the_place_to_resume() -> None:
    sent = watch(World(), before=(processed(0), processed(1)), after=BEFORE_ALL, filter_=LiveFilter(text="nowhere"))

    assert events(sent, "row") == []
    assert "id: 1_-1\n\n" in sent


def test_the_status_is_said_at_first_and_when_it_changes() -> None:
    world = World(step_ms=STATUS_EVERY_MS)
    busy = PipelineStatus(received=2, processed=1, failed=0, waiting=1, sinks=())

    async def change() -> None:
        world.status = busy

    world.next_steps = [step(), step(), step(change), step(), step()]

    assert [each["received"] for each in events(watch(world), "status")] == [0, 2]


def test_a_quiet_stream_is_kept_open_with_comments() -> None:
    world = World(step_ms=HEARTBEAT_EVERY_MS // 3)
    world.next_steps = [step()] * 9

    sent = watch(world)

    assert sent.count(":\n\n") == 3


def test_a_stream_ends_with_its_session() -> None:
    world = World(step_ms=CHECK_SESSION_EVERY_MS // 2, is_signed_in=False)
    world.next_steps = [step()] * 50

    sent = watch(world, before=(processed(0),))

    assert events(sent, "end") == [{"reason": "signed-out"}]
    assert world.pauses == 2


def test_a_stream_ends_when_the_process_stops() -> None:
    sent = watch(World(is_stopping=True), before=(processed(0),))

    assert events(sent, "end") == [{"reason": "stopping"}]
    assert sent[-1].startswith("event: end")


def test_personal_data_is_masked_and_cannot_be_found_by_searching_either() -> None:
    shown = watch(World(), before=(processed(0),), is_masked=True)
    found = watch(World(), before=(processed(0),), is_masked=True, filter_=LiveFilter(text=ECID_A))

    assert len(events(shown, "row")) == 1
    assert ECID_A[-6:] not in "".join(shown)
    assert events(found, "row") == []


def test_a_frame_is_one_line_of_data_whatever_an_event_holds() -> None:
    outcome = a_processed(xdm={"_id": "x", "eventType": "a\n\nevent: end\ndata: {}\r\u2028\n\n", "timestamp": "t"})

    sent = watch(World(), before=(outcome,))

    assert len(events(sent, "row")) == 1
    assert all(frame.count("\n") <= 3 and "\r" not in frame for frame in sent)


def test_a_viewer_who_leaves_lets_go_of_the_logs() -> None:
    async def run() -> int:
        world = World()
        world.next_steps = [step()] * 1000
        tap = Tap(processed=world.logs["processed"], failed=world.logs["failed"])
        viewer = Viewer(filter=LiveFilter(), is_masked=False, line_url=url)
        async with aclosing(frames(tap, viewer, world.surroundings(), after=None)) as stream:
            async for _frame in stream:
                break
        return len(asyncio.all_tasks())

    assert asyncio.run(run()) == 1


def test_seats_are_counted_and_given_back() -> None:
    seats = Seats(limit=2)

    with seats.one():
        assert not seats.are_taken
        with seats.one():
            assert seats.are_taken
        assert not seats.are_taken


class Answer:
    """One stream that never ends by itself, while it is sent. ``left_open``: what it still held on to afterwards."""

    def __init__(self, *, seats: Seats) -> None:
        self.seats = seats
        self.is_open = False
        self.left_open: bool | None = None
        self.was_seated = False

    async def frames(self) -> AsyncGenerator[bytes]:
        self.is_open = True
        try:
            while True:
                self.was_seated = self.seats.are_taken
                yield b"x"
                await asyncio.sleep(0)
        finally:
            self.is_open = False

    def send_to(self, *, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        async def run() -> None:
            stream = EventStream(self.frames(), self.seats)
            try:
                async with asyncio.timeout(20):
                    await stream({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
            finally:
                # Looked at here, because the end of the loop would close what was forgotten.
                self.left_open = self.is_open

        asyncio.run(run())


def test_a_viewer_who_leaves_gives_the_seat_back() -> None:
    answer, has_begun = Answer(seats=Seats(limit=1)), asyncio.Event()

    async def leave() -> Any:
        await has_begun.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            has_begun.set()
            # Where it is cut: while a frame is on its way.
            await asyncio.Event().wait()

    answer.send_to(receive=leave, send=send)

    assert answer.was_seated
    assert not answer.seats.are_taken
    assert answer.left_open is False


def test_a_connection_that_breaks_gives_the_seat_back() -> None:
    answer = Answer(seats=Seats(limit=1))

    async def never() -> Any:
        await asyncio.Event().wait()

    async def broken(message: Any) -> None:
        if message["type"] == "http.response.body":
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        answer.send_to(receive=never, send=broken)

    assert answer.was_seated
    assert not answer.seats.are_taken
    assert answer.left_open is False
