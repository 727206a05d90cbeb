"""The public keys of a trusted issuer: read when a collector starts, now and then, and when a token names another."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2

logger = logging.getLogger(__name__)

# Issuers announce a new key days before they sign with it.
_EVERY_SECONDS = 600.0
# Whoever invents key names must not make us ask the issuer more often.
_LEAST_SECONDS = 30.0

_TIMEOUT_SECONDS = 10.0
# A key takes a kilobyte or two.
MAX_KEYS_BYTES = 65_536


class KeysUnavailable(Exception):
    """The keys cannot be read now. ``args``: a sentence for the operator."""


async def read_keys(location: str) -> bytes:
    """The JWK set at a URL, or in a file. Raises KeysUnavailable."""
    try:
        if location.startswith(("https://", "http://")):
            return await _fetch(location)
        document = await asyncio.to_thread(_read_file, location)
    except (OSError, httpx2.HTTPError) as error:
        raise KeysUnavailable(f"{type(error).__name__}: {error}") from None
    return document


async def run_issuer_keys(
    stop: asyncio.Event,
    wanted: asyncio.Event,
    *,
    read: Callable[[], Awaitable[bytes]],
    use: Callable[[bytes], None],
) -> None:
    """Until ``stop`` is set. ``wanted``: somebody misses a key. ``use`` raises ValueError for what are no keys."""
    while not stop.is_set():
        wanted.clear()
        try:
            use(await read())
        except (KeysUnavailable, ValueError) as error:
            # Those that are known stay good: an issuer that is away for a while stops nobody.
            logger.warning("keys of the token issuer not read error=%s", error)
        await _either(stop, within_seconds=_LEAST_SECONDS)
        await _either(stop, wanted, within_seconds=_EVERY_SECONDS - _LEAST_SECONDS)


async def _either(*events: asyncio.Event, within_seconds: float) -> None:
    """Until one of them is set, or the time is over."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=within_seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()


async def _fetch(url: str) -> bytes:
    """No redirect is followed: the keys are where the operator said, or nowhere."""
    async with (
        httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client,
        client.stream("GET", url, headers={"accept": "application/json", "accept-encoding": "identity"}) as answer,
    ):
        if answer.status_code != 200:
            raise KeysUnavailable(f"{url} answered {answer.status_code}")
        parts, size = [], 0
        async for part in answer.aiter_raw():
            size += len(part)
            if size > MAX_KEYS_BYTES:
                raise KeysUnavailable(f"{url} sent more than {MAX_KEYS_BYTES} bytes")
            parts.append(part)
    return b"".join(parts)


def _read_file(path: str) -> bytes:
    with Path(path).open("rb") as file:
        document = file.read(MAX_KEYS_BYTES + 1)
    if len(document) > MAX_KEYS_BYTES:
        raise KeysUnavailable(f"{path} has more than {MAX_KEYS_BYTES} bytes")
    return document
