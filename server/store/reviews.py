"""Requests to look at a draft before it is published, and what came of them.

A request is about exactly one revision: a draft that is changed afterwards is not what was looked at.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, insert, select, update

from server.store.properties import StoredProperty
from server.store.tables import properties, reviews

MAX_WORDS_CHARACTERS = 1_000
"""Of a note and of a comment."""


class ReviewState(StrEnum):
    """What became of a request."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """By who asked, or because another one took its place."""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One request. ``revision``: content hash of the draft. ``author``: who saved it. ``note``: what who asks says."""

    id: int
    property_id: str
    environment: str
    version: int
    revision: str
    author: str
    state: ReviewState
    asked_ms: int
    asked_by: str
    note: str
    decided_ms: int | None
    decided_by: str | None
    comment: str


class OpenReview(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits, as somebody who could decide it sees it from anywhere."""

    review: Review
    property_name: str


class ReviewRefused(Exception):
    """A request that cannot be made or decided like this; the message says why and what to do."""


def ask_review(
    connection: Connection, stored: StoredProperty, *, environment: str, revision: str, note: str, now_ms: int, by: str
) -> int:
    """Ask for a look at the draft as it is. Whatever was open for this environment is withdrawn. Its id."""
    _withdraw(connection, stored.id, environment, now_ms=now_ms, by=by)
    row = {
        "property_id": stored.id,
        "environment": environment,
        "version": stored.version,
        "revision": revision,
        "author": stored.updated_by,
        "state": ReviewState.OPEN.value,
        "asked_ms": now_ms,
        "asked_by": by,
        "note": note[:MAX_WORDS_CHARACTERS],
        "comment": "",
    }
    made: int = connection.execute(insert(reviews).values(row).returning(reviews.c.id)).scalar_one()
    return made


def decide_review(
    connection: Connection, review_id: int, *, state: ReviewState, comment: str, now_ms: int, by: str
) -> Review:
    """Approve, decline or withdraw it. Raises ReviewRefused."""
    row = connection.execute(select(reviews).where(reviews.c.id == review_id)).one_or_none()
    if row is None:
        raise ReviewRefused("There is no such request.")
    asked = _review(row)
    if asked.state is not ReviewState.OPEN:
        raise ReviewRefused(f"This request was {asked.state} by {asked.decided_by} already.")
    if state is ReviewState.WITHDRAWN and by != asked.asked_by:
        raise ReviewRefused("Only who asked can withdraw a request: decline it instead.")
    if state is not ReviewState.WITHDRAWN and by in (asked.asked_by, asked.author):
        raise ReviewRefused("You asked for this, or saved it last: another person has to look at it.")
    decided = {"state": state.value, "decided_ms": now_ms, "decided_by": by, "comment": comment[:MAX_WORDS_CHARACTERS]}
    connection.execute(update(reviews).where(reviews.c.id == review_id).values(decided))
    return msgspec.structs.replace(
        asked, state=state, decided_ms=now_ms, decided_by=by, comment=comment[:MAX_WORDS_CHARACTERS]
    )


def list_reviews(connection: Connection, property_id: str, *, limit: int) -> Sequence[Review]:
    """The newest first."""
    rows = connection.execute(
        select(reviews).where(reviews.c.property_id == property_id).order_by(reviews.c.id.desc()).limit(limit)
    )
    return [_review(row) for row in rows]


def newest_review(connection: Connection, property_id: str, environment: str) -> Review | None:
    """The last request for this environment, whatever became of it; withdrawn ones do not count."""
    table = reviews.c
    row = connection.execute(
        select(reviews)
        .where(
            table.property_id == property_id,
            table.environment == environment,
            table.state != ReviewState.WITHDRAWN.value,
        )
        .order_by(table.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _review(row)


def open_reviews(connection: Connection, *, limit: int) -> Sequence[OpenReview]:
    """Requests of all properties that wait, the oldest first."""
    rows = connection.execute(
        select(reviews, properties.c.name.label("property_name"))
        .join(properties, properties.c.id == reviews.c.property_id)
        .where(reviews.c.state == ReviewState.OPEN.value)
        .order_by(reviews.c.id)
        .limit(limit)
    )
    return [OpenReview(review=_review(row), property_name=row.property_name) for row in rows]


def _withdraw(connection: Connection, property_id: str, environment: str, *, now_ms: int, by: str) -> None:
    table = reviews.c
    open_ones = (table.property_id == property_id) & (table.environment == environment) & (table.state == "open")
    withdrawn = {"state": ReviewState.WITHDRAWN.value, "decided_ms": now_ms, "decided_by": by}
    connection.execute(update(reviews).where(open_ones).values(withdrawn))


def _review(row: object) -> Review:
    values = {name: row._mapping[name] for name in Review.__struct_fields__}  # type: ignore[attr-defined]
    return Review(**values | {"state": ReviewState(values["state"])})
