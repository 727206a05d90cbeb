from pathlib import Path

from server.app.logs import retention_of
from server.eventlog.topics import Topic, partition_directory
from server.model.replay import REPLAYS_PARTITION
from server.settings import Settings
from server.sinks import SINKS
from server.workers.process import outcome_mark


def test_what_all_partitions_may_take_together_is_the_setting(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, workers=3, event_log_bytes=48_000_000_000)

    kept = {topic: retention_of(settings, topic).keep_bytes for topic in Topic}

    assert 3 * kept[Topic.RECEIVED] + sum(kept.values()) - kept[Topic.RECEIVED] == 48_000_000_000


def test_processed_events_wait_for_every_sink_there_is(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, workers=2)

    replays = outcome_mark(REPLAYS_PARTITION)
    assert set(retention_of(settings, Topic.PROCESSED).consumers) == {*SINKS, "process-0", "process-1", replays}
    assert retention_of(settings, Topic.RECEIVED).consumers == ("process",)


def test_partitions_that_more_collectors_left_behind_are_counted(tmp_path: Path) -> None:
    partition_directory(tmp_path, Topic.RECEIVED, partition=3).mkdir(parents=True)
    settings = Settings(data_dir=tmp_path, workers=2)

    assert "process-3" in retention_of(settings, Topic.PROCESSED).consumers
    assert retention_of(settings, Topic.RECEIVED).keep_bytes == settings.event_log_bytes * 6 // 16 // 4


def test_collectors_stop_before_what_they_took_in_cannot_be_finished(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    assert (
        retention_of(settings, Topic.RECEIVED).reserve_bytes > retention_of(settings, Topic.PROCESSED).reserve_bytes > 0
    )


def test_failed_events_are_kept_as_long_as_their_own_setting_says(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, failed_days=30, event_log_days=3)

    days = {topic: retention_of(settings, topic).keep_ms // 86_400_000 for topic in Topic}

    assert days == {
        Topic.RECEIVED: 3,
        Topic.PROCESSED: 3,
        Topic.FAILED: 30,
        Topic.REPLAYS: 30,
        Topic.DEAD_LETTERS: 30,
    }
