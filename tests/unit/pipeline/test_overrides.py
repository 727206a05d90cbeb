from typing import Any

import pytest

from server.model.datastream import AllowedOverrides, DatasetId
from server.pipeline.overrides import overridden_dataset
from server.wire.errors import INVALID_OVERRIDE, Malformed
from tests.builders import DATASET_ID, a_datastream

OTHER = DatasetId("f" * 24)


def _to(dataset_id: str) -> dict[str, Any]:
    return {"com_adobe_experience_platform": {"datasets": {"event": {"datasetId": dataset_id}}}}


OFF = {"com_adobe_experience_platform": {"enabled": False}}


@pytest.mark.parametrize("given", [None, {}, _to(DATASET_ID), {"com_adobe_analytics": {"reportSuites": ["a"]}}])
def test_without_another_dataset_the_datastreams_own_stays(given: Any) -> None:
    assert overridden_dataset(given, a_datastream()) == DATASET_ID


def test_a_dataset_that_the_datastream_allows_is_taken() -> None:
    datastream = a_datastream(overrides=AllowedOverrides(datasets=(OTHER,)))

    assert overridden_dataset(_to(OTHER), datastream) == OTHER


def test_events_can_be_switched_off_where_the_datastream_allows_it() -> None:
    datastream = a_datastream(overrides=AllowedOverrides(disable=True))

    assert overridden_dataset(OFF, datastream) is None


@pytest.mark.parametrize(("given", "place"), [(_to(OTHER), "datasets.event.datasetId"), (OFF, "enabled")])
def test_what_is_not_allowed_is_refused_by_name(given: Any, place: str) -> None:
    with pytest.raises(Malformed) as caught:
        overridden_dataset(given, a_datastream())

    assert caught.value.code == INVALID_OVERRIDE
    assert caught.value.detail.endswith(f"`$.meta.configOverrides.com_adobe_experience_platform.{place}`")
