"""One-time logins: printed to the operator's terminal, good for one sign-in within their time."""

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from server.store.secret_hash import secret_hash
from server.store.tables import login_links, users
from server.store.users import User, find_user

# For how long a used or expired link is kept before issuing another one sweeps it away.
_KEEP_MS = 30 * 24 * 3600 * 1000


def issue_login_link(connection: Connection, user_id: int, *, now_ms: int, token: str, ttl_ms: int) -> None:
    """Let ``token`` (256 random bits) sign this user in, once, within ``ttl_ms``. Earlier links stay good."""
    connection.execute(delete(login_links).where(login_links.c.expires_ms < now_ms - _KEEP_MS))
    row = {"token_hash": secret_hash(token), "user_id": user_id, "expires_ms": now_ms + ttl_ms, "used_ms": None}
    connection.execute(insert(login_links).values(row))


def find_login_link(connection: Connection, token: str, *, now_ms: int) -> User | None:
    """Whom this link would sign in now; using nothing up, so that a link preview may ask."""
    user_id = connection.execute(
        select(login_links.c.user_id)
        .join(users, users.c.id == login_links.c.user_id)
        .where(_is_good(token, now_ms=now_ms), users.c.enabled)
    ).scalar_one_or_none()
    return None if user_id is None else find_user(connection, user_id)


def use_login_link(connection: Connection, token: str, *, now_ms: int) -> User | None:
    """Whom this link signs in; it never will again. None for used, expired and unknown ones alike."""
    user = find_login_link(connection, token, now_ms=now_ms)
    # Of two who come at once, one gets the row: the condition is checked again where it is changed.
    used = connection.execute(update(login_links).where(_is_good(token, now_ms=now_ms)).values(used_ms=now_ms))
    return user if used.rowcount == 1 else None


def _is_good(token: str, *, now_ms: int) -> ColumnElement[bool]:
    return (
        (login_links.c.token_hash == secret_hash(token))
        & login_links.c.used_ms.is_(None)
        & (login_links.c.expires_ms > now_ms)
    )
