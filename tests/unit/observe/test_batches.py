import pytest

from server.model.dataset import DatasetId
from server.observe.batches import BatchName, batches
from server.observe.runs import flow_runs
from server.observe.traffic import HOUR_MS, MINUTE_MS, Numbers, Slot, Way
from tests.builders import DATASET_ID, NOON_MS


def slot(minutes: int, *, dataset: str = DATASET_ID, flow: str = "f") -> Slot:
    return Slot(NOON_MS + minutes * MINUTE_MS, Way("inlet", flow, dataset))


def test_a_batch_s_name_says_which_hour_of_which_dataset_it_is() -> None:
    name = BatchName(DATASET_ID, NOON_MS, is_failed=True)

    assert len(str(name)) == 32
    assert BatchName.parse(str(name)) == name


@pytest.mark.parametrize("text", ["", "0" * 31, "g" * 32, "0" * 31 + "2", "0" * 33])
def test_what_is_no_name_is_none(text: str) -> None:
    assert BatchName.parse(text) is None


def test_an_hour_of_a_dataset_is_a_batch_of_what_was_ingested_and_one_of_what_failed() -> None:
    traffic = {
        slot(0): Numbers(received=3, ingested=2, failed=1),
        slot(59): Numbers(received=1, ingested=1),
        slot(60): Numbers(received=1, failed=1),
        slot(0, dataset=""): Numbers(received=1, failed=1),
    }

    found = {name: (numbers.ingested, numbers.failed) for name, numbers in batches(traffic).items()}

    assert found == {
        BatchName(DATASET_ID, NOON_MS, is_failed=False): (3, 1),
        BatchName(DATASET_ID, NOON_MS, is_failed=True): (3, 1),
        BatchName(DATASET_ID, NOON_MS + HOUR_MS, is_failed=True): (0, 1),
    }


def test_what_was_repaired_is_in_the_batch_of_what_was_ingested() -> None:
    found = batches({slot(0): Numbers(received=1, failed=1, repaired=1)})

    assert {name.is_failed for name in found} == {False, True}


def test_runs_are_by_dataflow_and_hour_the_newest_first_and_keep_their_ids() -> None:
    traffic = {
        slot(0): Numbers(received=3),
        slot(30): Numbers(received=1),
        slot(60): Numbers(received=1),
        slot(0, flow=""): Numbers(received=9),
        slot(0, flow="g"): Numbers(received=5),
    }

    runs = flow_runs(traffic)

    assert [(run.way.flow, run.start_ms - NOON_MS, run.numbers.received) for run in runs] == [
        ("f", HOUR_MS, 1),
        ("g", 0, 5),
        ("f", 0, 4),
    ]
    assert [run.id for run in flow_runs(traffic)] == [run.id for run in runs]
    assert len({run.id for run in runs}) == 3


def test_names_of_other_datasets_differ() -> None:
    other = DatasetId("f" * 24)

    assert str(BatchName(other, NOON_MS, is_failed=False)).startswith(other)
