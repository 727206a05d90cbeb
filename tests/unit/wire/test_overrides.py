from typing import Any

import pytest

from server.wire.errors import INVALID_OVERRIDE, Malformed
from server.wire.overrides import Overrides, decode_overrides

PLATFORM = "com_adobe_experience_platform"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Overrides()),
        ({PLATFORM: {"datasets": {"event": {"datasetId": "d"}}}}, Overrides(dataset_id="d")),
        ({PLATFORM: {"datasets": {"profile": {"datasetId": "d"}}}}, Overrides()),
        ({PLATFORM: {"enabled": False}}, Overrides(is_kept=False)),
        ({PLATFORM: {"com_adobe_edge_ode": {"enabled": False}}}, Overrides()),
        ({"com_adobe_analytics": {"enabled": False, "reportSuites": ["a", "b"]}}, Overrides()),
        ({"com_adobe_identity": {"idSyncContainerId": 7}}, Overrides()),
        ({"com_adobe_target": {"propertyToken": "x"}, "com_adobe_launch_ssf": {"enabled": False}}, Overrides()),
        ({"com_adobe_audiencemanager": {"enabled": False}}, Overrides()),
    ],
)
def test_adobes_keys_are_understood(given: Any, expected: Overrides) -> None:
    assert decode_overrides(given) == expected


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"myinvalidoverride": {}}, "myinvalidoverride"),
        ({PLATFORM: 5}, f"$.meta.configOverrides.{PLATFORM}`"),
        ({PLATFORM: {"dataset": {}}}, "dataset"),
        ({PLATFORM: {"datasets": {"event": {}}}}, f"{PLATFORM}.datasets.event`"),
        ({PLATFORM: {"datasets": {"event": {"datasetId": 5}}}}, f"{PLATFORM}.datasets.event.datasetId`"),
        ({PLATFORM: {"enabled": "no"}}, f"{PLATFORM}.enabled`"),
        ({"com_adobe_identity": {"idSyncContainerId": "7"}}, "com_adobe_identity.idSyncContainerId`"),
        ({"com_adobe_analytics": {"reportSuites": "a"}}, "com_adobe_analytics.reportSuites`"),
    ],
)
def test_a_key_that_is_unknown_or_of_the_wrong_kind_is_named(given: Any, place: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode_overrides(given)

    assert caught.value.code == INVALID_OVERRIDE
    assert "$.meta.configOverrides" in caught.value.detail
    assert place in caught.value.detail
