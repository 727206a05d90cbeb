"""What the visitor agreed to: asked for by the Web SDK, kept by the server's cookie, enforced before the log."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.alloy.site import SHOP, Site

# The Web SDK's documentation uses it: purposes 1 and 10, vendor 565.
TCF_YES = "CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA"

# Collectors look once a second whether there is a new configuration.
AWAIT_DATASTREAM = """async name => {
  const ask = () => fetch(`https://edge.shop.test/ee/v1/collect?configId=${name}`, {method: "POST", body: "{}"});
  while ((await ask()).status === 400) await new Promise(resolve => setTimeout(resolve, 100));
}"""

PENDING = {"datastreamId": "pending", "defaultConsent": "pending"}


def test_events_wait_until_the_visitor_agrees_and_flow_from_then_on(site: Site) -> None:
    site.open(**PENDING)
    site.start("alloy('sendEvent', {xdm: {eventType: 'waiting', web: {webPageDetails: {name: 'waiting'}}}})")
    before = site.stored("waiting")

    site.say("in")
    site.page.evaluate("() => window.result")
    site.open(f"{SHOP}/next", **PENDING)
    site.send("agreed, next page")

    assert before == []
    assert [event.consent for event in site.stored("waiting")] == ["state"]
    assert [event.consent for event in site.stored("agreed, next page")] == ["state"]
    assert site.cookies()["consent"] == "general=in"


def test_a_refusal_holds_on_the_next_page(site: Site) -> None:
    site.open()
    site.send("before the refusal")

    site.say("out")
    refused = site.send("after the refusal")
    site.open(f"{SHOP}/next")
    next_page = site.send("after the refusal, next page")

    assert (refused, next_page) == ({}, {})
    assert site.cookies()["consent"] == "general=out"
    assert len(site.stored("before the refusal")) == 1
    assert site.stored("after the refusal") + site.stored("after the refusal, next page") == []


def test_a_strangers_first_word_may_be_no(site: Site) -> None:
    site.open(**PENDING)
    site.say("out")

    site.open(f"{SHOP}/next", **PENDING)

    assert site.send("refused from the start") == {}
    assert site.stored("refused from the start") == []
    assert {"identity", "consent"} <= set(site.cookies())


def test_a_visitor_may_change_their_mind(site: Site) -> None:
    site.open(**PENDING)

    site.say("out")
    site.say("in")
    site.send("agreed at last")

    assert len(site.stored("agreed at last")) == 1


@pytest.mark.parametrize(
    "consent",
    [
        {"standard": "Adobe", "version": "2.0", "value": {"collect": {"val": "y"}}},
        {"standard": "IAB TCF", "version": "2.0", "value": TCF_YES, "gdprApplies": True},
        {"standard": "IAB TCF", "version": "2.0", "value": "", "gdprApplies": False},
    ],
    ids=["Adobe 2.0", "IAB TCF 2.0", "IAB TCF 2.0, does not apply"],
)
def test_every_standard_can_say_yes(site: Site, consent: dict[str, Any]) -> None:
    site.open(**PENDING)

    site.command("setConsent", {"consent": [consent]})
    name = f"agreed by {consent['standard']} {consent['version']} {consent['value']}"
    site.send(name)

    assert len(site.stored(name)) == 1


def test_a_client_that_believes_in_consent_cannot_overrule_the_datastream(site: Site) -> None:
    site.open(datastreamId="out", defaultConsent="in")

    answer = site.send("not agreed to")

    assert answer["propositions"] == []
    assert site.stored("not agreed to") == []
    assert site.cookies() == {}


def test_a_running_server_follows_a_datastream_saved_on_the_command_line(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "later.json"
    site.server.run("datastream", "show", "demo", "-o", str(path))
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(document | {"id": "later", "consent": {"default": "pending"}}), encoding="utf-8")

    site.server.run("datastream", "save", str(path))
    site.open(datastreamId="later")
    site.page.evaluate(AWAIT_DATASTREAM, "later")
    site.send("before consent, to a new datastream")
    site.say("in")
    site.send("after consent, to a new datastream")

    assert site.stored("before consent, to a new datastream") == []
    assert len(site.stored("after consent, to a new datastream")) == 1


def test_a_refusal_in_another_tab_stops_a_beacon_of_this_one(site: Site) -> None:
    site.open()
    site.send("before the other tab")
    other = Site(site.context, site.server)
    other.open(f"{SHOP}/other")

    other.say("out")
    with site.page.expect_event("requestfinished", lambda request: "/collect" in request.url):
        site.page.evaluate(
            """() => navigator.sendBeacon("https://edge.shop.test/ee/v1/collect?configId=demo", JSON.stringify({
              events: [{xdm: {web: {webPageDetails: {name: "in spite of it"}}}}]
            }))"""
        )

    assert site.stored("in spite of it") == []


def test_a_consent_string_in_an_event_is_heeded_and_kept(site: Site) -> None:
    site.open(datastreamId="pending", defaultConsent="in")
    string = {"consentStandard": "IAB TCF", "consentStandardVersion": "2.0", "consentStringValue": TCF_YES}

    page = {"webPageDetails": {"name": "string in the event"}}
    site.command("sendEvent", {"xdm": {"consentStrings": [string], "web": page}})
    site.send("after the string")

    assert [event.consent for event in site.stored("string in the event")] == ["event"]
    assert [event.consent for event in site.stored("after the string")] == ["state"]
    assert site.cookies()["consent"] == "general=in"


def test_global_privacy_control_refuses_where_the_datastream_says_so(site: Site) -> None:
    site.context.set_extra_http_headers({"Sec-GPC": "1"})
    site.open(datastreamId="gpc")

    site.send("with GPC")
    site.say("in")
    site.send("with GPC, agreed")

    assert site.stored("with GPC") == []
    [event] = site.stored("with GPC, agreed")
    assert (event.client.global_privacy_control, event.consent) == (True, "state")
