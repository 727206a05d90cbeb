"""Sends what waits in the outbox, each receiver one request at a time. Nothing else waits for it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from server.model.subscription import Attempt
from server.observe.delivery import consequence
from server.store.database import Database
from server.store.outbox import Claimed, claim, claim_due, has_due, prune, settle
from server.store.seal import CannotUnseal, Seal
from server.wire.webhook import retry_after_seconds, signed_headers
from server.workers.waiting import stopped_within
from server.workers.webhook import WebhookClient

logger = logging.getLogger(__name__)

SECRET_PURPOSE = "subscription"  # noqa: S105  (what a sealed secret is for, not one)

# A receiver that hangs holds up the others of its round for as long as one request may take, and no longer.
_AT_ONCE = 8

_LOOK_SECONDS = 1.0
_RETRY_SECONDS = 5.0
_PRUNE_EVERY_MS = 600_000

# Control characters of an answer would be shown to whoever looks at the log.
_MAX_ANSWER_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyDeps:
    """``clock_ms``: milliseconds since the epoch. ``jitter``: a random number in [0, 1)."""

    database: Database
    client: WebhookClient
    seal: Seal
    clock_ms: Callable[[], int]
    jitter: Callable[[], float]


async def run_notify(stop: asyncio.Event, deps: NotifyDeps) -> None:
    """Until ``stop`` is set; what is being sent then is sent."""
    pruned_ms = 0
    while not stop.is_set():
        try:
            sent = await notify_some(deps)
            if deps.clock_ms() - pruned_ms >= _PRUNE_EVERY_MS:
                pruned_ms = deps.clock_ms()
                await deps.database.write(partial(prune, now_ms=pruned_ms))
        except Exception:
            # Whatever it is, it must not take the console with it.
            logger.exception("notifications not sent, trying again")
            await stopped_within(stop, _RETRY_SECONDS)
            continue
        if not sent:
            await stopped_within(stop, _LOOK_SECONDS)


async def notify_some(deps: NotifyDeps) -> int:
    """Send what is due, one to each receiver; how many it was."""
    now_ms = deps.clock_ms()
    if not await deps.database.read(partial(has_due, now_ms=now_ms)):
        return 0
    claimed = await deps.database.write(partial(claim_due, now_ms=now_ms, limit=_AT_ONCE))
    async with asyncio.TaskGroup() as group:
        for each in claimed:
            group.create_task(_deliver(deps, each))
    return len(claimed)


async def notify_now(deps: NotifyDeps, notification_id: str) -> Attempt | None:
    """Send this one, whatever it waits for; None when somebody is sending to its receiver just now."""
    claimed = await deps.database.write(lambda connection: claim(connection, notification_id, now_ms=deps.clock_ms()))
    return None if claimed is None else await _deliver(deps, claimed)


async def _deliver(deps: NotifyDeps, claimed: Claimed) -> Attempt:
    attempt = await _attempt(deps, claimed)
    outcome = consequence(attempt, claimed.situation, jitter=deps.jitter())
    await deps.database.write(partial(settle, claimed=claimed, attempt=attempt, outcome=outcome))
    if outcome.disabled:
        logger.warning("subscription switched off id=%s reason=%s", claimed.subscription.id, outcome.disabled)
    return attempt


async def _attempt(deps: NotifyDeps, claimed: Claimed) -> Attempt:
    started_ms = deps.clock_ms()
    try:
        secret = deps.seal.open(claimed.sealed_secret, purpose=SECRET_PURPOSE)
    except CannotUnseal as error:
        return Attempt(at_ms=started_ms, took_ms=0, status=0, answer=_shown(str(error).encode()))
    notification, body = claimed.notification, claimed.notification.body.encode()
    headers = signed_headers(
        notification.id, code=notification.code, secret=secret, at_seconds=started_ms // 1_000, body=body
    )
    answer = await deps.client.send("POST", claimed.subscription.url, headers=headers, body=body)
    ended_ms = deps.clock_ms()
    return Attempt(
        at_ms=started_ms,
        took_ms=max(0, ended_ms - started_ms),
        status=answer.status,
        answer=_shown(answer.body),
        retry_after_seconds=retry_after_seconds(answer.retry_after, now_seconds=ended_ms / 1_000),
    )


def _shown(body: bytes) -> str:
    """Its beginning, as text that can be looked at."""
    text = body[: 4 * _MAX_ANSWER_CHARACTERS].decode("utf-8", errors="replace")
    return "".join(each if each.isprintable() else " " for each in text)[:_MAX_ANSWER_CHARACTERS].strip()
