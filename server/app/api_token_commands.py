"""What `heliograph api-token …` does: tokens by which programs act as an account."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from server.app import world
from server.app.not_found import NotFound
from server.app.readers import open_database
from server.model.json import JsonObject
from server.settings import Settings
from server.store.api_tokens import (
    API_TOKEN_PREFIX,
    StoredApiToken,
    issue_api_token,
    list_api_tokens,
    revoke_api_token,
)
from server.store.users import find_user_by_name

_DAY_MS = 24 * 3600 * 1000
_ID_BYTES = 6


def create(settings: Settings, *, name: str, days: int) -> tuple[str, str]:
    """The token itself, which is kept nowhere, and its id. ``days``: until it expires; 0 for never. Raises NotFound."""
    secret, token_id = API_TOKEN_PREFIX + world.new_token(), secrets.token_hex(_ID_BYTES)
    now_ms = world.clock_ms()

    def work(connection: Connection) -> None:
        user = find_user_by_name(connection, name)
        if user is None or not user.enabled:
            raise NotFound(f"there is no account {name!r} that can sign in")
        expires_ms = now_ms + days * _DAY_MS if days else None
        issue_api_token(connection, user.id, token=secret, token_id=token_id, now_ms=now_ms, expires_ms=expires_ms)

    database = open_database(settings)
    try:
        database.write_sync(work)
    finally:
        database.close()
    return secret, token_id


def tokens(settings: Settings) -> Sequence[JsonObject]:
    """All of them, oldest first: id, account, state, created, expires."""
    now_ms = world.clock_ms()
    database = open_database(settings)
    try:
        return [_line(item, now_ms) for item in database.read_sync(list_api_tokens)]
    finally:
        database.close()


def revoke(settings: Settings, token_id: str) -> None:
    """Raises NotFound."""
    database = open_database(settings)
    try:
        if not database.write_sync(lambda connection: revoke_api_token(connection, token_id, now_ms=world.clock_ms())):
            raise NotFound(f"there is no API token {token_id!r} that is still good")
    finally:
        database.close()


def _line(item: StoredApiToken, now_ms: int) -> JsonObject:
    is_over = item.expires_ms is not None and item.expires_ms <= now_ms
    return {
        "id": item.id,
        "state": "revoked" if item.revoked_ms is not None else "expired" if is_over else "good",
        "created": _date(item.created_ms),
        "expires": _date(item.expires_ms) if item.expires_ms is not None else "never",
        "account": item.user_name,
    }


def _date(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).date().isoformat()
