"""Which gates somebody has switched, and how test cases went when they were played."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from server.store.tables import publish_gates, test_runs

# Of one property: as many drafts as anybody publishes from.
_MAX_RUNS = 50


class CaseRun(msgspec.Struct, frozen=True, kw_only=True):
    """How the test cases of a revision went when they were last played. ``revision``: a content hash."""

    revision: str
    held: int
    failed: int
    played_ms: int
    played_by: str


def switched_gates(connection: Connection, property_id: str) -> Mapping[str, Mapping[str, bool]]:
    """By environment and name of the gate; those that nobody has switched are not in it."""
    found: dict[str, dict[str, bool]] = {}
    for row in connection.execute(select(publish_gates).where(publish_gates.c.property_id == property_id)):
        found.setdefault(row.environment, {})[row.gate] = row.is_on
    return found


def switch_gate(
    connection: Connection, property_id: str, *, environment: str, gate: str, is_on: bool, now_ms: int, by: str
) -> None:
    """Let it count there, or not."""
    table = publish_gates.c
    at = (table.property_id == property_id) & (table.environment == environment) & (table.gate == gate)
    row = {"is_on": is_on, "changed_ms": now_ms, "changed_by": by}
    if connection.execute(update(publish_gates).where(at).values(row)).rowcount == 0:
        connection.execute(
            insert(publish_gates).values(property_id=property_id, environment=environment, gate=gate, **row)
        )


def save_run(connection: Connection, property_id: str, run: CaseRun) -> None:
    """Instead of what was known of this revision; the oldest beyond _MAX_RUNS are forgotten."""
    table = test_runs.c
    mine = table.property_id == property_id
    connection.execute(delete(test_runs).where(mine & (table.revision == run.revision)))
    connection.execute(insert(test_runs).values(property_id=property_id, **msgspec.structs.asdict(run)))
    kept = select(table.revision).where(mine).order_by(table.played_ms.desc()).limit(_MAX_RUNS)
    connection.execute(delete(test_runs).where(mine & table.revision.not_in(kept)))


def find_run(connection: Connection, property_id: str, revision: str) -> CaseRun | None:
    table = test_runs.c
    wanted = (table.property_id == property_id) & (table.revision == revision)
    row = connection.execute(
        select(table.revision, table.held, table.failed, table.played_ms, table.played_by).where(wanted)
    ).one_or_none()
    return None if row is None else CaseRun(**row._mapping)
