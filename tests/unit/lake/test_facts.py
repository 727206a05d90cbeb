from pathlib import Path

import pytest

from server.lake import facts as facts_module
from server.lake.errors import LakeUnavailable
from server.lake.facts import read_facts
from server.lake.table_format import open_table
from tests.builders import a_dataset
from tests.unit.lake.tables import a_table_with, write


def test_rows_are_counted_over_all_commits_and_a_dataset_without_a_table_is_left_out(tmp_path: Path) -> None:
    dataset = a_dataset()
    a_table_with(tmp_path / dataset.id, commits=3)

    facts = read_facts(str(tmp_path), [dataset, a_dataset(id="9" * 24)])

    assert set(facts) == {dataset.id}
    assert facts[dataset.id].rows == 3
    assert facts[dataset.id].bytes > 0
    assert facts[dataset.id].committed_ms > 0


def test_a_commit_that_comes_while_the_table_is_looked_at_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = a_dataset()
    a_table_with(tmp_path / dataset.id, commits=3)
    opened = open_table(tmp_path / dataset.id)
    write(tmp_path / dataset.id, first=3, last=3)
    monkeypatch.setattr(facts_module, "open_table", lambda _path: opened)

    facts = read_facts(str(tmp_path), [dataset])

    assert facts[dataset.id].rows == 3


def test_a_table_that_cannot_be_read_is_said_by_its_name(tmp_path: Path) -> None:
    dataset = a_dataset()
    a_table_with(tmp_path / dataset.id, commits=1)
    for entry in (tmp_path / dataset.id / "_delta_log").glob("*.json"):
        entry.write_text("{", encoding="utf-8")

    with pytest.raises(LakeUnavailable, match=dataset.name):
        read_facts(str(tmp_path), [dataset])
