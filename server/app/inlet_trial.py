"""Sends one message to a streaming connection, as its sender would: by its public address."""

import asyncio

import httpx2

_TIMEOUT_SECONDS = 10.0

# A connection that was just made: collectors look for changes once a second.
_ATTEMPTS = 5
_BETWEEN_SECONDS = 0.6

_NOT_FOUND = 404


async def send_to_inlet(url: str, body: bytes, token: str) -> tuple[int, bytes]:
    """Status and body of the answer; status 0 and a reason where there is none. ``token``: empty for none."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    try:
        async with httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
            for attempt in range(_ATTEMPTS):
                answer = await client.post(url, content=body, headers=headers)
                if answer.status_code != _NOT_FOUND or attempt == _ATTEMPTS - 1:
                    break
                await asyncio.sleep(_BETWEEN_SECONDS)
            return answer.status_code, answer.content
    except (httpx2.HTTPError, UnicodeEncodeError) as error:
        return 0, f"{type(error).__name__}: {error}".encode()
