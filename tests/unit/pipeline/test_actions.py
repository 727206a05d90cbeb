import pytest

from server.pipeline.actions import ACCEPT, MEDIA, action_of
from server.wire.errors import NO_SUCH_ACTION, Unconfigured


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/ee/v1/interact", "interact"),
        ("/ee/or2/v1/collect", "collect"),
        ("/data/c/v1/identity/acquire", "identity/acquire"),
        ("/ee/v1/v1/privacy/set-consent", "privacy/set-consent"),
        ("/ee/v1/privacy/get-consent", "privacy/get-consent"),
        ("/ee/va/v1/play", MEDIA),
        ("/ee/zrh1/va/v1/sessionStart", MEDIA),
        ("/ee/v2/interact", "interact"),
        ("/ee/or2/v2/collect", ACCEPT),
        ("/v2/v1/collect", "collect"),
    ],
)
def test_the_end_of_the_address_is_the_action_whatever_is_before_it(path: str, action: str) -> None:
    assert action_of(path) == action


@pytest.mark.parametrize(
    "path",
    [
        "/ee/v1/",
        "/ee/v2/",
        "/ee/v2/identity/acquire",
        "/ee/v2/privacy/set-consent",
        "/ee/v1/play",
        "/ee/va/v1/dance",
        "/ee/v1/Interact",
        "/ee/v1/interact/",
    ],
)
def test_an_action_that_there_is_not_is_refused_with_those_there_are(path: str) -> None:
    with pytest.raises(Unconfigured, match="identity/acquire, interact") as caught:
        action_of(path)

    assert caught.value.code == NO_SUCH_ACTION
