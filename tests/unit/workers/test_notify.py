import asyncio
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.model.subscription import NotificationState
from server.store.database import Database
from server.store.outbox import LEASE_MS, Delivery, add_notifications, deliveries
from server.store.seal import KEY_FILE_NAME, Seal
from server.wire.webhook import secret_text, signed_headers
from server.workers.notify import SECRET_PURPOSE, NotifyDeps, notify_now, notify_some, run_notify
from server.workers.webhook import WebhookClient
from tests.unit.store.subscribed import a_control_plane, a_notification, a_stored, a_subscription, subscribe
from tests.unit.web.console import Clock
from tests.unit.workers.receiver import Says, a_receiver

SECRET = secret_text(b"k" * 32)


@contextmanager
def a_sender(directory: Path, url: str, *, timeout_seconds: float = 5.0) -> Iterator[tuple[NotifyDeps, Clock]]:
    """Whose one subscriber is at ``url``."""
    seal, clock = Seal(directory), Clock()
    client = WebhookClient(
        [ipaddress.ip_network("127.0.0.0/8")], tls=ssl.create_default_context, timeout_seconds=timeout_seconds
    )
    with a_control_plane(directory) as database:
        sealed = seal.close(SECRET, purpose=SECRET_PURPOSE)
        stored = a_stored(a_subscription(url=url))
        database.write_sync(partial(subscribe, stored=stored, sealed_secret=sealed))
        yield NotifyDeps(database=database, client=client, seal=seal, clock_ms=clock, jitter=lambda: 0.0), clock


def add(database: Database, *numbers: int, **fields: Any) -> None:
    new = [a_notification(number, **fields) for number in numbers]
    database.write_sync(partial(add_notifications, subscription_id="s-1", new=new))


def all_of(database: Database) -> Sequence[Delivery]:
    return database.read_sync(partial(deliveries, subscription_id="s-1", limit=100))


def send(deps: NotifyDeps) -> int:
    return asyncio.run(notify_some(deps))


def test_a_notification_arrives_signed(tmp_path: Path) -> None:
    with a_receiver() as receiver, a_sender(tmp_path, receiver.url) as (deps, clock):
        add(deps.database, 1, body='{"event_id":"n-1"}')

        assert (send(deps), send(deps)) == (1, 0)

        [got] = receiver.got
        expected = signed_headers(
            "n-1", code="ing_load_failure", secret=SECRET, at_seconds=clock() // 1_000, body=got.body
        )
        assert json.loads(got.body) == {"event_id": "n-1"}
        assert expected.items() <= got.headers.items()
        [delivery] = all_of(deps.database)
        assert (delivery.state, delivery.attempts[0].status) == (NotificationState.DELIVERED, 200)


@pytest.mark.parametrize(
    "answer",
    [
        Says(500, b"\x1b[31mbroken\x00 down"),
        Says(404),
        Says(302, b"", {"location": "http://169.254.169.254/"}),
        Says(raw=b"garbage"),
        Says(429, b"", {"retry-after": "nonsense"}),
    ],
)
def test_what_is_not_taken_is_tried_again_until_it_is(tmp_path: Path, answer: Says) -> None:
    with a_receiver([answer, answer, Says()]) as receiver, a_sender(tmp_path, receiver.url) as (deps, clock):
        add(deps.database, 1)

        for waits_ms in (5_000, 10_000):
            assert send(deps) == 1
            clock.now_ms += waits_ms - 1
            assert send(deps) == 0
            clock.now_ms += 1
        assert send(deps) == 1

        assert {got.headers["webhook-id"] for got in receiver.got} == {"n-1"}
        [delivery] = all_of(deps.database)
        assert (delivery.state, delivery.tries) == (NotificationState.DELIVERED, 3)
        assert all(attempt.answer.isprintable() for attempt in delivery.attempts)


def test_a_receiver_that_asks_for_time_gets_it(tmp_path: Path) -> None:
    busy = Says(429, b"", {"retry-after": "600"})
    with a_receiver([busy, Says()]) as receiver, a_sender(tmp_path, receiver.url) as (deps, clock):
        add(deps.database, 1, 2)
        assert send(deps) == 1

        clock.now_ms += 599_999
        assert send(deps) == 0
        clock.now_ms += 1
        assert (send(deps), send(deps), send(deps)) == (1, 1, 0)


def test_a_receiver_that_hangs_holds_up_nobody_else(tmp_path: Path) -> None:
    hold = threading.Event()
    with (
        a_receiver([Says(hold=hold)]) as hanging,
        a_receiver() as well,
        a_sender(tmp_path, hanging.url, timeout_seconds=0.3) as (deps, _),
    ):
        other = a_stored(a_subscription(id="s-2", name="Well", url=well.url))
        sealed = deps.seal.close(SECRET, purpose=SECRET_PURPOSE)
        deps.database.write_sync(partial(subscribe, stored=other, sealed_secret=sealed))
        add(deps.database, 1)
        new = [a_notification(2)]
        deps.database.write_sync(partial(add_notifications, subscription_id="s-2", new=new))

        assert send(deps) == 2
        hold.set()

        assert len(well.got) == 1
        [waiting] = all_of(deps.database)
        assert waiting.attempts[0].answer == "no answer within 0.3 seconds"


def test_stopped_between_sending_and_marking_it_is_sent_again_with_the_same_id(tmp_path: Path) -> None:
    """As if the process was killed: what it had claimed is claimed again when its lease runs out."""

    class Killed(Exception):
        pass

    async def die(deps: NotifyDeps) -> None:
        write, writes = deps.database.write, 0

        async def once(work: Any) -> Any:
            nonlocal writes
            writes += 1
            if writes == 2:
                raise Killed
            return await write(work)

        deps.database.write = once  # type: ignore[method-assign]  # the one that marks it as sent never happens
        try:
            await notify_some(deps)
        finally:
            deps.database.write = write  # type: ignore[method-assign]

    with a_receiver() as receiver, a_sender(tmp_path, receiver.url) as (deps, clock):
        add(deps.database, 1)
        with pytest.raises(ExceptionGroup):
            asyncio.run(die(deps))

        assert [each.state for each in all_of(deps.database)] == [NotificationState.WAITING]
        assert send(deps) == 0
        clock.now_ms += LEASE_MS
        assert (send(deps), send(deps)) == (1, 0)
        assert [got.headers["webhook-id"] for got in receiver.got] == ["n-1", "n-1"]
        assert [each.state for each in all_of(deps.database)] == [NotificationState.DELIVERED]


def test_without_the_key_that_its_secret_is_sealed_with_nothing_is_sent(tmp_path: Path) -> None:
    with a_receiver() as receiver, a_sender(tmp_path, receiver.url) as (deps, _):
        add(deps.database, 1)
        (tmp_path / KEY_FILE_NAME).unlink()

        assert send(deps) == 1

        assert receiver.got == []
        assert "cannot be read with the key" in all_of(deps.database)[0].attempts[0].answer


def test_one_can_be_sent_now_though_its_receiver_rests(tmp_path: Path) -> None:
    with a_receiver([Says(500), Says()]) as receiver, a_sender(tmp_path, receiver.url) as (deps, _):
        add(deps.database, 1)
        send(deps)

        attempt = asyncio.run(notify_now(deps, "n-1"))

        assert attempt is not None
        assert attempt.status == 200
        assert asyncio.run(notify_now(deps, "none")) is None


def test_it_runs_until_it_is_stopped_and_outlives_what_goes_wrong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.workers.notify._RETRY_SECONDS", 0.01)

    async def run(deps: NotifyDeps) -> None:
        stop, marked = asyncio.Event(), asyncio.Event()
        reading, writing, reads = deps.database.read, deps.database.write, 0

        async def at_first_not(work: Any) -> Any:
            nonlocal reads
            reads += 1
            if reads == 1:
                raise RuntimeError("broken")
            return await reading(work)

        async def write(work: Any) -> Any:
            done = await writing(work)
            if all_of(deps.database)[0].state is NotificationState.DELIVERED:
                marked.set()
            return done

        deps.database.read = at_first_not  # type: ignore[method-assign]  # one that is away for a moment
        deps.database.write = write  # type: ignore[method-assign]  # to know when it is done
        running = asyncio.create_task(run_notify(stop, deps))
        async with asyncio.timeout(20):
            await marked.wait()
        stop.set()
        await running

    with a_receiver() as receiver, a_sender(tmp_path, receiver.url) as (deps, _):
        add(deps.database, 1)
        asyncio.run(run(deps))

    assert "notifications not sent, trying again" in caplog.text
