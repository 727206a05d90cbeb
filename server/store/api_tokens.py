"""API tokens: a program that shows one acts as the account that it belongs to. Shown once, kept as a hash."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, insert, or_, select, update

from server.store.secret_hash import secret_hash
from server.store.tables import api_tokens, users
from server.store.users import User, find_user

API_TOKEN_PREFIX = "hga_"  # noqa: S105  (by which scanners recognise one that leaked; no secret itself)


class StoredApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a token. ``expires_ms``: None for never; ``revoked_ms``: None while it is not."""

    id: str
    user_name: str
    created_ms: int
    expires_ms: int | None
    revoked_ms: int | None


def issue_api_token(
    connection: Connection, user_id: int, *, token: str, token_id: str, now_ms: int, expires_ms: int | None
) -> None:
    """``token``: API_TOKEN_PREFIX and 256 random bits."""
    connection.execute(
        insert(api_tokens).values(
            id=token_id,
            token_hash=secret_hash(token),
            user_id=user_id,
            created_ms=now_ms,
            expires_ms=expires_ms,
            revoked_ms=None,
        )
    )


def find_api_user(connection: Connection, token: str, *, now_ms: int) -> User | None:
    """Who this token acts as: None when it is unknown, revoked or expired, or its account disabled."""
    user_id = connection.execute(
        select(users.c.id)
        .join(api_tokens, api_tokens.c.user_id == users.c.id)
        .where(
            api_tokens.c.token_hash == secret_hash(token),
            api_tokens.c.revoked_ms.is_(None),
            or_(api_tokens.c.expires_ms.is_(None), api_tokens.c.expires_ms > now_ms),
            users.c.enabled,
        )
    ).scalar_one_or_none()
    return None if user_id is None else find_user(connection, user_id)


def list_api_tokens(connection: Connection) -> Sequence[StoredApiToken]:
    """All of them, oldest first."""
    rows = connection.execute(
        select(api_tokens, users.c.name.label("user_name"))
        .join(users, users.c.id == api_tokens.c.user_id)
        .order_by(api_tokens.c.created_ms, api_tokens.c.id)
    )
    return [
        StoredApiToken(
            id=row.id,
            user_name=row.user_name,
            created_ms=row.created_ms,
            expires_ms=row.expires_ms,
            revoked_ms=row.revoked_ms,
        )
        for row in rows
    ]


def revoke_api_token(connection: Connection, token_id: str, *, now_ms: int) -> bool:
    """Whether there was a token of this id that was not yet revoked."""
    changed = connection.execute(
        update(api_tokens)
        .where(api_tokens.c.id == token_id, api_tokens.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )
    return changed.rowcount > 0
