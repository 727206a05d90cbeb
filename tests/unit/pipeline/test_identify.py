import pytest

from server.pipeline.identify import client_state, identify, identity_change
from server.wire.cookies import IDENTITY_MAX_AGE_SECONDS, IDENTITY_RENEW_MS, decode_identity, encode_identity
from server.wire.edge import EdgeEvent, EdgeRequest, Meta, State, StateEntry
from server.wire.errors import Unidentified
from tests.builders import ECID_A, ECID_B, NOON_MS, ORG_ID

NEW = "3" * 38


def _identify(request: EdgeRequest, state: dict[str, str] | None = None) -> tuple[str, bool]:
    visitor = identify(request, state or {}, now_ms=NOON_MS, new_ecid=lambda: NEW)
    return visitor.ecid, visitor.tell


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
    request = EdgeRequest(events=[EdgeEvent(xdm={"identityMap": {"ECID": [{"id": ECID_B}]}})])

    assert _identify(request)[0] == ECID_B


@pytest.mark.parametrize("wrong", ["abc", "1" * 37, 5, None, {"x": 1}])
def test_an_ecid_of_another_form_is_refused_by_name(wrong: object) -> None:
    request = EdgeRequest(events=[EdgeEvent(), EdgeEvent(xdm={"identityMap": {"ECID": [{"id": wrong}]}})])

    with pytest.raises(Unidentified, match=r"events\[1\]\.xdm\.identityMap"):
        _identify(request)


@pytest.mark.parametrize("shape", [[], "x", {"ECID": {}}, {"ECID": []}, {"ECID": ["x"]}, {"ECID": [{}]}])
def test_an_identity_map_of_another_shape_is_no_identity(shape: object) -> None:
    assert _identify(EdgeRequest(events=[EdgeEvent(xdm={"identityMap": shape})])) == (NEW, True)


def test_a_device_id_always_gives_the_same_ecid() -> None:
    request = EdgeRequest(events=[EdgeEvent(xdm={"identityMap": {"FPID": [{"id": "device"}]}})])

    first, second = _identify(request), _identify(request)

    assert first == second
    assert len(first[0]) == 38
    assert first[0].isdecimal()
    assert first[0] != NEW


def test_consent_out_is_seen_in_the_clients_state() -> None:
    assert not identify(EdgeRequest(), {"consent": "general=out"}, now_ms=0, new_ecid=lambda: NEW).has_consent
    assert identify(EdgeRequest(), {"consent": "general=in"}, now_ms=0, new_ecid=lambda: NEW).has_consent


def test_entries_of_the_body_win_over_cookies_of_this_organisation_only() -> None:
    request = EdgeRequest(
        meta=Meta(state=State(entries=[StateEntry(key="kndctr_TEST_AdobeOrg_identity", value="body")]))
    )

    state = client_state(
        ORG_ID,
        request,
        {"kndctr_TEST_AdobeOrg_identity": "cookie", "kndctr_TEST_AdobeOrg_consent": "c", "kndctr_OTHER_x": "o"},
    )

    assert state == {"identity": "body", "consent": "c"}


def test_the_change_is_a_cookie_of_the_organisation() -> None:
    visitor = identify(EdgeRequest(), {}, now_ms=NOON_MS, new_ecid=lambda: ECID_A)

    change = identity_change(ORG_ID, visitor, now_ms=NOON_MS)

    assert change.key == "kndctr_TEST_AdobeOrg_identity"
    assert change.max_age_seconds == IDENTITY_MAX_AGE_SECONDS
    decoded = decode_identity(change.value)
    assert decoded is not None
    assert decoded.ecid == ECID_A
