from collections.abc import Mapping
from typing import Literal

import pytest

from server.model.consent import Consent, ConsentPolicy, General
from server.pipeline.consent import consent_in_force, is_anonymous, said_in_events
from server.wire.edge import EdgeEvent
from server.wire.errors import Malformed
from tests.unit.wire.tcf import a_tc_string

OUT_BY_DEFAULT = ConsentPolicy(default="out")
GPC_REFUSES = ConsentPolicy(gpc="refuse")


@pytest.mark.parametrize("default", ["in", "out", "pending"])
def test_while_nobody_has_said_anything_the_default_holds(default: General) -> None:
    assert consent_in_force({}, ConsentPolicy(default=default)) == Consent(general=default, basis="default")


@pytest.mark.parametrize("kept", ["in", "out", "pending"])
def test_what_the_visitor_said_wins_over_the_default(kept: General) -> None:
    state = {"consent": f"general={kept}"}

    assert consent_in_force(state, OUT_BY_DEFAULT) == Consent(general=kept, basis="state")


def test_what_comes_with_the_request_wins_over_what_was_said_before() -> None:
    found = consent_in_force({"consent": "general=in"}, ConsentPolicy(), said="out")

    assert found == Consent(general="out", basis="event")


@pytest.mark.parametrize("value", ["", "general=maybe", "other=out", "garbage"])
def test_state_that_says_nothing_of_it_leaves_the_default(value: str) -> None:
    assert consent_in_force({"consent": value}, OUT_BY_DEFAULT).basis == "default"


def test_global_privacy_control_refuses_where_the_datastream_says_so() -> None:
    assert consent_in_force({}, GPC_REFUSES, has_gpc=True) == Consent(general="out", basis="gpc")
    assert consent_in_force({}, ConsentPolicy(), has_gpc=True).is_given
    assert consent_in_force({}, GPC_REFUSES, has_gpc=False).is_given


def test_a_visitors_own_yes_to_the_site_wins_over_global_privacy_control() -> None:
    assert consent_in_force({"consent": "general=in"}, GPC_REFUSES, has_gpc=True).is_given


@pytest.mark.parametrize(
    ("dnt", "state", "said", "has_dnt", "expected"),
    [
        ("anonymous", {}, None, True, True),
        ("anonymous", {}, None, False, False),
        ("ignore", {}, None, True, False),
        # Who said yes to this very site is taken at their word; who said no keeps the wish of their browser.
        ("anonymous", {"consent": "general=in"}, None, True, False),
        ("anonymous", {}, "in", True, False),
        ("anonymous", {"consent": "general=out"}, None, True, True),
        ("anonymous", {"consent": "general=in"}, "out", True, True),
    ],
)
def test_do_not_track_makes_anonymous_whoever_did_not_say_yes(
    dnt: Literal["anonymous", "ignore"], state: Mapping[str, str], said: General | None, has_dnt: bool, expected: bool
) -> None:
    policy = ConsentPolicy(dnt=dnt)
    consent = consent_in_force(state, policy, said=said)

    assert is_anonymous(consent, policy, has_dnt=has_dnt) == expected


def test_one_refusing_event_refuses_the_request() -> None:
    def an_event(value: str) -> EdgeEvent:
        said = {"consentStandard": "IAB TCF", "consentStandardVersion": "2.0", "consentStringValue": value}
        return EdgeEvent.of({"consentStrings": [said]})

    yes, no = an_event(a_tc_string()), an_event(a_tc_string(purposes=[]))

    assert said_in_events([EdgeEvent(), EdgeEvent.of({"x": 1})], ConsentPolicy()) is None
    assert said_in_events([EdgeEvent(), yes], ConsentPolicy()) == "in"
    assert said_in_events([yes, no, yes], ConsentPolicy()) == "out"
    with pytest.raises(Malformed, match=r"events\[1\]"):
        said_in_events([yes, an_event("nonsense")], ConsentPolicy())
