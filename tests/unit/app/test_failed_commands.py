import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from server.app.failed_commands import (
    ReplayReport,
    Wanted,
    failed_export,
    failed_list,
    failed_replay,
    failed_replay_some,
    failed_show,
)
from server.app.installation import prepare
from server.app.logs import open_partition, open_reader
from server.app.not_found import NotFound
from server.eventlog.topics import Topic
from server.model.outcome import BEFORE_FIRST, FailedEvent, FailureReason, Position
from server.settings import Settings
from tests.builders import NOON_MS, a_failed, an_event, encoded

UNREADABLE = FailedEvent(
    source=Position(partition=0, offset=0), reason=FailureReason.UNREADABLE, stage="read", raw="AAAA"
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of an installation that was started once."""
    made = Settings(data_dir=tmp_path)
    prepare(made, now_ms=NOON_MS)
    return made


def happened(settings: Settings, *failed: FailedEvent) -> None:
    async def append() -> None:
        log = open_partition(settings, Topic.FAILED)
        await log.append([encoded(each) for each in failed])
        await log.close()

    asyncio.run(append())


def replays(settings: Settings) -> list[dict[str, object]]:
    async def read() -> list[dict[str, object]]:
        log = open_reader(settings.data_dir, Topic.REPLAYS)
        records = await log.read(after=BEFORE_FIRST, limit=100)
        await log.close()
        return [json.loads(record.value) for record in records]

    return asyncio.run(read())


def exported(settings: Settings, wanted: Wanted) -> list[dict[str, object]]:
    pieces: list[bytes] = []
    write: Callable[[bytes], object] = pieces.append
    failed_export(settings, wanted, write=write)
    return [json.loads(line) for line in b"".join(pieces).splitlines()]


def test_the_newest_are_listed_first_with_what_is_wrong(settings: Settings) -> None:
    happened(settings, a_failed(), a_failed(event=an_event(id="e-2")), UNREADABLE)

    found = failed_list(settings, Wanted(), limit=2)

    assert [each["offset"] for each in found] == [2, 1]
    assert found[1] == {
        "offset": 1,
        "received": "2026-01-01T12:00:00.000Z",
        "reason": "schema_violation",
        "stage": "validate",
        "dataset": "0123456789abcdef01234567",
        "eventType": "web.webpagedetails.pageViews",
        "id": "e-2",
        "problem": "/web expected an object, found the number 5",
        "replayed": None,
    }


def test_one_is_shown_with_all_that_is_kept_of_it(settings: Settings) -> None:
    happened(settings, a_failed())

    shown = failed_show(settings, 0)

    assert shown["event"]["xdm"]["web"]["webPageDetails"]["name"] == "home"
    assert shown["violations"] == [
        {
            "path": "/web",
            "keyword": "type",
            "message": "expected an object, found the number 5",
            "code": "DCVS-1104-400",
        }
    ]
    with pytest.raises(NotFound, match="there is no failed event 1"):
        failed_show(settings, 1)


def test_an_export_has_every_one_that_matches_the_oldest_first(settings: Settings) -> None:
    happened(settings, a_failed(), UNREADABLE, a_failed(event=an_event(received_ms=NOON_MS + 1)))

    assert [each["offset"] for each in exported(settings, Wanted())] == [0, 1, 2]
    assert [each["offset"] for each in exported(settings, Wanted(since_ms=NOON_MS + 1))] == [2]
    assert exported(settings, Wanted(reason="unreadable")) == [
        {"offset": 1, "outcome": "failed", "source": {"partition": 0, "offset": 0}, "reason": "unreadable"}
        | {"stage": "read", "raw": "AAAA"}
    ]


def test_all_that_match_are_replayed_and_what_cannot_be_read_is_told(settings: Settings) -> None:
    happened(settings, a_failed(), UNREADABLE, a_failed(reason=FailureReason.UNKNOWN_DATASET))

    assert failed_replay(settings, Wanted(), by="ada") == ReplayReport(replayed=2, unreadable=1)

    assert [(each["failed"], each["replayedBy"]) for each in replays(settings)] == [(0, "ada"), (2, "ada")]
    newest = failed_list(settings, Wanted(), limit=1)[0]["replayed"]
    assert (newest["by"], newest["isWaiting"]) == ("ada", True)


def test_what_was_replayed_before_is_passed_over_unless_it_is_named(settings: Settings) -> None:
    happened(settings, a_failed())
    failed_replay(settings, Wanted(), by="ada")
    happened(settings, a_failed())

    assert failed_replay(settings, Wanted(), by="bob") == ReplayReport(replayed=1, passed_over=1)
    assert failed_replay_some(settings, [0], by="eve") == ReplayReport(replayed=1)

    assert [(each["failed"], each["replayedBy"]) for each in replays(settings)] == [(0, "ada"), (1, "bob"), (0, "eve")]


def test_some_are_replayed_by_their_offsets_and_none_when_one_is_unknown(settings: Settings) -> None:
    happened(settings, a_failed(), a_failed())

    assert failed_replay_some(settings, [1], by="ada") == ReplayReport(replayed=1, unreadable=0)
    with pytest.raises(NotFound):
        failed_replay_some(settings, [0, 7], by="ada")

    assert [each["failed"] for each in replays(settings)] == [1]


def test_a_dataset_that_does_not_exist_is_named(settings: Settings) -> None:
    with pytest.raises(NotFound, match="there is no dataset 'none'"):
        failed_list(settings, Wanted(dataset="none"), limit=1)
