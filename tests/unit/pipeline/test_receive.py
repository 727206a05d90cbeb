from typing import Any

import msgspec
import pytest

from server.model.consent import ConsentPolicy
from server.model.datastream import AllowedOverrides, Datastream
from server.model.event import EventId
from server.pipeline.actions import ACQUIRE, COLLECT, INTERACT, PIXEL, SET_CONSENT
from server.pipeline.admit import Beacon
from server.pipeline.receive import Received, receive
from server.wire.cookies import IDENTITY_RENEW_MS, encode_identity
from server.wire.documents import xdm_head
from server.wire.edge import EdgeEvent, EdgeRequest, Meta
from server.wire.errors import Malformed
from tests.builders import ECID_A, ECID_B, NOON_MS, a_client, a_datastream

EVENT = EdgeEvent.of({"eventType": "x"})
KNOWN = {"kndctr_TEST_AdobeOrg_identity": encode_identity(ECID_B, now_ms=NOON_MS)}
OFF = {"com_adobe_experience_platform": {"enabled": False}}


def _receive(
    request: EdgeRequest | None = None,
    *,
    action: str = INTERACT,
    cookies: dict[str, str] | None = None,
    datastream: Datastream | None = None,
    client: dict[str, Any] | None = None,
    now_ms: int = NOON_MS,
    **more: Any,
) -> Received:
    beacon = Beacon(id="b", request_id="", received_ms=now_ms, client=a_client(**client or {}), origin_mismatch=False)
    return receive(
        EdgeRequest(events=[EVENT]) if request is None else request,
        beacon,
        datastream or a_datastream(),
        action=action,
        cookies=cookies or {},
        new_ecid=lambda: ECID_A,
        new_id=lambda: EventId("new"),
        **more,
    )


def test_an_event_of_a_stranger_is_kept_and_the_identity_told() -> None:
    received = _receive()

    assert [event.id for event in received.events] == ["new"]
    assert received.known.visitor.ecid == ECID_A
    assert [change.key for change in received.changes] == ["kndctr_TEST_AdobeOrg_identity"]


def test_a_known_visitor_is_told_nothing() -> None:
    received = _receive(cookies=KNOWN)

    assert len(received.events) == 1
    assert received.changes == []


@pytest.mark.parametrize("action", [INTERACT, COLLECT, PIXEL])
def test_without_consent_no_action_keeps_anything(action: str) -> None:
    by_state = _receive(action=action, cookies=KNOWN | {"kndctr_TEST_AdobeOrg_consent": "general=out"})
    by_default = _receive(action=action, datastream=a_datastream(consent=ConsentPolicy(default="pending")))
    by_gpc = _receive(
        action=action,
        datastream=a_datastream(consent=ConsentPolicy(gpc="refuse")),
        client={"global_privacy_control": True},
    )

    assert [received.events for received in (by_state, by_default, by_gpc)] == [(), (), ()]
    assert [received.known.consent.basis for received in (by_state, by_default, by_gpc)] == ["state", "default", "gpc"]
    assert by_default.changes == []


_NAMED = {"eventType": "x", "identityMap": {"Email": [{"id": "ada@shop.example"}], "ECID": [{"id": ECID_B}]}}
_TWICE = b'{"eventType":"x","identityMap":{"Email":[{"id":"ada@shop.example"}]},"identityMap":null}'


@pytest.mark.parametrize("action", [INTERACT, COLLECT, PIXEL])
@pytest.mark.parametrize(
    "event",
    [EVENT, EdgeEvent.of(_NAMED), EdgeEvent(msgspec.Raw(_TWICE), xdm_head(msgspec.Raw(_TWICE), path="$"))],
    ids=["nobody", "named", "named twice"],
)
def test_events_of_browsers_that_ask_not_to_be_tracked_are_nobodys(action: str, event: EdgeEvent) -> None:
    received = _receive(
        EdgeRequest(events=[event], is_plain=True),
        action=action,
        cookies=KNOWN,
        hint="zrh1",
        client={"do_not_track": True},
    )

    [kept] = received.events
    assert set(msgspec.json.decode(kept.xdm)) == {"_id", "timestamp", "eventType"}
    assert b"ada@" not in bytes(kept.xdm)
    assert kept.client.do_not_track
    assert (received.changes, received.standing) == ([], None)
    assert received.known.visitor.ecid == ""


def test_a_visitors_own_yes_to_the_site_wins_over_do_not_track() -> None:
    said = {"standard": "Adobe", "version": "1.0", "value": {"general": "in"}}

    by_state = _receive(cookies={"kndctr_TEST_AdobeOrg_consent": "general=in"}, client={"do_not_track": True})
    asking = _receive(EdgeRequest(consent=[said]), action=SET_CONSENT, client={"do_not_track": True})
    ignoring = _receive(datastream=a_datastream(consent=ConsentPolicy(dnt="ignore")), client={"do_not_track": True})

    assert [received.known.visitor.ecid for received in (by_state, asking, ignoring)] == [ECID_A] * 3


def test_a_refusal_of_who_asks_not_to_be_tracked_is_remembered_like_any_other() -> None:
    said = {"standard": "Adobe", "version": "1.0", "value": {"general": "out"}}

    received = _receive(EdgeRequest(consent=[said]), action=SET_CONSENT, client={"do_not_track": True})

    assert [change.key.rpartition("_")[2] for change in received.changes] == ["identity", "consent"]


def test_consent_beside_the_request_counts_as_its_own() -> None:
    policy = a_datastream(consent=ConsentPolicy(default="out"))

    received = _receive(action=PIXEL, said="in", datastream=policy)

    assert [event.consent for event in received.events] == ["event"]
    assert [change.value for change in received.changes][1:] == ["general=in"]


@pytest.mark.parametrize("action", [ACQUIRE, SET_CONSENT])
def test_events_that_come_with_another_action_are_nobodys(action: str) -> None:
    said = {"standard": "Adobe", "version": "1.0", "value": {"general": "in"}}

    assert _receive(EdgeRequest(events=[EVENT], consent=[said]), action=action).events == ()


def test_an_override_may_keep_nothing_but_still_knows_the_visitor() -> None:
    request = EdgeRequest(events=[EVENT], meta=Meta(config_overrides=OFF))

    received = _receive(request, datastream=a_datastream(overrides=AllowedOverrides(disable=True)))

    assert received.events == ()
    assert len(received.changes) == 1
    with pytest.raises(Malformed, match="enabled"):
        _receive(request)


def test_what_holds_for_a_visitor_holds_for_the_next_plain_request() -> None:
    plain = EdgeRequest(events=[EVENT], is_plain=True)
    first = _receive(plain, cookies=KNOWN, hint="zrh1")

    second = _receive(plain, cookies=KNOWN, hint="zrh1", standing=first.standing)

    assert first.standing is not None
    assert second == first


def test_what_held_is_found_out_anew_when_the_identity_is_due() -> None:
    plain = EdgeRequest(events=[EVENT], is_plain=True)
    standing = _receive(plain, cookies=KNOWN).standing

    in_time = _receive(plain, cookies=KNOWN, standing=standing, now_ms=NOON_MS + IDENTITY_RENEW_MS)
    late = _receive(plain, cookies=KNOWN, standing=standing, now_ms=NOON_MS + IDENTITY_RENEW_MS + 1)

    assert in_time.changes == []
    assert [change.key for change in late.changes] == ["kndctr_TEST_AdobeOrg_identity"]
    assert late.standing is None


def test_a_request_that_says_something_is_looked_at_whatever_held_before() -> None:
    standing = _receive(EdgeRequest(events=[EVENT], is_plain=True), cookies=KNOWN).standing
    naming = EdgeRequest(events=[EVENT], xdm={"identityMap": {"ECID": [{"id": ECID_A}]}})

    received = _receive(naming, cookies=KNOWN, standing=standing)

    assert received.known.visitor.ecid == ECID_A
    assert received.standing is None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"cookies": KNOWN, "action": ACQUIRE},
        {"cookies": KNOWN | {"kndctr_TEST_AdobeOrg_consent": "general=out"}},
        {"cookies": KNOWN, "said": "in"},
    ],
    ids=["a stranger", "no event is kept", "no consent", "consent beside the request"],
)
def test_what_is_not_settled_does_not_hold_for_the_next(given: dict[str, Any]) -> None:
    assert _receive(EdgeRequest(events=[EVENT], is_plain=True), **given).standing is None
