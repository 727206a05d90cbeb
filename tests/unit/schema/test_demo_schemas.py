"""What the demo's schemas take: above all, whatever the unmodified Web SDK sends (edge protocol, sections 13 to 17)."""

from typing import Any

import pytest

from server.schema.compile import compile_schema
from tests.unit.schema.builders import demo_events, demo_profiles

EVENTS = compile_schema(demo_events())

PROPOSITION = {
    "id": "AT:eyJhY3Rpdml0eUlkIjoiMTI1NTg5In0=",
    "scope": "__view__",
    "scopeDetails": {
        "decisionProvider": "TGT",
        "activity": {"id": "125589"},
        "experience": {"id": "0"},
        "strategies": [{"algorithmID": "0", "trafficType": "0"}],
        "characteristics": {"eventToken": "IbG2Jz2xKHaqX7Ml", "scopeType": "page"},
        "correlationID": "125589:0:0",
        "rank": 1,
    },
}


def an_event(**fields: Any) -> dict[str, Any]:
    return {"_id": "0b7a4c52", "timestamp": "2026-01-31T09:30:00.521Z", **fields}


def decisioning(**fields: Any) -> dict[str, Any]:
    return {"_experience": {"decisioning": fields}}


@pytest.mark.parametrize(
    "event",
    [
        # Displayed by the SDK itself.
        an_event(
            eventType="decisioning.propositionDisplay",
            **decisioning(propositions=[PROPOSITION], propositionEventType={"display": 1}),
        ),
        # A view for which nothing was returned is reported all the same.
        an_event(
            eventType="decisioning.propositionDisplay",
            web={"webPageDetails": {"viewName": "cart"}},
            **decisioning(
                propositions=[
                    {"id": "", "scope": "cart", "scopeDetails": {"characteristics": {"scopeType": "view"}}},
                ],
                propositionEventType={"display": 1},
            ),
        ),
        # A click inside it, with what was marked for tracking.
        an_event(
            eventType="decisioning.propositionInteract",
            **decisioning(
                propositions=[
                    {**PROPOSITION, "items": [{"id": "0", "schema": "https://ns.adobe.com/personalization/html"}]}
                ],
                propositionEventType={"interact": 1},
                propositionAction={"label": "hero", "tokens": ["click-token"]},
            ),
        ),
        # Held back by a rule; put away by the visitor, with a reason.
        an_event(
            eventType="decisioning.propositionSuppressDisplay",
            **decisioning(
                propositions=[PROPOSITION],
                propositionEventType={"suppressDisplay": 1},
                propositionAction={"reason": "Conflict"},
            ),
        ),
        # At the top of the page, displays ride on the page view.
        an_event(
            eventType="web.webpagedetails.pageViews",
            web={"webPageDetails": {"pageViews": {"value": 1}}},
            **decisioning(propositions=[PROPOSITION], propositionEventType={"display": 1, "someday": 1}),
        ),
        an_event(
            eventType="media.sessionStart",
            mediaCollection={
                "playhead": 0,
                "sessionDetails": {
                    "name": "video-7",
                    "length": 60,
                    "contentType": "VOD",
                    "playerName": "html5",
                    "channel": "shop",
                },
                "customMetadata": [{"name": "topic", "value": "lamps"}],
            },
        ),
        an_event(
            eventType="media.statesUpdate",
            mediaCollection={"playhead": 12, "sessionID": "s-1", "statesStart": [{"name": "fullscreen"}]},
        ),
        an_event(
            _heliograph={
                "pageError": {
                    "errors": {"value": 1},
                    "type": "error",
                    "name": "TypeError",
                    "message": "x is undefined",
                    "source": "https://shop.example/app.js",
                    "line": 12,
                    "column": 3,
                },
                "webVitals": {
                    "largestContentfulPaint": {"value": 1834.5, "rating": "good", "target": "#hero"},
                    "cumulativeLayoutShift": {"value": 0.02, "rating": "good"},
                    "navigationType": "navigate",
                },
            },
        ),
        an_event(consentStrings=[{"consentStandard": "IAB TCF", "consentStandardVersion": "2.0", "gdprApplies": True}]),
    ],
)
def test_demo_events_take_what_clients_send(event: dict[str, Any]) -> None:
    assert EVENTS.violations(event) == ()


def test_a_wrong_field_in_a_proposition_is_still_found() -> None:
    event = an_event(**decisioning(propositions=[{"id": 7}], propositionEventType={"display": "1"}))

    found = [(violation.path, violation.keyword) for violation in EVENTS.violations(event)]

    assert found == [
        ("/_experience/decisioning/propositions/0/id", "type"),
        ("/_experience/decisioning/propositionEventType/display", "type"),
    ]


def test_demo_profiles_take_consents_loyalty_and_segments() -> None:
    profile = {
        "person": {"name": {"firstName": "Kim"}},
        "preferredLanguage": "de-CH",
        "consents": {
            "collect": {"val": "y"},
            "marketing": {
                "preferred": "email",
                "email": {
                    "val": "y",
                    "time": "2026-01-31T09:30:00Z",
                    "subscriptions": {
                        "spring": {"val": "y", "subscribers": {"kim@example.com": {"source": "website"}}}
                    },
                },
            },
            "metadata": {"time": "2026-01-31T09:30:00Z"},
        },
        "loyalty": {"points": 120, "tier": "gold", "loyaltyID": ["L-1"]},
        "segmentMembership": {
            "ups": {"loyal": {"status": "realized", "lastQualificationTime": "2026-01-31T09:30:00Z"}}
        },
    }

    assert compile_schema(demo_profiles()).violations(profile) == ()
