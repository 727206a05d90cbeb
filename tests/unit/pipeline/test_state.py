import pytest

from server.model.cookies import CookiePolicy
from server.pipeline.state import client_state, cluster_change, consent_change, identity_change, renew_ms
from server.wire.cookies import IDENTITY_RENEW_MS, decode_identity
from server.wire.edge import EdgeRequest, Meta, State, StateEntry
from tests.builders import ECID_A, NOON_MS, ORG_ID

PREFIX = "kndctr_TEST_AdobeOrg_"


def test_entries_of_the_body_win_over_cookies_of_this_organisation_only() -> None:
    request = EdgeRequest(meta=Meta(state=State(entries=[StateEntry(key=f"{PREFIX}identity", value="body")])))

    state = client_state(
        ORG_ID, request, {f"{PREFIX}identity": "cookie", f"{PREFIX}consent": "c", "kndctr_OTHER_x": "o"}
    )

    assert state == {"identity": "body", "consent": "c"}


@pytest.mark.parametrize(
    ("cookie", "value"), [("general%3Dout", "general=out"), ("general=out%3Bx=in", "general=out;x=in"), ("%zz", "%zz")]
)
def test_what_a_script_wrote_into_a_cookie_is_decoded(cookie: str, value: str) -> None:
    assert client_state(ORG_ID, EdgeRequest(), {f"{PREFIX}consent": cookie}) == {"consent": value}


def test_changes_are_cookies_of_the_organisation_for_as_long_as_the_protocol_says() -> None:
    identity = identity_change(ORG_ID, ECID_A, CookiePolicy(), minted_ms=7, now_ms=NOON_MS)
    cookie = decode_identity(identity.value)

    assert (identity.key, identity.max_age_seconds) == (f"{PREFIX}identity", 34_128_000)
    assert cookie is not None
    assert (cookie.ecid, cookie.minted_ms, cookie.written_ms) == (ECID_A, 7, NOON_MS)
    consent, cluster = consent_change(ORG_ID, "out", CookiePolicy()), cluster_change(ORG_ID, "zrh1")
    assert (consent.key, consent.value, consent.max_age_seconds) == (f"{PREFIX}consent", "general=out", 15_552_000)
    assert (cluster.key, cluster.value, cluster.max_age_seconds) == (f"{PREFIX}cluster", "zrh1", 1_800)


def test_they_live_as_long_as_the_datastream_says() -> None:
    policy = CookiePolicy(identity_days=30, consent_days=7)

    assert identity_change(ORG_ID, ECID_A, policy, minted_ms=7, now_ms=NOON_MS).max_age_seconds == 30 * 86_400
    assert consent_change(ORG_ID, "in", policy).max_age_seconds == 7 * 86_400


@pytest.mark.parametrize(
    ("identity_days", "expected_ms"), [(0, IDENTITY_RENEW_MS), (1, IDENTITY_RENEW_MS // 2), (395, IDENTITY_RENEW_MS)]
)
def test_an_identity_is_renewed_before_it_is_forgotten(identity_days: int, expected_ms: int) -> None:
    assert renew_ms(CookiePolicy(identity_days=identity_days)) == expected_ms
