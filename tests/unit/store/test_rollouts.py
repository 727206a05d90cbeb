from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.model.rollout import EVERYONE, Rollout
from server.store import settings
from server.store.database import Database
from server.store.properties import (
    StoredBuild,
    StoredProperty,
    keep_build,
    list_environments,
    point_environment,
    publish_build,
    save_property,
)
from server.store.revisions import list_publications
from server.store.rollouts import (
    RolloutRefused,
    all_rollouts,
    next_due_ms,
    plan_publication,
    publish_due,
    running_rollouts,
    set_share,
    start_rollout,
    stop_rollout,
    waiting_plans,
    withdraw_plan,
)
from tests.builders import NOON_MS
from tests.unit.property.factories import a_property
from tests.unit.store.migrated import a_migrated_database

AT = {"property_id": "shop", "environment": "production"}
HOUR_MS = 3_600_000


def a_build(name: str) -> StoredBuild:
    return StoredBuild(
        hash=name,
        property_id="shop",
        environment="production",
        revision=f"r-{name}",
        document=a_property(),
        script=name.encode() * 10,
        created_ms=NOON_MS,
        created_by="ada",
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Production has the build ``old``; ``new`` and ``newer`` are kept."""
    made = Database(a_migrated_database(tmp_path))
    shop = StoredProperty(id="shop", name="Shop", document=a_property(), updated_ms=NOON_MS, updated_by="ada")

    def work(connection: Any) -> None:
        save_property(connection, shop)
        publish_build(connection, a_build("old"), reason="First")
        for name in ("new", "newer"):
            keep_build(connection, a_build(name))

    made.write_sync(work)
    yield made
    made.close()


def do(database: Database, function: Callable[..., Any], **given: Any) -> Any:
    return database.write_sync(partial(function, **{**AT, "now_ms": NOON_MS, "by": "ada"} | given))


def start(database: Database, build: str = "new", percent: int = 10) -> None:
    do(database, start_rollout, build_hash=build, percent=percent, reason="Try it")


def pointer(database: Database) -> str:
    [found] = database.read_sync(partial(list_environments, property_id="shop"))
    return found.build_hash


def rollouts(database: Database) -> dict[str, int]:
    found = database.read_sync(partial(running_rollouts, property_id="shop"))
    return {each.build_hash: each.percent for each in found.values()}


def told(database: Database) -> list[tuple[str, int, str]]:
    found = database.read_sync(partial(list_publications, property_id="shop", limit=9))
    return [(each.build_hash, each.percent, each.reason) for each in found]


def plan(database: Database, **given: Any) -> int:
    usual = {"build_hash": "new", "percent": EVERYONE, "at_ms": NOON_MS + HOUR_MS, "reason": "Sale"}
    made: int = do(database, plan_publication, **usual | given)
    return made


def due(database: Database, now_ms: int) -> list[int]:
    return [each.id for each in database.write_sync(partial(publish_due, now_ms=now_ms))]


def test_a_roll_out_leaves_the_pointer_grows_and_ends_with_everyone(database: Database) -> None:
    revision = database.read_sync(settings.revision)
    start(database)
    assert (pointer(database), rollouts(database)) == ("old", {"new": 10})
    assert database.read_sync(settings.revision) == revision + 1
    assert database.read_sync(all_rollouts) == {("shop", "production"): Rollout(build_hash="new", percent=10)}

    do(database, set_share, percent=50)
    assert rollouts(database) == {"new": 50}
    do(database, set_share, percent=EVERYONE)

    assert (pointer(database), rollouts(database)) == ("new", {})
    assert told(database) == [
        ("new", 100, "Try it"),
        ("new", 50, "From 10 % to 50 % of the visitors"),
        ("new", 10, "Try it"),
        ("old", 100, "First"),
    ]


def test_rolling_back_gives_everyone_the_present_build(database: Database) -> None:
    start(database)

    do(database, stop_rollout)

    assert (pointer(database), rollouts(database)) == ("old", {})
    assert told(database)[0] == ("new", 0, "The roll-out of build new was rolled back")
    with pytest.raises(RolloutRefused, match="Nothing is rolled out"):
        do(database, stop_rollout)


def test_whatever_moves_the_pointer_ends_a_roll_out_and_withdraws_the_plan(database: Database) -> None:
    start(database)
    plan(database, build_hash="newer")

    database.write_sync(
        partial(
            point_environment,
            property_id="shop",
            name="production",
            build_hash="newer",
            published_ms=NOON_MS,
            published_by="bob",
        )
    )

    assert rollouts(database) == {}
    assert database.read_sync(partial(waiting_plans, property_id="shop")) == {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"percent": 0}, "1 to 99"),
        ({"percent": 100}, "1 to 99"),
        ({"build": "old"}, "has this build already"),
    ],
)
def test_a_roll_out_that_means_nothing_is_refused(database: Database, given: dict[str, Any], message: str) -> None:
    with pytest.raises(RolloutRefused, match=message):
        start(database, **given)


def test_nothing_is_rolled_out_where_nothing_is_published(database: Database) -> None:
    with pytest.raises(RolloutRefused, match="Nothing is published in staging"):
        do(database, start_rollout, environment="staging", build_hash="new", percent=5, reason="")


def test_a_plan_is_done_once_when_its_time_has_come(database: Database) -> None:
    number = plan(database)
    assert database.read_sync(next_due_ms) == NOON_MS + HOUR_MS
    assert due(database, NOON_MS + HOUR_MS - 1) == []
    assert pointer(database) == "old"

    # Missed by a day, and looked for by two.
    assert due(database, NOON_MS + 24 * HOUR_MS) == [number]
    assert due(database, NOON_MS + 24 * HOUR_MS) == []

    assert pointer(database) == "new"
    assert told(database)[0] == ("new", 100, "Sale")
    assert database.read_sync(next_due_ms) is None


def test_a_plan_can_be_for_a_share_of_the_visitors(database: Database) -> None:
    plan(database, percent=5)

    due(database, NOON_MS + HOUR_MS)

    assert (pointer(database), rollouts(database)) == ("old", {"new": 5})


def test_a_new_plan_takes_the_place_of_the_one_that_waits(database: Database) -> None:
    first, second = plan(database), plan(database, build_hash="newer")

    assert [each.id for each in database.read_sync(partial(waiting_plans, property_id="shop")).values()] == [second]
    withdraw = partial(withdraw_plan, property_id="shop", now_ms=NOON_MS)
    assert not database.write_sync(partial(withdraw, plan_id=first))
    assert database.write_sync(partial(withdraw, plan_id=second))
    assert due(database, NOON_MS + HOUR_MS) == []


def test_the_past_cannot_be_planned(database: Database) -> None:
    with pytest.raises(RolloutRefused, match="is over"):
        plan(database, at_ms=NOON_MS)
