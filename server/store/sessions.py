"""Who is signed in. A session ends after a time without use, after a longest time in any case, and at sign-out."""

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from server.store.secret_hash import secret_hash
from server.store.tables import sessions, users
from server.store.users import Role, User

# How exactly the last use is remembered: so that reading a page seldom writes.
TOUCH_EVERY_MS = 60 * 1000


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in of one user in one browser. ``csrf_token``: what every form of this session has to carry."""

    token_hash: str
    user: User
    csrf_token: str
    seen_ms: int
    expires_ms: int


def open_session(
    connection: Connection, user: User, *, token: str, csrf_token: str, now_ms: int, longest_ms: int
) -> Session:
    """Sign in. ``token`` (256 random bits) is for the cookie and stored nowhere; ``longest_ms``: until when at most."""
    connection.execute(delete(sessions).where(sessions.c.expires_ms <= now_ms))
    session = Session(
        token_hash=secret_hash(token), user=user, csrf_token=csrf_token, seen_ms=now_ms, expires_ms=now_ms + longest_ms
    )
    connection.execute(
        insert(sessions).values(
            token_hash=session.token_hash,
            user_id=user.id,
            csrf_token=csrf_token,
            created_ms=now_ms,
            seen_ms=now_ms,
            expires_ms=session.expires_ms,
        )
    )
    return session


def find_session(connection: Connection, token: str, *, now_ms: int, idle_ms: int) -> Session | None:
    """The session of this cookie, if it has been used within ``idle_ms`` and its user may still sign in."""
    row = connection.execute(
        select(
            sessions.c.token_hash,
            sessions.c.csrf_token,
            sessions.c.seen_ms,
            sessions.c.expires_ms,
            users.c.id,
            users.c.name,
            users.c.role,
            users.c.created_ms,
        )
        .join(users, users.c.id == sessions.c.user_id)
        .where(
            sessions.c.token_hash == secret_hash(token),
            sessions.c.expires_ms > now_ms,
            sessions.c.seen_ms > now_ms - idle_ms,
            users.c.enabled,
        )
    ).one_or_none()
    if row is None:
        return None
    user = User(id=row.id, name=row.name, role=Role(row.role), enabled=True, created_ms=row.created_ms)
    return Session(
        token_hash=row.token_hash,
        user=user,
        csrf_token=row.csrf_token,
        seen_ms=row.seen_ms,
        expires_ms=row.expires_ms,
    )


def touch_session(connection: Connection, session: Session, *, now_ms: int) -> None:
    """It has been used just now."""
    connection.execute(update(sessions).where(sessions.c.token_hash == session.token_hash).values(seen_ms=now_ms))


def end_session(connection: Connection, token: str) -> None:
    """Sign out: the cookie is worth nothing from now on. Harmless twice."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == secret_hash(token)))


def end_sessions_of(connection: Connection, user_id: int) -> None:
    """Sign a user out everywhere: after a change of role, and when an account is disabled."""
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
