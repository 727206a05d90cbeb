"""Every change of a row of the control plane, told to the audit log, whichever function makes it.

SQLAlchemy says what it is about to execute on a connection and what it has executed: the rows are read before and
after, and what differs is an entry in the same transaction. A table that is in neither list here is told of as it is: a
new one is never forgotten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Delete, Insert, RowMapping, Table, Update, event, func, select, tuple_

from server.store import tables
from server.store.audit import AuditAction, Trail, content_hash

# One statement that changes more rows than this is one entry: nobody reads a hundred of the same.
_MAX_ROWS_TOLD = 100

_Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a table's rows are told of. ``kind`` and the column ``named``: what an entry's target says."""

    action: AuditAction
    kind: str
    named: str = "id"
    detail: tuple[str, ...] = ()
    """Columns whose texts are the entry's detail."""
    unhashed: frozenset[str] = frozenset()
    """Columns that may change without being worth an entry."""


CONFIGURATION = AuditAction.CONFIGURATION

TOLD: Mapping[Table, Told] = {
    # That a code was used is told by the sign-in.
    tables.users: Told(
        action=AuditAction.ACCOUNT, kind="account", named="name", detail=("role",), unhashed=frozenset({"totp_step"})
    ),
    tables.property_roles: Told(
        action=AuditAction.ACCOUNT, kind="role of account", named="user_id", detail=("property_id", "role")
    ),
    tables.api_tokens: Told(action=AuditAction.TOKEN, kind="API token", unhashed=frozenset({"last_used_ms"})),
    tables.tokens: Told(action=AuditAction.TOKEN, kind="inlet token", unhashed=frozenset({"last_used_ms"})),
    tables.properties: Told(action=AuditAction.PROPERTY, kind="property"),
    tables.publications: Told(
        action=AuditAction.PUBLISHED, kind="property", named="property_id", detail=("environment", "reason")
    ),
    tables.reviews: Told(
        action=CONFIGURATION,
        kind="review of property",
        named="property_id",
        detail=("environment", "state", "comment"),
    ),
    tables.publish_gates: Told(
        action=CONFIGURATION, kind="gate of property", named="property_id", detail=("environment", "gate")
    ),
    tables.publish_plans: Told(
        action=CONFIGURATION, kind="plan of property", named="property_id", detail=("environment", "state", "reason")
    ),
    tables.datastreams: Told(action=CONFIGURATION, kind="datastream"),
    tables.inlets: Told(action=CONFIGURATION, kind="streaming connection", named="connection_id"),
    tables.flows: Told(action=CONFIGURATION, kind="dataflow"),
    tables.source_connections: Told(action=CONFIGURATION, kind="source connection"),
    tables.target_connections: Told(action=CONFIGURATION, kind="target connection"),
    # The sample is its editor's.
    tables.mapping_sets: Told(action=CONFIGURATION, kind="mapping set", unhashed=frozenset({"sample"})),
    tables.datasets: Told(action=CONFIGURATION, kind="dataset"),
    # Who sends to it now, and how that goes, is nobody's change.
    tables.subscriptions: Told(
        action=CONFIGURATION,
        kind="subscription",
        named="name",
        unhashed=frozenset({"rest_until_ms", "leased_until_ms", "failing_ms"}),
    ),
    tables.schemas: Told(action=CONFIGURATION, kind="schema component"),
    tables.descriptors: Told(action=CONFIGURATION, kind="descriptor"),
    tables.erasures: Told(
        action=AuditAction.FORGOTTEN,
        kind="erasure",
        # A hash of an identity could be guessed, and would stay for ever; and that it is done is nobody's change.
        unhashed=frozenset(each.name for each in tables.erasures.columns if each.name != "id"),
    ),
}

# And why each is not: what it holds is told with another, is nobody's change, or would tell of itself.
UNTOLD: Mapping[Table, str] = {
    tables.audit_entries: "the log itself",
    tables.sessions: "signing in and out are entries of their own",
    tables.recovery_codes: "making and using them are entries of their own",
    tables.login_links: "making one and signing in by one are entries of their own",
    tables.settings: "made at the first start; the revision that it counts has the entry of its change",
    tables.idempotent_answers: "answers given before",
    tables.builds: "publications tell of them",
    tables.environments: "publications tell of them",
    tables.rollouts: "publications tell of each step",
    tables.property_revisions: "properties tell of them",
    tables.custom_scripts: "builds hold them",
    tables.schema_versions: "schemas tell of them",
    tables.mapping_versions: "mapping sets tell of them",
    tables.test_runs: "how a machine found the test cases: nobody's change",
    tables.tombstones: "erasures tell of them",
    tables.notifications: "what is told to subscribers: nobody's change",
    tables.notification_attempts: "notifications tell of them",
}


def told_of(table: Any) -> Told | None:
    """How to tell of a table's rows; None where that is not to be done."""
    if table in UNTOLD or not isinstance(table, Table):
        return None
    key = next(iter(table.primary_key.columns)).name
    return TOLD.get(table) or Told(action=CONFIGURATION, kind=table.name.replace("_", " "), named=key)


def tell_changes(connection: Connection, trail: Trail) -> None:
    """From now on, whatever changes on this connection is told to this trail."""
    watch = _Watch(trail)
    event.listen(connection, "before_execute", watch.before)
    event.listen(connection, "after_execute", watch.after)


@dataclass(slots=True)
class _Watch:
    """``former``: the rows that the statement which is being executed is about, by primary key."""

    trail: Trail
    former: Mapping[tuple[Any, ...], _Row] = field(default_factory=dict)

    def before(self, connection: Connection, statement: Any, *_given: Any) -> None:
        if isinstance(statement, Update | Delete):
            table: Any = statement.table
            self.former = {} if told_of(table) is None else _rows(connection, table, statement.whereclause)
        elif isinstance(statement, Insert):
            self.former = {}

    def after(self, connection: Connection, statement: Any, multiparams: Any, params: Any, *_given: Any) -> None:
        told = told_of(statement.table) if isinstance(statement, Insert | Update | Delete) else None
        if told is None:
            return
        table, former = statement.table, self.former
        if isinstance(statement, Insert):
            present = _inserted(connection, table, told, statement, [*multiparams, params])
        else:
            present = _rows_by_key(connection, table, list(former))
        keys = [*former, *(key for key in present if key not in former)]
        if len(keys) > _MAX_ROWS_TOLD:
            self.trail.append(
                connection, told.action, f"more than {_MAX_ROWS_TOLD} of {told.kind}", detail="", before="", after=""
            )
            return
        for key in keys:
            self._tell(connection, told, former.get(key), present.get(key))

    def _tell(self, connection: Connection, told: Told, former: _Row | None, present: _Row | None) -> None:
        before, after = _hash(told, former), _hash(told, present)
        row = present or former
        if row is None or before == after:
            return
        action = AuditAction.DELETED if present is None else _action(connection, told, row)
        self.trail.append(
            connection,
            action,
            f"{told.kind} {row[told.named]}",
            detail=" · ".join(str(row[name]) for name in told.detail if row[name]),
            before=before,
            after=after,
        )


def _action(connection: Connection, told: Told, row: _Row) -> AuditAction:
    if told.action is not AuditAction.PUBLISHED:
        return told.action
    table = tables.publications.c
    there = (table.property_id == row["property_id"]) & (table.environment == row["environment"])
    former = select(table.build_hash).where(there, table.id < row["id"]).order_by(table.id.desc())
    was_there = select(func.count()).where(there, table.id < row["id"], table.build_hash == row["build_hash"])
    is_other = connection.execute(former.limit(1)).scalar() != row["build_hash"]
    went_back = is_other and connection.execute(was_there).scalar_one() > 0
    return AuditAction.WENT_BACK if went_back else AuditAction.PUBLISHED


def _hash(told: Told, row: _Row | None) -> str:
    if row is None:
        return ""
    # A datetime or bytes would be no JSON; as text everything is.
    return content_hash({name: str(value) for name, value in row.items() if name not in told.unhashed})


def _rows(
    connection: Connection, table: Table, condition: ColumnElement[bool] | None
) -> Mapping[tuple[Any, ...], _Row]:
    wanted = select(table).limit(_MAX_ROWS_TOLD + 1)
    if condition is not None:
        wanted = wanted.where(condition)
    return {_key(table, row): dict(row) for row in connection.execute(wanted).mappings()}


def _rows_by_key(
    connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]]
) -> Mapping[tuple[Any, ...], _Row]:
    return _rows(connection, table, tuple_(*table.primary_key.columns).in_(keys)) if keys else {}


def _inserted(
    connection: Connection, table: Table, told: Told, statement: Insert, given: Sequence[Any]
) -> Mapping[tuple[Any, ...], _Row]:
    """The rows of an INSERT, found by the column that names them: their keys may be the database's own."""
    values = [each for each in given if each] or [statement.compile().params]
    column = table.c[told.named]
    names = [each[column.name] for each in values]
    newest = select(table).where(column.in_(names)).order_by(*(each.desc() for each in table.primary_key.columns))
    rows = connection.execute(newest.limit(min(len(names), _MAX_ROWS_TOLD + 1))).mappings()
    return {_key(table, row): dict(row) for row in rows}


def _key(table: Table, row: _Row | RowMapping) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)
