"""The issuer that the operator trusts, put together: its tokens checked, its keys kept up to date."""

import asyncio
from functools import partial

from server.app import world
from server.settings import Settings
from server.web.collect.issuer import TrustedIssuer
from server.workers.issuer_keys import read_keys, run_issuer_keys


class JwtIssuer:
    """``server.app.streaming.Issuer``. Until its keys were read for the first time, it trusts no token."""

    def __init__(self, settings: Settings) -> None:
        self._location = settings.token_issuer_keys
        self._wanted = asyncio.Event()
        self._issuer = TrustedIssuer(
            issuer=settings.token_issuer,
            audience=settings.token_audience,
            clock_ms=world.clock_ms,
            want_keys=self._wanted.set,
        )

    def is_trusted(self, token: str) -> bool:
        return self._issuer.is_trusted(token)

    async def run(self, stop: asyncio.Event) -> None:
        await run_issuer_keys(stop, self._wanted, read=partial(read_keys, self._location), use=self._issuer.use_keys)
