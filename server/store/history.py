"""Who made something that is managed, who changed it last, and how often: the columns that such tables share."""

from typing import Any

import msgspec
from sqlalchemy import Row


class History(msgspec.Struct, frozen=True, kw_only=True):
    """``version``: grows with each change; what a client shows in ``If-Match`` is made of it."""

    version: int
    created_ms: int
    created_by: str
    updated_ms: int
    updated_by: str


def history_of(row: Row[Any]) -> History:
    return History(
        version=row.version,
        created_ms=row.created_ms,
        created_by=row.created_by,
        updated_ms=row.updated_ms,
        updated_by=row.updated_by,
    )


def now_by(now_ms: int, by: str) -> dict[str, Any]:
    """The columns of something that is made."""
    return {"created_ms": now_ms, "created_by": by, "updated_ms": now_ms, "updated_by": by}


def changed_by(version: int, now_ms: int, by: str) -> dict[str, Any]:
    """The columns of something that had this version, and is changed."""
    return {"version": version + 1, "updated_ms": now_ms, "updated_by": by}
