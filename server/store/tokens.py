"""Bearer tokens for inlets: shown once, kept as a hash, good until they expire or are revoked (A13)."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from server.model.inlet import InletId, InletToken
from server.store import settings
from server.store.secret_hash import secret_hash
from server.store.tables import tokens

TOKEN_PREFIX = "hgt_"  # noqa: S105  (by which scanners recognise one that leaked; no secret itself)


class StoredToken(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a token. ``revoked_ms``: None while it is not. ``last_used_ms``: to a minute; None for never."""

    token: InletToken
    created_ms: int
    revoked_ms: int | None
    last_used_ms: int | None


def add_token(connection: Connection, token: InletToken, *, now_ms: int) -> None:
    connection.execute(
        insert(tokens).values(
            id=token.id,
            token_hash=token.token_hash,
            name=token.name,
            inlets=msgspec.json.encode(token.inlet_ids).decode(),
            created_ms=now_ms,
            expires_ms=token.expires_ms or None,
            revoked_ms=None,
            last_used_ms=None,
        )
    )
    settings.bump_revision(connection)


def list_tokens(connection: Connection) -> Sequence[StoredToken]:
    """All of them, revoked and expired ones too, oldest first."""
    return [_stored(row) for row in connection.execute(select(tokens).order_by(tokens.c.created_ms, tokens.c.id))]


def list_good_tokens(connection: Connection) -> Sequence[InletToken]:
    """Those that are not revoked. They may have expired: that depends on when one asks."""
    rows = connection.execute(select(tokens).where(tokens.c.revoked_ms.is_(None)).order_by(tokens.c.id))
    return [_stored(row).token for row in rows]


def revoke_token(connection: Connection, token_id: str, *, now_ms: int) -> bool:
    """Whether there was a token of this id that was not yet revoked. Collectors know within a second."""
    changed = connection.execute(
        update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_ms.is_(None)).values(revoked_ms=now_ms)
    )
    if changed.rowcount == 0:
        return False
    settings.bump_revision(connection)
    return True


def save_token_use(connection: Connection, used_ms: Mapping[str, int]) -> None:
    """When each was last used, by id; several collectors tell, the latest counts. Nobody has to be told of it."""
    for token_id, at_ms in used_ms.items():
        is_older = tokens.c.last_used_ms.is_(None) | (tokens.c.last_used_ms < at_ms)
        connection.execute(update(tokens).where(tokens.c.id == token_id, is_older).values(last_used_ms=at_ms))


def token_hash(token: str) -> str:
    """As it is stored, and as a request's token is looked up."""
    return secret_hash(token)


def _stored(row: Row[tuple[str, str, str, str, int, int | None, int | None, int | None]]) -> StoredToken:
    return StoredToken(
        token=InletToken(
            id=row.id,
            name=row.name,
            token_hash=row.token_hash,
            inlet_ids=tuple(InletId(each) for each in msgspec.json.decode(row.inlets)),
            expires_ms=row.expires_ms or 0,
        ),
        created_ms=row.created_ms,
        revoked_ms=row.revoked_ms,
        last_used_ms=row.last_used_ms,
    )
