"""Builds that some visitors get before others, and builds that are to be published at a time.

Each step is told among the publications, with its share. What a plan or a roll-out delivers was built and checked when
it was made.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from server.model.rollout import EVERYONE, LEAST_PERCENT, MOST_PERCENT, Rollout
from server.store import settings
from server.store.properties import list_environments, overtake, point_environment
from server.store.tables import builds, publications, publish_plans, rollouts


class RolloutRefused(Exception):
    """A roll-out or plan that cannot be; the message says why and what to do."""


class RunningRollout(msgspec.Struct, frozen=True, kw_only=True):
    """One roll-out. ``build_bytes``: size of the new build's script. ``reason``: of who started it."""

    environment: str
    build_hash: str
    build_bytes: int
    revision: str
    percent: int
    started_ms: int
    started_by: str
    reason: str


class PlanState(StrEnum):
    """What became of a plan."""

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    """By a person, or because something else was published."""


class PublishPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A build that is to be published at ``at_ms``, for ``percent`` of the visitors."""

    id: int
    property_id: str
    environment: str
    build_hash: str
    percent: int
    at_ms: int
    reason: str
    planned_ms: int
    planned_by: str
    state: PlanState


def running_rollouts(connection: Connection, property_id: str) -> Mapping[str, RunningRollout]:
    """By environment."""
    rows = connection.execute(
        select(rollouts, builds.c.revision, builds.c.script)
        .join(builds, builds.c.hash == rollouts.c.build_hash)
        .where(rollouts.c.property_id == property_id)
    )
    return {
        row.environment: RunningRollout(
            environment=row.environment,
            build_hash=row.build_hash,
            build_bytes=len(row.script),
            revision=row.revision,
            percent=row.percent,
            started_ms=row.started_ms,
            started_by=row.started_by,
            reason=row.reason,
        )
        for row in rows
    }


def all_rollouts(connection: Connection) -> Mapping[tuple[str, str], Rollout]:
    """By property and environment, as collectors need them."""
    table = rollouts.c
    rows = connection.execute(select(table.property_id, table.environment, table.build_hash, table.percent))
    return {(row.property_id, row.environment): Rollout(build_hash=row.build_hash, percent=row.percent) for row in rows}


def start_rollout(
    connection: Connection,
    *,
    property_id: str,
    environment: str,
    build_hash: str,
    percent: int,
    now_ms: int,
    by: str,
    reason: str,
) -> None:
    """Give a share of the visitors this build. One that runs, and what is planned, ends. Raises RolloutRefused."""
    _check_share(percent)
    pointers = {each.name: each.build_hash for each in list_environments(connection, property_id)}
    if environment not in pointers:
        raise RolloutRefused(f"Nothing is published in {environment} yet: publish it for everyone.")
    if pointers[environment] == build_hash:
        raise RolloutRefused("Everyone has this build already.")
    overtake(connection, property_id, environment, now_ms=now_ms)
    started = {"started_ms": now_ms, "started_by": by, "reason": reason}
    at = {"property_id": property_id, "environment": environment}
    connection.execute(insert(rollouts).values(**at, build_hash=build_hash, percent=percent, **started))
    _tell(connection, property_id, environment, build_hash, percent=percent, now_ms=now_ms, by=by, reason=reason)


def set_share(
    connection: Connection, *, property_id: str, environment: str, percent: int, now_ms: int, by: str, reason: str = ""
) -> None:
    """Give the build that is rolled out to more visitors, or fewer; EVERYONE ends the roll-out with it published.

    Raises RolloutRefused.
    """
    running = _running(connection, property_id, environment)
    if percent == EVERYONE:
        point_environment(
            connection,
            property_id=property_id,
            name=environment,
            build_hash=running.build_hash,
            published_ms=now_ms,
            published_by=by,
            reason=reason or running.reason,
        )
        return
    _check_share(percent)
    connection.execute(update(rollouts).where(_at(property_id, environment)).values(percent=percent))
    said = reason or f"From {running.percent} % to {percent} % of the visitors"
    _tell(connection, property_id, environment, running.build_hash, percent=percent, now_ms=now_ms, by=by, reason=said)


def stop_rollout(
    connection: Connection, *, property_id: str, environment: str, now_ms: int, by: str, reason: str = ""
) -> None:
    """Give everyone the present build again, from their next page on. Raises RolloutRefused."""
    running = _running(connection, property_id, environment)
    connection.execute(delete(rollouts).where(_at(property_id, environment)))
    said = reason or f"The roll-out of build {running.build_hash[:8]} was rolled back"
    _tell(connection, property_id, environment, running.build_hash, percent=0, now_ms=now_ms, by=by, reason=said)


def plan_publication(
    connection: Connection,
    *,
    property_id: str,
    environment: str,
    build_hash: str,
    percent: int,
    at_ms: int,
    now_ms: int,
    by: str,
    reason: str,
) -> int:
    """Publish the build at ``at_ms``, instead of what was planned there. Its id. Raises RolloutRefused."""
    if at_ms <= now_ms:
        raise RolloutRefused("This time is over: choose one to come, or publish now.")
    if percent != EVERYONE:
        _check_share(percent)
    table = publish_plans.c
    waiting = (table.property_id == property_id) & (table.environment == environment) & (table.state == "waiting")
    connection.execute(update(publish_plans).where(waiting).values(state=PlanState.WITHDRAWN.value, ended_ms=now_ms))
    row = {
        "property_id": property_id,
        "environment": environment,
        "build_hash": build_hash,
        "percent": percent,
        "at_ms": at_ms,
        "reason": reason,
        "planned_ms": now_ms,
        "planned_by": by,
        "state": PlanState.WAITING.value,
    }
    made: int = connection.execute(insert(publish_plans).values(row).returning(table.id)).scalar_one()
    return made


def withdraw_plan(connection: Connection, property_id: str, plan_id: int, *, now_ms: int) -> bool:
    """Whether it still waited."""
    return _end(connection, property_id, plan_id, PlanState.WITHDRAWN, now_ms=now_ms)


def waiting_plans(connection: Connection, property_id: str) -> Mapping[str, PublishPlan]:
    """By environment: there is one at most."""
    table = publish_plans.c
    wanted = (table.property_id == property_id) & (table.state == PlanState.WAITING.value)
    return {row.environment: _plan(row) for row in connection.execute(select(publish_plans).where(wanted))}


def next_due_ms(connection: Connection) -> int | None:
    """When the next plan is due; None when nothing is planned."""
    table = publish_plans.c
    wanted = select(table.at_ms).where(table.state == PlanState.WAITING.value).order_by(table.at_ms).limit(1)
    return connection.execute(wanted).scalar_one_or_none()


def publish_due(connection: Connection, *, now_ms: int) -> Sequence[PublishPlan]:
    """Do what is due, the earliest first; what was done. Each is done once, whoever else does the same."""
    table = publish_plans.c
    due = (table.state == PlanState.WAITING.value) & (table.at_ms <= now_ms)
    found = [_plan(row) for row in connection.execute(select(publish_plans).where(due).order_by(table.at_ms))]
    return [plan for plan in found if _publish_planned(connection, plan, now_ms=now_ms)]


def _publish_planned(connection: Connection, plan: PublishPlan, *, now_ms: int) -> bool:
    # First: moving the pointer withdraws whatever still waits.
    if not _end(connection, plan.property_id, plan.id, PlanState.DONE, now_ms=now_ms):
        return False
    present = {each.name: each.build_hash for each in list_environments(connection, plan.property_id)}
    at = {"property_id": plan.property_id, "build_hash": plan.build_hash, "reason": plan.reason}
    if plan.percent == EVERYONE or plan.environment not in present:
        point_environment(connection, name=plan.environment, published_ms=now_ms, published_by=plan.planned_by, **at)
    elif present[plan.environment] != plan.build_hash:
        start_rollout(
            connection,
            environment=plan.environment,
            percent=plan.percent,
            now_ms=now_ms,
            by=plan.planned_by,
            **at,
        )
    return True


def _end(connection: Connection, property_id: str, plan_id: int, state: PlanState, *, now_ms: int) -> bool:
    table = publish_plans.c
    waiting = (table.property_id == property_id) & (table.id == plan_id) & (table.state == PlanState.WAITING.value)
    ended = connection.execute(update(publish_plans).where(waiting).values(state=state.value, ended_ms=now_ms))
    return ended.rowcount == 1


def _running(connection: Connection, property_id: str, environment: str) -> RunningRollout:
    found = running_rollouts(connection, property_id).get(environment)
    if found is None:
        raise RolloutRefused(f"Nothing is rolled out in {environment} now.")
    return found


def _check_share(percent: int) -> None:
    if not LEAST_PERCENT <= percent <= MOST_PERCENT:
        raise RolloutRefused(f"A share is {LEAST_PERCENT} to {MOST_PERCENT} % of the visitors.")


def _tell(
    connection: Connection,
    property_id: str,
    environment: str,
    build_hash: str,
    *,
    percent: int,
    now_ms: int,
    by: str,
    reason: str,
) -> None:
    """Among the publications, and to the collectors."""
    connection.execute(
        insert(publications).values(
            property_id=property_id,
            environment=environment,
            build_hash=build_hash,
            published_ms=now_ms,
            published_by=by,
            reason=reason,
            percent=percent,
        )
    )
    settings.bump_revision(connection)


def _at(property_id: str, environment: str) -> ColumnElement[bool]:
    return (rollouts.c.property_id == property_id) & (rollouts.c.environment == environment)


def _plan(row: object) -> PublishPlan:
    values = {name: row._mapping[name] for name in PublishPlan.__struct_fields__}  # type: ignore[attr-defined]
    return PublishPlan(**values | {"state": PlanState(values["state"])})
