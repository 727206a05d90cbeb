"""What the commands do about what publishing needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from server.app import world
from server.app.not_found import NotFound
from server.app.readers import open_database
from server.gatekeeper import judge_gates
from server.model.json import JsonObject
from server.paths import assets
from server.property.check import check_property
from server.property.files import revision_of
from server.property.gates import ALWAYS_ON, Gate, GateName
from server.publish import build, load_fragments, packed_bytes
from server.settings import Settings
from server.store import settings as facts
from server.store.gates import CaseRun, save_run, switch_gate
from server.store.properties import find_property
from server.store.rollouts import (
    PublishPlan,
    RunningRollout,
    running_rollouts,
    set_share,
    stop_rollout,
    waiting_plans,
    withdraw_plan,
)


class UnknownGate(Exception):
    """There is no gate of this name, or it cannot be switched. ``args``: a sentence."""


def gates_of(
    settings: Settings, property_id: str, *, environment: str, on: Sequence[str], off: Sequence[str], by: str
) -> Sequence[Gate]:
    """How the gates of the environment stand, once these are switched. Raises NotFound, UnknownGate."""
    fragments = load_fragments(assets().static)
    wanted = dict.fromkeys(on, True) | dict.fromkeys(off, False)
    switchable = [name.value for name in GateName if name not in ALWAYS_ON]
    for name in wanted:
        if name not in switchable:
            raise UnknownGate(f"there is no gate {name!r} to switch; there are {', '.join(switchable)}")

    def work(connection: Connection) -> Sequence[Gate]:
        stored = find_property(connection, property_id)
        if stored is None:
            raise NotFound(f"there is no property {property_id!r}")
        for name, is_on in wanted.items():
            switch_gate(
                connection, property_id, environment=environment, gate=name, is_on=is_on, now_ms=world.clock_ms(), by=by
            )
        faults, size = check_property(stored.document, fragments.modules), 0
        if not faults:
            org_id = facts.get_setting(connection, facts.ORG_ID) or ""
            script, _ = build(stored.document, environment=environment, fragments=fragments, org_id=org_id)
            size = packed_bytes(script)
        return judge_gates(connection, stored, environment=environment, faults=faults, packed_bytes=size)

    database = open_database(settings)
    try:
        return database.write_sync(work)
    finally:
        database.close()


def keep_result(settings: Settings, document: JsonObject, *, held: int, failed: int, by: str) -> None:
    """Write down how the test cases of this document went, for the gate that asks about them."""
    run = CaseRun(
        revision=str(revision_of(document)), held=held, failed=failed, played_ms=world.clock_ms(), played_by=by
    )
    database = open_database(settings)
    try:
        database.write_sync(partial(save_run, property_id=document["property"]["id"], run=run))
    finally:
        database.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """What some visitors of an environment get, and what is planned there; None where there is nothing."""

    running: RunningRollout | None
    planned: PublishPlan | None


def moving(settings: Settings, property_id: str, *, environment: str) -> Moving:
    """Raises NotFound."""

    def read(connection: Connection) -> Moving:
        _check_property(connection, property_id)
        return Moving(
            running=running_rollouts(connection, property_id).get(environment),
            planned=waiting_plans(connection, property_id).get(environment),
        )

    database = open_database(settings)
    try:
        return database.read_sync(read)
    finally:
        database.close()


def change_share(settings: Settings, property_id: str, *, environment: str, percent: int, by: str, reason: str) -> None:
    """Give what is rolled out to this share of the visitors; 0 takes it back. Raises NotFound, RolloutRefused."""

    def work(connection: Connection) -> None:
        _check_property(connection, property_id)
        step = partial(stop_rollout, connection) if percent == 0 else partial(set_share, connection, percent=percent)
        step(property_id=property_id, environment=environment, now_ms=world.clock_ms(), by=by, reason=reason)

    database = open_database(settings)
    try:
        database.write_sync(work)
    finally:
        database.close()


def withdraw(settings: Settings, property_id: str, *, environment: str) -> None:
    """Do not publish what is planned there. Raises NotFound."""

    def work(connection: Connection) -> None:
        _check_property(connection, property_id)
        plan = waiting_plans(connection, property_id).get(environment)
        if plan is None:
            raise NotFound(f"nothing is planned for {environment} of {property_id!r}")
        withdraw_plan(connection, property_id, plan.id, now_ms=world.clock_ms())

    database = open_database(settings)
    try:
        database.write_sync(work)
    finally:
        database.close()


def _check_property(connection: Connection, property_id: str) -> None:
    if find_property(connection, property_id) is None:
        raise NotFound(f"there is no property {property_id!r}")
