from typing import Any

import pytest

from server.model.consent import Consent, General
from server.model.cookies import CookiePolicy
from server.pipeline.actions import GET_CONSENT, SET_CONSENT
from server.pipeline.identify import Visitor
from server.pipeline.tell import Known, handles, state_changes
from server.wire.edge import (
    EdgeEvent,
    EdgeRequest,
    EventQuery,
    IdentityQuery,
    PersonalizationQuery,
    Query,
)
from tests.builders import ECID_A, NOON_MS, ORG_ID

ASKS = EdgeRequest(query=Query(identity=IdentityQuery(fetch=["ECID"])))


def _known(general: General = "in", **fields: Any) -> Known:
    given: dict[str, Any] = {
        "action": "interact",
        "org_id": ORG_ID,
        "cookies": CookiePolicy(),
        "visitor": Visitor(ecid=ECID_A, is_told=True),
        "consent": Consent(general=general, basis="state"),
        "said": None,
        "hint": "",
    }
    return Known(**given | fields)


STRANGER = Visitor(ecid=ECID_A, is_told=False)


def _types(known: Known, request: EdgeRequest) -> list[str]:
    return [handle.type for handle in handles(known, request, new_session_id=lambda: "s-1")]


def _keys(known: Known, state: dict[str, str] | None = None) -> list[str]:
    changes = state_changes(known, state or {}, now_ms=NOON_MS)
    return [
        change.key.rsplit("_", 1)[1] + ("=" + change.value if "consent" in change.key else "") for change in changes
    ]


def test_a_known_visitor_who_asks_for_nothing_is_told_nothing() -> None:
    assert _types(_known(), EdgeRequest(events=[EdgeEvent()])) == []
    assert _keys(_known()) == []


def test_an_identity_is_told_when_it_is_new_or_asked_for() -> None:
    assert _types(_known(visitor=STRANGER), EdgeRequest()) == ["identity:result"]
    assert _types(_known(), ASKS) == ["identity:result"]
    assert _keys(_known(visitor=STRANGER)) == ["identity"]


@pytest.mark.parametrize("general", ["out", "pending"])
def test_without_consent_nobody_is_given_an_identity(general: General) -> None:
    known = _known(general, visitor=STRANGER, hint="zrh1")

    assert _types(known, ASKS) == []
    assert _keys(known) == []


@pytest.mark.parametrize("general", ["in", "out", "pending"])
def test_set_consent_brings_identity_and_consent_whatever_was_said(general: General) -> None:
    known = _known(general, action=SET_CONSENT, said=general, visitor=STRANGER)

    assert _types(known, ASKS) == ["identity:result"]
    assert _keys(known) == ["identity", f"consent=general={general}"]
    assert _keys(known, {"consent": f"general={general}"}) == ["identity", f"consent=general={general}"]


def test_consent_that_came_with_an_event_is_told_when_it_is_news() -> None:
    known = _known("out", said="out")

    assert _keys(known, {"consent": "general=in"}) == ["consent=general=out"]
    assert _keys(known, {"consent": "general=out"}) == []


def test_get_consent_says_what_holds() -> None:
    [preferences] = handles(_known("pending", action=GET_CONSENT), EdgeRequest(), new_session_id=lambda: "s-1")

    assert (preferences.type, preferences.payload) == ("consent:preferences", [{"collect": {"val": "p"}}])


def test_a_region_is_told_as_handle_and_as_cookie() -> None:
    known = _known(hint="zrh1")

    [handle] = handles(known, EdgeRequest(), new_session_id=lambda: "s-1")

    assert handle.payload == [{"scope": "EdgeNetwork", "hint": "zrh1", "ttlSeconds": 1800}]
    assert _keys(known) == ["cluster"]


def test_each_event_that_asks_for_personalization_is_answered_with_none() -> None:
    asking = EdgeEvent(query=EventQuery(personalization=PersonalizationQuery()))

    found = handles(_known(), EdgeRequest(events=[EdgeEvent(), asking]), new_session_id=lambda: "s-1")

    assert [(handle.type, handle.payload, handle.event_index) for handle in found] == [
        ("personalization:decisions", [], 1)
    ]


def test_a_player_that_starts_gets_a_session() -> None:
    start = EdgeEvent.of({"eventType": "media.sessionStart"})

    [handle] = handles(_known(), EdgeRequest(events=[start]), new_session_id=lambda: "s-1")

    assert (handle.type, handle.payload) == ("media-analytics:new-session", [{"sessionId": "s-1"}])
