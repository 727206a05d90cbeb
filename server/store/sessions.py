"""Who is signed in. A session ends after a time without use, after a longest time in any case, and at sign-out."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from server.store.secret_hash import secret_hash
from server.store.tables import sessions, users
from server.store.users import User, find_user

# How exactly the last use is remembered: so that reading a page seldom writes.
TOUCH_EVERY_MS = 60 * 1000

# As the columns.
MAX_ADDRESS_CHARACTERS = 64
MAX_AGENT_CHARACTERS = 200

# Enough that no two of a user's are alike, and too few to be anything but a name.
SESSION_ID_CHARACTERS = 16


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in of one user in one browser. ``csrf_token``: what every form of this session has to carry."""

    token_hash: str
    user: User
    csrf_token: str
    created_ms: int
    seen_ms: int
    expires_ms: int
    address: str = ""
    agent: str = ""

    @property
    def id(self) -> str:
        """By which it is named where it is shown; it opens nothing."""
        return self.token_hash[:SESSION_ID_CHARACTERS]


def open_session(
    connection: Connection,
    user: User,
    *,
    token: str,
    csrf_token: str,
    now_ms: int,
    longest_ms: int,
    address: str = "",
    agent: str = "",
) -> Session:
    """Sign in. ``token`` (256 random bits) is for the cookie and stored nowhere; ``longest_ms``: until when at most.

    ``address``, ``agent``: where from and with what, as the browser says it; cut.
    """
    connection.execute(delete(sessions).where(sessions.c.expires_ms <= now_ms))
    session = Session(
        token_hash=secret_hash(token),
        user=user,
        csrf_token=csrf_token,
        created_ms=now_ms,
        seen_ms=now_ms,
        expires_ms=now_ms + longest_ms,
        address=address[:MAX_ADDRESS_CHARACTERS],
        agent=agent[:MAX_AGENT_CHARACTERS],
    )
    connection.execute(
        insert(sessions).values(
            token_hash=session.token_hash,
            user_id=user.id,
            csrf_token=csrf_token,
            created_ms=now_ms,
            seen_ms=now_ms,
            expires_ms=session.expires_ms,
            address=session.address,
            agent=session.agent,
        )
    )
    return session


def find_session(connection: Connection, token: str, *, now_ms: int, idle_ms: int) -> Session | None:
    """The session of this cookie, if it has been used within ``idle_ms`` and its user may still sign in."""
    row = connection.execute(
        select(sessions)
        .join(users, users.c.id == sessions.c.user_id)
        .where(
            sessions.c.token_hash == secret_hash(token),
            sessions.c.expires_ms > now_ms,
            sessions.c.seen_ms > now_ms - idle_ms,
            users.c.enabled,
        )
    ).one_or_none()
    user = None if row is None else find_user(connection, row.user_id)
    return None if row is None or user is None else _session(row, user)


def list_sessions(connection: Connection, user: User, *, now_ms: int, idle_ms: int) -> Sequence[Session]:
    """Those of a user that are good now, the last used first."""
    good = (sessions.c.expires_ms > now_ms) & (sessions.c.seen_ms > now_ms - idle_ms)
    rows = connection.execute(
        select(sessions).where(good, sessions.c.user_id == user.id).order_by(sessions.c.seen_ms.desc())
    )
    return [_session(row, user) for row in rows]


def last_seen(connection: Connection) -> Mapping[int, int]:
    """When each user's sessions were last used, by the user's id, as far as sessions are kept."""
    rows = connection.execute(select(sessions.c.user_id, func.max(sessions.c.seen_ms)).group_by(sessions.c.user_id))
    return {row[0]: row[1] for row in rows}


def touch_session(connection: Connection, session: Session, *, now_ms: int) -> None:
    """It has been used just now."""
    connection.execute(update(sessions).where(sessions.c.token_hash == session.token_hash).values(seen_ms=now_ms))


def end_session(connection: Connection, token: str) -> None:
    """Sign out: the cookie is worth nothing from now on. Harmless twice."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == secret_hash(token)))


def end_session_named(connection: Connection, user_id: int, session_id: str) -> bool:
    """Whether this user had a session of that id; it has ended."""
    named = sessions.c.token_hash.startswith(session_id, autoescape=True)
    if len(session_id) != SESSION_ID_CHARACTERS:
        return False
    return connection.execute(delete(sessions).where(sessions.c.user_id == user_id, named)).rowcount > 0


def end_sessions_of(connection: Connection, user_id: int, *, but: str = "") -> int:
    """Sign a user out everywhere: after a change of role, and when an account is disabled. How many ended.

    ``but``: hash of the token of a session that stays.
    """
    wanted = (sessions.c.user_id == user_id) & (sessions.c.token_hash != but)
    return connection.execute(delete(sessions).where(wanted)).rowcount


def _session(row: Row[Any], user: User) -> Session:
    return Session(
        token_hash=row.token_hash,
        user=user,
        csrf_token=row.csrf_token,
        created_ms=row.created_ms,
        seen_ms=row.seen_ms,
        expires_ms=row.expires_ms,
        address=row.address,
        agent=row.agent,
    )
