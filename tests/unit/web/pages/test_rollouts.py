import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from server.store.rollouts import running_rollouts, waiting_plans
from server.store.users import Role
from server.workers.planned import PlannedDeps, publish_planned
from tests.unit.property.factories import a_property, a_rule
from tests.unit.web.console import Console, a_console
from tests.unit.web.pages.published import save
from tests.unit.web.pages.test_publishing import PUBLISH, pointers, publish, words
from tests.unit.web.pages.workspace import get, post

HOUR_MS = 3_600_000


def two_states(console: Console) -> str:
    """The first is in staging, the second is the draft; the build of the first."""
    save(console, a_property())
    publish(console, "staging")
    save(console, a_property(rules=[a_rule(enabled=False)]))
    return pointers(console)["staging"].build_hash


def ask(console: Console, **fields: str) -> tuple[int, str]:
    return post(console, PUBLISH, {"environment": "staging", "version": "2", "reason": "Try it", **fields})


def step(console: Console, name: str, **fields: str) -> int:
    return post(console, f"{PUBLISH}/{name}", {"environment": "staging", **fields})[0]


def shares(console: Console) -> dict[str, int]:
    found = console.services.database.read_sync(partial(running_rollouts, property_id="shop"))
    return {name: each.percent for name, each in found.items()}


def plans(console: Console) -> dict[str, int]:
    found = console.services.database.read_sync(partial(waiting_plans, property_id="shop"))
    return {name: each.id for name, each in found.items()}


def test_a_build_goes_to_some_then_to_more_then_to_everyone(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        first = two_states(console)

        assert ask(console, share="10")[0] == 303
        assert pointers(console)["staging"].build_hash == first
        told = words(get(console, PUBLISH))
        assert step(console, "share", share="50") == 303
        assert shares(console) == {"staging": 50}
        assert step(console, "share", share="100") == 303

        assert shares(console) == {}
        assert pointers(console)["staging"].build_hash != first
    assert "10 % of the visitors get the draft as it is" in told
    assert first[:8] in told


def test_a_roll_out_is_taken_back_in_one_click(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        first = two_states(console)
        ask(console, share="10")

        assert step(console, "stop") == 303
        assert step(console, "stop") == 409

        assert shares(console) == {}
        assert pointers(console)["staging"].build_hash == first
        text = words(get(console, PUBLISH))
    assert "taken back" in text
    assert "was rolled back" in text


def test_what_is_planned_is_published_when_its_time_has_come(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        first = two_states(console)
        deps = PlannedDeps(database=console.services.database, clock_ms=console.clock)

        status, _ = ask(console, at=_in_hours(console, 2))
        told = words(get(console, PUBLISH))
        assert asyncio.run(publish_planned(deps)) == 0
        assert pointers(console)["staging"].build_hash == first
        console.clock.now_ms += 3 * HOUR_MS
        assert asyncio.run(publish_planned(deps)) == 1
        assert asyncio.run(publish_planned(deps)) == 0

        assert pointers(console)["staging"].build_hash != first
    assert status == 303
    assert "goes to everyone at" in told


def test_a_plan_can_be_withdrawn_once(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        two_states(console)
        ask(console, at=_in_hours(console, 2))
        [number] = plans(console).values()

        assert step(console, "plan", plan="99") == 409
        assert step(console, "plan", plan=str(number)) == 303
        assert step(console, "plan", plan=str(number)) == 409
        assert plans(console) == {}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"share": "0"}, "1 to 100"),
        ({"share": "ten"}, "1 to 100"),
        ({"at": "soon"}, "2026-12-24T09:00"),
        ({"at": "2001-01-01T00:00"}, "This time is over"),
        ({"at": "9999-12-31T23:59"}, "more than a year ahead"),
    ],
)
def test_a_share_or_time_that_cannot_be_publishes_nothing(tmp_path: Path, fields: dict[str, str], told: str) -> None:
    with a_console(tmp_path) as console:
        console.sign_in()
        first = two_states(console)

        status, html = ask(console, **fields)

        assert (pointers(console)["staging"].build_hash, shares(console), plans(console)) == (first, {}, {})
    assert status == 400
    assert told in html


def test_who_may_not_publish_may_not_take_steps(tmp_path: Path) -> None:
    with a_console(tmp_path) as console:
        console.sign_in(Role.EDITOR)
        two_states(console)

        for name in ("share", "stop", "plan"):
            assert post(console, f"{PUBLISH}/{name}", {"environment": "production"})[0] == 403
            assert post(console, f"{PUBLISH}/{name}", {"environment": "moon"})[0] == 400


def _in_hours(console: Console, hours: int) -> str:
    return datetime.fromtimestamp(console.clock() / 1_000 + hours * 3_600, UTC).strftime("%Y-%m-%dT%H:%M")
