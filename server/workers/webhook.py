"""One request to an address that somebody typed: only to where it may go, bounded in time and size, never twice.

The name is resolved once, every address that it has is checked, and it is connected to one of those: nothing is
resolved again in between (DNS rebinding). Redirects are not followed. Each request has a connection of its own, so that
none goes over one that was made for another name.
"""

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import httpx2

from server.wire.webhook_address import Address, Network, address_fault, url_fault

TIMEOUT_SECONDS = 10.0
"""For all of it: resolving, connecting, sending, and the answer."""

MAX_ANSWER_BYTES = 65_536
"""Nobody needs more of an answer than its status; the rest is not read."""

_MAX_ADDRESSES = 20
# A host whose first address is dead (IPv6 without a route) is tried at its next.
_MAX_CONNECTS = 2

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, as text. Raises OSError."""


class WebhookRefused(Exception):
    """Nothing was sent. ``args``: why, in a sentence for whoever typed the address."""


class Answer(NamedTuple):
    """``status``: 0 when there was none; ``body`` then says why. ``retry_after``: the header, if there was one."""

    status: int
    body: bytes
    retry_after: str | None = None


async def resolve(host: str, port: int) -> Sequence[str]:
    """As the operating system does."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class WebhookClient:
    """``networks``: to which requests may go besides the public internet. ``tls``: which certificates are trusted."""

    def __init__(
        self,
        networks: Sequence[Network],
        *,
        tls: Callable[[], ssl.SSLContext],
        resolve: Resolve = resolve,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._networks = networks
        self._tls = tls
        self._resolve = resolve
        self._timeout_seconds = timeout_seconds

    async def check(self, url: str) -> None:
        """Raises WebhookRefused for an address that nothing may be sent to now."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._places(url)
        except TimeoutError:
            raise WebhookRefused("Its name could not be resolved in time.") from None

    async def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """One request; an answer without a status when there was none. Never raises for what the other side does."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._send(method, url, headers, body)
        except TimeoutError:
            return Answer(0, f"no answer within {self._timeout_seconds:g} seconds".encode())
        except WebhookRefused as error:
            return Answer(0, str(error).encode())
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return Answer(0, f"{type(error).__name__}: {error}".encode(errors="replace"))

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        places = await self._places(url)
        for number, address in enumerate(places[:_MAX_CONNECTS], 1):
            try:
                return await self._send_to(address, method, url, headers, body)
            except httpx2.ConnectError:
                if number == len(places[:_MAX_CONNECTS]):
                    raise
        raise WebhookRefused("Its name has no address.")

    async def _places(self, url: str) -> Sequence[Address]:
        """All addresses of its host, each of which may be sent to. Raises WebhookRefused."""
        fault = url_fault(url)
        if fault:
            raise WebhookRefused(fault)
        parsed = httpx2.URL(url)
        try:
            named = await self._resolve(parsed.host, parsed.port or (443 if parsed.scheme == "https" else 80))
        except (OSError, UnicodeError):
            raise WebhookRefused(
                f"There is no host {parsed.host[:100]!r}, or its name cannot be resolved now."
            ) from None
        addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in named[:_MAX_ADDRESSES]]
        for address in addresses:
            fault = address_fault(address, scheme=parsed.scheme, networks=self._networks)
            if fault:
                raise WebhookRefused(fault)
        if not addresses:
            raise WebhookRefused("Its name has no address.")
        return addresses

    async def _send_to(
        self, address: Address, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """The connection goes to ``address``; Host, and the name that its certificate must have, stay the URL's."""
        named = httpx2.URL(url)
        request = httpx2.Request(
            method,
            named.copy_with(host=str(address)),
            headers={**headers, "host": named.netloc.decode("ascii"), "accept-encoding": "identity"},
            content=body,
            extensions={"sni_hostname": named.host, "timeout": dict.fromkeys(_PHASES, self._timeout_seconds)},
        )
        async with httpx2.AsyncHTTPTransport(verify=self._tls(), trust_env=False, retries=0) as transport:
            answer = await transport.handle_async_request(request)
            try:
                return Answer(answer.status_code, await _beginning(answer), answer.headers.get("retry-after"))
            finally:
                await answer.aclose()


_PHASES = ("connect", "read", "write", "pool")


async def _beginning(answer: httpx2.Response) -> bytes:
    """As much of the body as is looked at, as it came."""
    found = b""
    async for part in answer.aiter_raw():
        found += part
        if len(found) >= MAX_ANSWER_BYTES:
            break
    return found[:MAX_ANSWER_BYTES]
