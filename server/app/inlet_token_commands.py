"""What the token commands do: bearer tokens for streaming connections."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from server.app import world
from server.app.not_found import NotFound
from server.app.readers import open_database
from server.model.inlet import Inlet, InletId, InletToken
from server.model.json import JsonObject
from server.settings import Settings
from server.store.inlets import list_inlets
from server.store.tokens import TOKEN_PREFIX, add_token, list_tokens, revoke_token, token_hash

_DAY_MS = 24 * 3600 * 1000
_ID_BYTES = 6


def create(settings: Settings, *, name: str, inlets: Sequence[str], days: int) -> tuple[str, InletToken]:
    """The token itself, which is kept nowhere, and what is kept of it. ``inlets``: ids or names; none for all.

    ``days``: until it expires; 0 for never. Raises NotFound.
    """
    secret = TOKEN_PREFIX + world.new_token()
    now_ms = world.clock_ms()

    def work(connection: Connection) -> InletToken:
        token = InletToken(
            id=secrets.token_hex(_ID_BYTES),
            name=name,
            token_hash=token_hash(secret),
            inlet_ids=_find(list_inlets(connection), inlets),
            expires_ms=now_ms + days * _DAY_MS if days else 0,
        )
        add_token(connection, token, now_ms=now_ms)
        return token

    database = open_database(settings)
    try:
        return secret, database.write_sync(work)
    finally:
        database.close()


def tokens(settings: Settings) -> list[JsonObject]:
    """All there ever were; the tokens themselves are not known."""
    now_ms = world.clock_ms()
    database = open_database(settings)
    try:
        stored, inlets = database.read_sync(list_tokens), database.read_sync(list_inlets)
    finally:
        database.close()
    names = {inlet.id: inlet.name for inlet in inlets}
    return [
        {
            "id": each.token.id,
            "name": each.token.name,
            "inlets": [names.get(inlet_id, inlet_id) for inlet_id in each.token.inlet_ids],
            "created": _date(each.created_ms),
            "expires": _date(each.token.expires_ms) if each.token.expires_ms else None,
            "lastUsed": _date(each.last_used_ms) if each.last_used_ms else None,
            "state": "revoked"
            if each.revoked_ms is not None
            else "expired"
            if each.token.has_expired(now_ms)
            else "good",
        }
        for each in stored
    ]


def revoke(settings: Settings, token_id: str) -> None:
    """Collectors know within a second. Raises NotFound, also for one that was revoked before."""
    database = open_database(settings)
    try:
        was_good = database.write_sync(lambda connection: revoke_token(connection, token_id, now_ms=world.clock_ms()))
    finally:
        database.close()
    if not was_good:
        raise NotFound(f"there is no token {token_id!r} that could be revoked; see `heliograph inlet-token list`")


def _find(known: Sequence[Inlet], wanted: Sequence[str]) -> tuple[InletId, ...]:
    found = []
    for each in wanted:
        inlet = next((inlet for inlet in known if each in (inlet.id, inlet.name)), None)
        if inlet is None:
            names = ", ".join(repr(inlet.name) for inlet in known) or "none"
            raise NotFound(f"there is no streaming connection {each!r}; there is {names}")
        found.append(inlet.id)
    return tuple(found)


def _date(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
