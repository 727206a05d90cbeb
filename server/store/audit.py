"""The audit log: who did what, when, and from where. Append-only, each entry chained to the one before it.

Entries are written in the transaction of what they tell (ADR 0025): the store's functions call :func:`note`, and the
connection knows whose request it is serving (`Database.audited`).
"""

import hashlib
from collections.abc import Callable
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, insert, select, text

from server.model.json import Json
from server.store.tables import audit_entries

# As the columns; what is longer is cut.
MAX_NAME_CHARACTERS = 100
MAX_ADDRESS_CHARACTERS = 64
MAX_TARGET_CHARACTERS = 200
MAX_DETAIL_CHARACTERS = 500

# What stands before the first entry.
NO_HASH = ""

# Option of a connection's execution: the trail of whom it serves.
TRAIL = "audit_trail"

# Any number that nothing else in the database locks by.
_POSTGRESQL_LOCK = 7_262_501

_UNSEEN = "\N{REPLACEMENT CHARACTER}"


class AuditAction(StrEnum):
    """What was done. The words are kept in the log and in its hashes: a new one is added, none is changed."""

    SIGNED_IN = "signed in"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGNED_OUT = "signed out"
    ACCOUNT = "account changed"
    TOKEN = "token changed"  # noqa: S105  (what happened to one; no secret)
    PROPERTY = "property changed"
    PUBLISHED = "published"
    WENT_BACK = "went back"
    CONFIGURATION = "configuration changed"
    REPLAYED = "replayed"
    EXPORTED = "exported"
    DELETED = "deleted"
    FORGOTTEN = "person forgotten"
    VIEWED = "personal data viewed"
    OTHER = "other change"


class ActorKind(StrEnum):
    """As what somebody came."""

    PERSON = "person"
    PROGRAM = "program"
    """With an API token."""
    OPERATOR = "operator"
    """With a command, as an account of the machine."""
    NOBODY = "nobody"
    """Not signed in."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked, from where, and by which request: name of a route, or of a command."""

    actor: str
    kind: ActorKind
    address: str
    request: str


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log, in the order in which its hash is made of it.

    ``target``: kind and id of what it was done to. ``before_hash``, ``after_hash``: SHA-256 of what the target was and
    became; empty where there was nothing or nothing to compare.
    """

    number: int
    at_ms: int
    action: str
    actor: str
    actor_kind: str
    address: str
    request: str
    target: str
    detail: str
    before_hash: str
    after_hash: str
    previous_hash: str
    entry_hash: str = ""


class Trail:
    """Where the entries of one request or command come together: who asks is asked for when there is one to write."""

    def __init__(self, origin: Callable[[], Origin], clock_ms: Callable[[], int]) -> None:
        self._origin = origin
        self._clock_ms = clock_ms
        self.has_entries = False

    def append(
        self, connection: Connection, action: AuditAction, target: str, *, detail: str, before: str, after: str
    ) -> None:
        append_entry(
            connection,
            self._origin(),
            action=action,
            target=target,
            detail=detail,
            before=before,
            after=after,
            at_ms=self._clock_ms(),
        )
        self.has_entries = True


def note(
    connection: Connection, action: AuditAction, target: str, *, detail: str = "", before: str = "", after: str = ""
) -> None:
    """Tell the log of whom this connection serves; nobody's (seeds, the core's own work) is not told.

    ``before``, ``after``: hashes, as :func:`content_hash` makes them.
    """
    trail: Trail | None = connection.get_execution_options().get(TRAIL)
    if trail is not None:
        trail.append(connection, action, target, detail=detail, before=before, after=after)


def append_entry(
    connection: Connection,
    origin: Origin,
    *,
    action: AuditAction,
    target: str,
    at_ms: int,
    detail: str = "",
    before: str = "",
    after: str = "",
) -> AuditEntry:
    """Write one down, behind all others. Texts are cut, and shown as one line whatever they hold."""
    if connection.dialect.name == "postgresql":
        # Two who append at once would both follow the same entry. Held until this transaction ends.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_LOCK})
    last = connection.execute(
        select(audit_entries.c.number, audit_entries.c.entry_hash).order_by(audit_entries.c.number.desc()).limit(1)
    ).one_or_none()
    entry = AuditEntry(
        number=1 if last is None else last.number + 1,
        at_ms=at_ms,
        action=action.value,
        actor=_one_line(origin.actor, MAX_NAME_CHARACTERS),
        actor_kind=origin.kind.value,
        address=_one_line(origin.address, MAX_ADDRESS_CHARACTERS),
        request=_one_line(origin.request, MAX_NAME_CHARACTERS),
        target=_one_line(target, MAX_TARGET_CHARACTERS),
        detail=_one_line(detail, MAX_DETAIL_CHARACTERS),
        before_hash=before,
        after_hash=after,
        previous_hash=NO_HASH if last is None else last.entry_hash,
    )
    entry = msgspec.structs.replace(entry, entry_hash=entry_hash(entry))
    connection.execute(insert(audit_entries).values(msgspec.structs.asdict(entry)))
    return entry


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 of a JSON array of all its other fields, in their order."""
    *told, _ = msgspec.structs.astuple(entry)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def content_hash(content: Json) -> str:
    """SHA-256 of a document, whatever the order of its keys; empty for None."""
    if content is None:
        return ""
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _one_line(given: str, most: int) -> str:
    """Nothing in it breaks a line, hides or turns text around, in whatever shows the log (reliability-security A14)."""
    return "".join(each if each.isprintable() else _UNSEEN for each in given[:most])
