"""Notifications, put together: what looks for them, what sends them, and what the console's pages ask of it."""

import asyncio
import contextlib
import ipaddress
import random
import secrets
from collections.abc import AsyncIterator
from functools import cache

import httpx2

from server.app import world
from server.settings import Settings
from server.store.database import Database
from server.store.seal import Seal
from server.store.tallies import SqliteTallies
from server.web.api.flow_resource import MAPPED_FLOW, PLAIN_FLOW
from server.web.views.failure_texts import reason_explanation, reason_title
from server.wire.webhook import CHALLENGE_PARAMETER, answers_challenge
from server.workers.notify import SECRET_PURPOSE, NotifyDeps, notify_now, run_notify
from server.workers.watch import Watch, WatchDeps
from server.workers.webhook import WebhookClient, WebhookRefused

_CHALLENGE_BYTES = 24


class WebhookNotifier:
    """``server.web.notifier.Notifier``."""

    def __init__(self, deps: NotifyDeps) -> None:
        self._deps = deps

    async def fault(self, url: str) -> str:
        try:
            await self._deps.client.check(url)
        except WebhookRefused as error:
            return str(error)
        return ""

    async def challenge_fault(self, url: str) -> str:
        challenge = secrets.token_urlsafe(_CHALLENGE_BYTES)
        asked = str(httpx2.URL(url).copy_add_param(CHALLENGE_PARAMETER, challenge))
        answer = await self._deps.client.send("GET", asked, headers={"user-agent": "Heliograph-Notifications"})
        if not answer.status:
            return f"It could not be asked: {answer.body.decode(errors='replace')[:200]}"
        if not 200 <= answer.status < 300:
            return f"Asked to prove that it wants notifications, it answered {answer.status}."
        if not answers_challenge(challenge, answer.body):
            return "It answered, but not with the challenge that it was sent."
        return ""

    async def send_now(self, notification_id: str) -> None:
        await notify_now(self._deps, notification_id)

    def seal(self, secret: str) -> str:
        return self._deps.seal.close(secret, purpose=SECRET_PURPOSE)


def notify_deps(settings: Settings, database: Database) -> NotifyDeps:
    """Nothing is opened before something is sent."""
    networks = [ipaddress.ip_network(each) for each in settings.webhook_networks]
    return NotifyDeps(
        database=database,
        client=WebhookClient(networks, tls=cache(httpx2.create_ssl_context)),
        seal=Seal(settings.data_dir),
        clock_ms=world.clock_ms,
        jitter=random.random,
    )


@contextlib.asynccontextmanager
async def notifying(settings: Settings, stop: asyncio.Event) -> AsyncIterator[None]:
    """Look and send until ``stop`` is set. It has connections of its own: no page waits for it."""
    database, tallies = Database(settings.control_plane_url), SqliteTallies(settings.data_dir / "tallies.db")
    watch = Watch(
        WatchDeps(
            database=database,
            tallies=tallies,
            base_url=settings.base_url,
            plain_spec=PLAIN_FLOW,
            mapped_spec=MAPPED_FLOW,
            title=reason_title,
            explain=reason_explanation,
            new_id=world.new_uuid,
            clock_ms=world.clock_ms,
        )
    )
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(watch.run(stop))
            group.create_task(run_notify(stop, notify_deps(settings, database)))
            yield
    finally:
        await tallies.close()
        database.close()
