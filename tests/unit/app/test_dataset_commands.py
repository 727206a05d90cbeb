from collections.abc import Callable
from pathlib import Path

import pytest

from server.app.installation import prepare
from server.cli import main
from server.model.dataset import Dataset, DatasetId
from server.model.schema import SchemaId
from server.schema.builtins import load_ready_schema
from server.settings import Settings, load_settings
from server.store.configuration import add_dataset, add_schema
from server.store.database import Database
from tests.builders import NOON_MS

Run = Callable[..., tuple[int, str, str]]
SCHEMA = load_ready_schema("demo-events")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings, _ = load_settings({}, options={"data_dir": str(tmp_path)})
    prepare(settings, now_ms=NOON_MS)
    database = Database(settings.control_plane_url)
    dataset = Dataset(id=DatasetId("a" * 24), name="orders", schema_id=SchemaId(str(SCHEMA["$id"])))
    database.write_sync(lambda connection: add_schema(connection, SCHEMA, now_ms=NOON_MS))
    database.write_sync(lambda connection: add_dataset(connection, dataset, now_ms=NOON_MS))
    database.close()
    return settings


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("HELIOGRAPH_DATA_DIR", str(settings.data_dir))

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(["dataset", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def test_a_deleted_dataset_is_listed_with_when_it_goes_and_can_be_restored(run: Run) -> None:
    assert run("list")[1].split("\t")[1:] == ["enabled", "never", "orders\n"]
    assert run("delete", "orders")[:2] == (0, "dataset orders is deleted; for 30 days it can be restored\n")

    _, state, purged, _ = run("list")[1].split("\t")

    assert (state, purged[-1]) == ("deleted", "Z")
    assert run("restore", "orders")[0] == 0
    assert run("list")[1].split("\t")[1] == "enabled"


def test_a_purge_is_for_what_is_deleted_and_final(run: Run) -> None:
    code, _, said = run("purge", "orders")
    assert (code, said) == (1, "heliograph: the dataset 'orders' is not deleted: delete it first\n")

    run("delete", "a" * 24)
    run("purge", "orders")

    assert run("list")[1].split("\t")[1:3] == ["being purged", "now"]
    assert run("restore", "orders")[0] == 1


def test_a_dataset_that_there_is_not_is_said(run: Run) -> None:
    assert run("delete", "none")[::2] == (
        1,
        "heliograph: there is no dataset 'none'; see `heliograph dataset list`\n",
    )
