from pathlib import Path

import pytest

from server.lake.location import link_by_name, link_name, local_root, table_path
from server.model.datastream import DatasetId
from tests.builders import DATASET_ID, a_dataset


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("/var/lake", "/var/lake"),
        ("file:///var/lake", "/var/lake"),
        ("file:///var/a%20lake", "/var/a lake"),
        ("file://localhost/var/lake", "/var/lake"),
    ],
)
def test_a_path_or_a_file_url_is_a_folder(url: str, root: str) -> None:
    assert local_root(url) == Path(root)


def test_a_relative_path_is_one_of_the_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert local_root("var/lake") == tmp_path / "var/lake"


@pytest.mark.parametrize("url", ["s3://bucket/lake", "https://lake.example/", "file://elsewhere/lake"])
def test_any_other_url_is_refused_by_name(url: str) -> None:
    with pytest.raises(ValueError, match=url):
        local_root(url)


def test_a_table_is_named_by_its_dataset_s_id_whatever_the_name() -> None:
    assert table_path(Path("/lake"), a_dataset(name="../../etc")) == Path("/lake") / DATASET_ID


@pytest.mark.parametrize("identifier", ["..", "a/b", "", "a b", "x" * 65, ".spill", "by name"])
def test_an_id_that_is_none_is_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match="dataset id"):
        table_path(Path("/lake"), a_dataset(id=DatasetId(identifier)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("demo-events", "demo-events-01234567"),
        ("Demo Events (2026)", "demo-events-2026-01234567"),
        ("../../etc/passwd", "etc-passwd-01234567"),
        ("Événements", "v-nements-01234567"),
        ("数据", "dataset-01234567"),
        ("x" * 200, "x" * 60 + "-01234567"),
    ],
)
def test_links_have_names_that_people_know(name: str, expected: str) -> None:
    assert link_name(a_dataset(name=name)) == expected


def test_a_link_leads_to_the_table_and_follows_the_name(tmp_path: Path) -> None:
    table_path(tmp_path, a_dataset()).mkdir()

    link_by_name(tmp_path, a_dataset(name="first"))
    link_by_name(tmp_path, a_dataset(name="second"))
    link_by_name(tmp_path, a_dataset(name="second"))
    link_by_name(tmp_path, a_dataset(id=DatasetId("f" * 24), name="second"))

    links = {link.name: link.resolve().name for link in (tmp_path / "by-name").iterdir()}
    assert links == {"second-01234567": DATASET_ID, "second-ffffffff": "f" * 24}


def test_something_else_in_the_way_of_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "by-name").mkdir()
    (tmp_path / "by-name" / "notes.txt").write_text("mine")
    (tmp_path / "by-name" / link_name(a_dataset())).mkdir()

    with pytest.raises(FileExistsError):
        link_by_name(tmp_path, a_dataset())

    assert (tmp_path / "by-name" / "notes.txt").read_text() == "mine"
