import pytest

from server.pipeline.state import client_state, cluster_change, consent_change, identity_change
from server.wire.cookies import decode_identity
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
    identity = identity_change(ORG_ID, ECID_A, minted_ms=7, now_ms=NOON_MS)
    cookie = decode_identity(identity.value)

    assert (identity.key, identity.max_age_seconds) == (f"{PREFIX}identity", 34_128_000)
    assert cookie is not None
    assert (cookie.ecid, cookie.minted_ms, cookie.written_ms) == (ECID_A, 7, NOON_MS)
    consent, cluster = consent_change(ORG_ID, "out"), cluster_change(ORG_ID, "zrh1")
    assert (consent.key, consent.value, consent.max_age_seconds) == (f"{PREFIX}consent", "general=out", 15_552_000)
    assert (cluster.key, cluster.value, cluster.max_age_seconds) == (f"{PREFIX}cluster", "zrh1", 1_800)
