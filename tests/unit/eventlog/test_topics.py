from pathlib import Path

from server.eventlog.topics import Topic, partition_directory, partitions


def test_each_partition_of_each_topic_has_its_directory() -> None:
    assert partition_directory(Path("data"), Topic.RECEIVED, partition=0) == Path("data/log/received/0")
    assert partition_directory(Path("data"), Topic.FAILED, partition=12) == Path("data/log/failed/12")


def test_partitions_are_those_that_exist_in_order(tmp_path: Path) -> None:
    for partition in (10, 2, 0):
        partition_directory(tmp_path, Topic.RECEIVED, partition=partition).mkdir(parents=True)
    partition_directory(tmp_path, Topic.PROCESSED, partition=7).mkdir(parents=True)

    assert list(partitions(tmp_path, Topic.RECEIVED)) == [0, 2, 10]


def test_what_is_no_partition_is_not_listed(tmp_path: Path) -> None:
    topic = partition_directory(tmp_path, Topic.RECEIVED, partition=0).parent
    for name in ("lost+found", "01", "-1", "٣"):
        (topic / name).mkdir(parents=True)
    (topic / "5").touch()

    assert list(partitions(tmp_path, Topic.RECEIVED)) == []


def test_there_are_no_partitions_before_the_first_start(tmp_path: Path) -> None:
    assert list(partitions(tmp_path, Topic.RECEIVED)) == []
