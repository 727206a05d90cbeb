"""How events get through: by beacon when the page goes, by retry when the server cannot, and large ones."""

from typing import Any

import pytest

from e2e.alloy.site import SHOP, Site, is_page

# Instead of the server, the page's own fetch answers the first request to the edge; alloy stays as it is.
# `stored`: the request gets to the server all the same, and only the answer is lost.
FAIL_ONCE = """([status, retryAfter, stored]) => {
  const send = window.fetch;
  window.requests = [];
  window.fetch = async (url, options) => {
    if (!String(url).includes("/v1/")) return send(url, options);
    window.requests.push({url: String(url), body: options.body, at: Date.now()});
    if (window.requests.length > 1) return send(url, options);
    if (stored) await send(url, options);
    return new Response("", {status, headers: retryAfter ? {"Retry-After": retryAfter} : {}});
  };
}"""


def _send_with_failure(site: Site, name: str, *how: object) -> list[dict[str, Any]]:
    """The requests that it took. The library takes `fetch` when it loads."""
    site.page.add_init_script(f"({FAIL_ONCE})({list(how)!r})".replace("None", "null").replace("False", "false"))
    site.open()
    site.send(name)
    requests: list[dict[str, Any]] = site.page.evaluate("() => window.requests")
    return requests


@pytest.mark.parametrize("status", [429, 503])
def test_a_refused_event_is_sent_again(site: Site, status: int) -> None:
    name = f"refused with {status}"

    first, second = _send_with_failure(site, name, status, "1", False)

    assert first["url"] == second["url"]
    assert first["body"] == second["body"]
    assert second["at"] - first["at"] >= 1_000
    assert len(site.stored(name)) == 1


def test_an_event_whose_answer_was_lost_is_one_event(site: Site) -> None:
    _send_with_failure(site, "answer lost", 503, None, 1)

    first, second = site.stored("answer lost")
    in_lake = [event for event in site.server.events() if event["_id"] == first.id]

    assert first.id == second.id
    assert len(in_lake) == 1


def test_an_event_of_a_page_that_goes_away_arrives_by_beacon(site: Site) -> None:
    # The library takes `sendBeacon` when it loads.
    site.page.add_init_script(
        """const beacon = navigator.sendBeacon.bind(navigator);
        navigator.sendBeacon = (url, body) => (localStorage.beacon = url, beacon(url, body));"""
    )
    site.open()
    site.send("before leaving")
    site.page.evaluate(
        """() => addEventListener("pagehide", () => alloy("sendEvent", {documentUnloading: true, xdm: {
          web: {webPageDetails: {name: "leaving"}}
        }}))"""
    )

    site.open(f"{SHOP}/next")
    site.send("arrived")

    left = site.await_event(is_page("leaving"))
    [before], [arrived] = site.stored("before leaving"), site.stored("arrived")
    assert left.xdm["identityMap"] == before.xdm["identityMap"] == arrived.xdm["identityMap"]
    assert "/v1/collect" in site.page.evaluate("() => localStorage.beacon")


def test_what_is_too_large_for_a_beacon_is_fetched(site: Site) -> None:
    kinds: list[tuple[str, str]] = []
    site.page.on("request", lambda request: kinds.append((request.url, request.resource_type)))
    site.open()
    site.send("before the large one")

    site.send("70 kB while leaving", documentUnloading=True, data={"text": "x" * 70_000})

    assert [kind for url, kind in kinds if "/collect" in url][-1] == "fetch"
    [event] = site.stored("70 kB while leaving")
    assert len((event.data or {})["text"]) == 70_000


def test_200_kb_are_taken_and_300_kb_refused_in_words(site: Site) -> None:
    site.open()

    site.send("200 kB", data={"text": "ä" * 100_000})
    said = site.page.evaluate(
        """() => alloy("sendEvent", {data: {text: "x".repeat(300000)}}).catch(error => error.message)"""
    )
    site.send("after the refusal of 300 kB")

    assert "status code 413" in said
    assert "EXEG-0112-413" in said
    assert [len((event.data or {})["text"]) for event in site.stored("200 kB")] == [100_000]
    assert len(site.stored("after the refusal of 300 kB")) == 1


def test_a_site_that_may_not_read_answers_is_kept_apart_but_heard(site: Site) -> None:
    site.open(datastreamId="strict")

    said = site.page.evaluate("""() => alloy("sendEvent", {xdm: {
      web: {webPageDetails: {name: "of a site that is not listed"}}
    }}).catch(error => error.message)""")

    assert "Network request failed" in said
    [event] = site.stored("of a site that is not listed")
    assert event.origin_mismatch


def test_a_player_gets_a_session_and_its_events_are_collected(site: Site) -> None:
    site.open(streamingMedia={"channel": "shop", "playerName": "trailer"})
    details = {"length": 60, "contentType": "VOD", "name": "trailer", "id": "t-1"}
    collection = {"playhead": 0, "sessionDetails": details}

    session = site.command(
        "createMediaSession", {"xdm": {"eventType": "media.sessionStart", "mediaCollection": collection}}
    )
    played = {"playhead": 1, "sessionID": session["sessionId"]}
    site.command("sendMediaEvent", {"xdm": {"eventType": "media.play", "mediaCollection": played}})

    [start] = site.find(lambda xdm: xdm.get("eventType") == "media.sessionStart")
    [play] = site.find(lambda xdm: xdm.get("eventType") == "media.play")
    assert play.xdm["mediaCollection"]["sessionID"] == session["sessionId"]
    assert play.xdm["identityMap"] == start.xdm["identityMap"]
