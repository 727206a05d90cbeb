import pytest

from server.pipeline.identify import identify
from server.wire.cookies import IDENTITY_RENEW_MS, encode_identity
from server.wire.edge import EdgeEvent, EdgeRequest
from server.wire.errors import INVALID_IDENTITY_MAP, Unidentified
from tests.builders import ECID_A, ECID_B, NOON_MS

NEW = "3" * 38


def _identify(request: EdgeRequest, state: dict[str, str] | None = None, *, device_id: str = "") -> tuple[str, bool]:
    """The ECID, and whether the client has to be told."""
    visitor = identify(request, state or {}, device_id=device_id, now_ms=NOON_MS, new_ecid=lambda: NEW)
    return visitor.ecid, not visitor.is_told


def _cookie(ecid: str, *, age_ms: int = 0) -> dict[str, str]:
    return {"identity": encode_identity(ecid, now_ms=NOON_MS - age_ms)}


def test_a_stranger_gets_a_new_ecid_and_is_told() -> None:
    assert _identify(EdgeRequest()) == (NEW, True)


def test_a_known_visitor_keeps_the_ecid_and_is_not_told_again() -> None:
    assert _identify(EdgeRequest(), _cookie(ECID_A)) == (ECID_A, False)


def test_an_old_cookie_is_renewed() -> None:
    assert _identify(EdgeRequest(), _cookie(ECID_A, age_ms=IDENTITY_RENEW_MS + 1)) == (ECID_A, True)


def test_a_broken_cookie_counts_as_none() -> None:
    assert _identify(EdgeRequest(), {"identity": "garbage"}) == (NEW, True)


def test_an_ecid_in_the_request_replaces_the_cookies() -> None:
    request = EdgeRequest(xdm={"identityMap": {"ECID": [{"id": ECID_B}]}})

    assert _identify(request, _cookie(ECID_A)) == (ECID_B, True)


def test_an_ecid_in_an_event_counts_too() -> None:
    request = EdgeRequest(events=[EdgeEvent.of({"identityMap": {"ECID": [{"id": ECID_B}]}})])

    assert _identify(request)[0] == ECID_B


@pytest.mark.parametrize("wrong", ["abc", "1" * 37, 5, None, {"x": 1}])
def test_an_ecid_of_another_form_is_refused_by_name(wrong: object) -> None:
    request = EdgeRequest(events=[EdgeEvent(), EdgeEvent.of({"identityMap": {"ECID": [{"id": wrong}]}})])

    with pytest.raises(Unidentified, match=r"\$\.events\[1\]\.xdm\.identityMap\.ECID\[0\]\.id"):
        _identify(request)


@pytest.mark.parametrize("shape", [[], "x", {"ECID": {}}, {"ECID": []}, {"ECID": ["x"]}, {"ECID": [{}]}])
def test_an_identity_map_of_another_shape_is_no_identity(shape: object) -> None:
    assert _identify(EdgeRequest(events=[EdgeEvent.of({"identityMap": shape})])) == (NEW, True)


def test_a_device_id_always_gives_the_same_ecid() -> None:
    request = EdgeRequest(events=[EdgeEvent.of({"identityMap": {"FPID": [{"id": "device"}]}})])

    first, second = _identify(request), _identify(request)

    assert first == second
    assert len(first[0]) == 38
    assert first[0].isdecimal()
    assert first[0] != NEW


def test_a_device_id_in_the_sites_cookie_counts_after_one_in_the_request_and_before_chance() -> None:
    of_request = EdgeRequest(events=[EdgeEvent.of({"identityMap": {"FPID": [{"id": "device"}]}})])

    by_cookie = _identify(EdgeRequest(), device_id="device")

    assert by_cookie == _identify(of_request)
    assert _identify(of_request, device_id="other") == by_cookie
    assert _identify(EdgeRequest(), device_id="other") != by_cookie
    assert _identify(EdgeRequest(), _cookie(ECID_A), device_id="device") == (ECID_A, False)


@pytest.mark.parametrize("worthless", ["", "undefined", "null", "0"])
def test_a_device_id_that_names_nobody_makes_one_person_of_nobody(worthless: str) -> None:
    request = EdgeRequest(events=[EdgeEvent.of({"identityMap": {"FPID": [{"id": worthless}]}})])

    assert _identify(request) == (NEW, True)
    assert _identify(EdgeRequest(), device_id=worthless) == (NEW, True)


def test_the_map_of_set_consent_counts_and_the_whole_requests_comes_first() -> None:
    assert _identify(EdgeRequest(identity_map={"ECID": [{"id": ECID_B}]}), _cookie(ECID_A)) == (ECID_B, True)
    both = EdgeRequest(
        xdm={"identityMap": {"ECID": [{"id": ECID_A}]}},
        events=[EdgeEvent.of({"identityMap": {"ECID": [{"id": ECID_B}]}})],
    )
    assert _identify(both)[0] == ECID_A


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        (EdgeRequest(xdm={"identityMap": 5}), r"\$\.xdm\.identityMap"),
        (EdgeRequest(xdm={"identityMap": {"ECID": "x"}}), r"\$\.xdm\.identityMap"),
        (EdgeRequest(identity_map={"Email": {"id": "x"}}), r"\$\.identityMap"),
    ],
)
def test_a_map_of_the_whole_request_that_is_none_is_refused_because_nothing_keeps_it(
    request_: EdgeRequest, place: str
) -> None:
    with pytest.raises(Unidentified, match=place) as caught:
        _identify(request_)

    assert caught.value.code == INVALID_IDENTITY_MAP


def test_when_the_ecid_was_made_survives_a_renewal() -> None:
    state = {"identity": encode_identity(ECID_A, minted_ms=5, now_ms=NOON_MS - IDENTITY_RENEW_MS - 1)}

    visitor = identify(EdgeRequest(), state, now_ms=NOON_MS, new_ecid=lambda: NEW)

    assert (visitor.is_told, visitor.minted_ms) == (False, 5)
