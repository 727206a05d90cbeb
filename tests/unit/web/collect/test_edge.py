"""The edge endpoint, in process: request in, exact answer out, and what is in the log."""

import re
from typing import Any

import msgspec
import pytest

from server.model.consent import ConsentPolicy, General
from server.model.cookies import CookiePolicy
from server.model.datastream import AllowedOverrides, DatasetId
from server.web.collect.region import parse_region
from server.wire.cookies import decode_identity, encode_identity
from tests.builders import ECID_A, ECID_B, NOON_MS, ORG_ID, a_datastream, an_xdm
from tests.unit.web.edge import CONSENT_COOKIE, IDENTITY_COOKIE, ORIGIN, PAGE_VIEW, REQUEST_ID, Edge
from tests.unit.wire.tcf import a_tc_string


def test_interact_stores_the_event_and_tells_who_the_visitor_is() -> None:
    edge = Edge()

    answer = edge.post(body=PAGE_VIEW | {"query": {"identity": {"fetch": ["ECID"]}}})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    assert re.fullmatch(f"{REQUEST_ID}-[0-9a-f]{{16}}", answer.json()["requestId"])
    [result, store] = answer.json()["handle"]
    assert result == {"type": "identity:result", "payload": [{"id": ECID_A, "namespace": {"code": "ECID"}}]}
    assert store["type"] == "state:store"
    [entry] = store["payload"]
    cookie = decode_identity(entry["value"])
    assert (entry["key"], entry["attrs"]) == (IDENTITY_COOKIE, {"SameSite": "None"})
    assert cookie is not None
    assert cookie.ecid == ECID_A
    [event] = edge.events()
    assert event.id == "e-1"
    assert event.received_ms == NOON_MS
    assert event.beacon_id == answer.json()["requestId"]
    assert event.xdm["identityMap"]["ECID"] == [{"id": ECID_A, "authenticatedState": "ambiguous", "primary": True}]
    assert event.client.ip == "203.0.113.0"
    assert event.client.origin == ORIGIN


@pytest.mark.parametrize(
    "path", ["/ee/v1/collect", "/ee/or2/v1/collect", "/data/c/v1/collect", "/data/c/t35/v1/collect"]
)
def test_collect_stores_and_answers_204_under_any_hint_and_base_path(path: str) -> None:
    edge = Edge()

    answer = edge.post(path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert len(edge.events()) == 1


@pytest.mark.parametrize("path", ["/ee/va/v1/play", "/ee/zrh1/va/v1/sessionComplete"])
def test_media_events_are_collected(path: str) -> None:
    edge = Edge()

    answer = edge.post(path, {"events": [{"xdm": {"eventType": "media.play"}}]})

    assert answer.status_code == 204
    assert [event.xdm["eventType"] for event in edge.events()] == ["media.play"]
    assert edge.post("/ee/v1/play").status_code == edge.post("/ee/va/v1/dance").status_code == 404


def test_acquire_gives_an_identity_and_stores_nothing() -> None:
    edge = Edge()

    answer = edge.post("/ee/v1/identity/acquire", {"query": {"identity": {"fetch": ["ECID"]}}})

    assert answer.json()["handle"][0]["payload"][0]["id"] == ECID_A
    assert edge.events() == []


def test_a_first_party_client_gets_a_cookie_that_its_script_can_read() -> None:
    edge = Edge()

    answer = edge.post(body=PAGE_VIEW | {"meta": {"state": {"domain": "shop.example", "cookiesEnabled": True}}})

    header = answer.headers["set-cookie"]
    assert header.startswith(f"{IDENTITY_COOKIE}=")
    assert header.endswith("; Path=/; Max-Age=34128000; Domain=shop.example; Secure; SameSite=None")
    assert "HttpOnly" not in header
    assert [handle["type"] for handle in answer.json()["handle"]] == ["identity:result"]


def test_an_http_page_gets_a_cookie_without_secure() -> None:
    edge = Edge()
    state = {"meta": {"state": {"domain": "shop.example", "cookiesEnabled": True}}}

    answer = edge.post(body=PAGE_VIEW | state, headers={"origin": "http://shop.example"})

    assert answer.headers["set-cookie"].endswith("Domain=shop.example")


def test_a_domain_of_the_body_never_becomes_the_cookies_domain() -> None:
    edge = Edge()
    state = {"meta": {"state": {"domain": "example", "cookiesEnabled": True}}}

    answer = edge.post(body=PAGE_VIEW | state)

    assert "Domain=shop.example" in answer.headers["set-cookie"]


def test_a_known_visitor_is_told_nothing_new() -> None:
    edge = Edge()

    answer = edge.post(headers={"cookie": f"{IDENTITY_COOKIE}={encode_identity(ECID_B, now_ms=NOON_MS)}"})

    assert answer.json()["handle"] == []
    assert edge.events()[0].xdm["identityMap"]["ECID"][0]["id"] == ECID_B


def test_without_consent_nothing_is_stored_and_a_warning_says_so() -> None:
    edge = Edge()
    cookie = {"cookie": "kndctr_TEST_AdobeOrg_consent=general=out"}

    answer, beacon = edge.post(headers=cookie), edge.post("/ee/v1/collect", headers=cookie)

    assert answer.status_code == 200
    assert answer.json()["handle"] == []
    assert answer.json()["warnings"][0]["type"].endswith("EXEG-0301-200")
    assert beacon.status_code == 204
    assert edge.events() == []


SET_CONSENT = "/ee/v1/privacy/set-consent"
FIRST_PARTY = {"meta": {"state": {"domain": "shop.example", "cookiesEnabled": True}}}


def _said(general: str) -> dict[str, Any]:
    return {"consent": [{"standard": "Adobe", "version": "1.0", "value": {"general": general}}]}


@pytest.mark.parametrize("general", ["in", "out"])
def test_set_consent_gives_a_stranger_both_cookies_whatever_was_said(general: str) -> None:
    edge = Edge()

    first_party = edge.post(SET_CONSENT, _said(general) | FIRST_PARTY)
    third_party = edge.post(SET_CONSENT, _said(general))

    cookies = first_party.headers.get_list("set-cookie")
    assert [cookie.split("=", 1)[0] for cookie in cookies] == [IDENTITY_COOKIE, CONSENT_COOKIE]
    assert cookies[1] == (
        f"{CONSENT_COOKIE}=general={general}; Path=/; Max-Age=15552000; Domain=shop.example; Secure; SameSite=None"
    )
    [store] = [handle for handle in third_party.json()["handle"] if handle["type"] == "state:store"]
    assert [entry["key"] for entry in store["payload"]] == [IDENTITY_COOKIE, CONSENT_COOKIE]
    assert store["payload"][1]["value"] == f"general={general}"
    assert edge.events() == []


@pytest.mark.parametrize("default", ["out", "pending"])
def test_nothing_is_stored_before_the_visitor_has_said_in_where_the_datastream_wants_that(default: General) -> None:
    edge = Edge(datastream=a_datastream(consent=ConsentPolicy(default=default)))

    before = edge.post()
    kept = {"cookie": f"{CONSENT_COOKIE}=general=in"}
    after = edge.post(headers=kept)

    assert before.json()["handle"] == []
    assert before.json()["warnings"][0]["detail"].startswith(f"general={default}, by default")
    assert [handle["type"] for handle in after.json()["handle"]] == ["identity:result", "state:store"]
    assert [event.consent for event in edge.events()] == ["state"]


def test_a_refusal_in_an_events_own_consent_string_stays_with_the_client() -> None:
    edge = Edge()
    refusal = {
        "consentStandard": "IAB TCF",
        "consentStandardVersion": "2.0",
        "consentStringValue": a_tc_string(purposes=[]),
    }

    answer = edge.post(body={"events": [{"xdm": an_xdm(consentStrings=[refusal])}]})

    [store] = answer.json()["handle"]
    assert [entry["value"] for entry in store["payload"]] == ["general=out"]
    assert answer.json()["warnings"][0]["type"].endswith("EXEG-0301-200")
    assert edge.events() == []


def test_global_privacy_control_is_recorded_or_refuses_as_the_datastream_says() -> None:
    marking, refusing = Edge(), Edge(datastream=a_datastream(consent=ConsentPolicy(gpc="refuse")))

    marking.post(headers={"sec-gpc": "1"})
    answer = refusing.post(headers={"sec-gpc": "1"})

    assert marking.events()[0].client.global_privacy_control
    assert marking.events()[0].consent == "default"
    assert answer.json()["warnings"][0]["detail"].startswith("general=out, by gpc")
    assert refusing.events() == []


def test_a_server_is_answered_with_handles_or_a_receipt_in_the_second_version() -> None:
    edge = Edge()
    query = f"datastreamId=test&requestId={REQUEST_ID}"
    one = {"event": PAGE_VIEW["events"][0], "query": {"identity": {"fetch": ["ECID"]}}}

    told = edge.post("/ee/v2/interact", body=one, query=query)
    accepted = edge.post("/ee/zrh1/v2/collect", body=PAGE_VIEW, query=query)
    wrong = edge.post("/ee/v2/collect", body={"event": {"xdm": 5}}, query=query)
    other = edge.post("/ee/v2/identity/acquire", body=one, query=query)

    assert told.status_code == 200
    assert "identity:result" in [handle["type"] for handle in told.json()["handle"]]
    assert accepted.status_code == 202
    assert accepted.json() == {"requestId": accepted.headers["x-request-id"]}
    assert accepted.json()["requestId"].startswith(REQUEST_ID)
    assert (wrong.status_code, wrong.json()["detail"]) == (400, "Expected `object`, got `int` - at `$.events[0].xdm`")
    assert other.status_code == 404
    assert len(edge.events()) == 2


def test_do_not_track_leaves_an_event_without_a_visitor_and_a_browser_without_a_cookie() -> None:
    edge, ignoring = Edge(), Edge(datastream=a_datastream(consent=ConsentPolicy(dnt="ignore")))

    answer = edge.post(headers={"dnt": "1"})
    acquired = edge.post(
        "/ee/v1/identity/acquire", body={"query": {"identity": {"fetch": ["ECID"]}}}, headers={"dnt": "1"}
    )
    pixel = edge.get_pixel(headers={"dnt": "1"})
    ignored = ignoring.post(headers={"dnt": "1"})

    assert (answer.status_code, answer.json()["handle"]) == (200, [])
    assert (acquired.status_code, acquired.json()["handle"]) == (200, [])
    assert "set-cookie" not in pixel.headers
    assert [event.client.do_not_track for event in edge.events()] == [True, True]
    assert not any("identityMap" in event.xdm for event in edge.events())
    assert ignored.json()["handle"][0]["type"] == "identity:result"
    assert "identityMap" in ignoring.events()[0].xdm


def test_what_is_not_kept_and_what_browsers_gave_up_is_counted() -> None:
    edge = Edge(datastream=a_datastream(consent=ConsentPolicy(gpc="refuse"), overrides=AllowedOverrides(disable=True)))
    off = {"meta": {"configOverrides": {"com_adobe_experience_platform": {"enabled": False}}}}

    edge.post("/ee/v1/collect", headers={"cookie": f"{CONSENT_COOKIE}=general=out"})
    edge.get_pixel(headers={"cookie": f"{CONSENT_COOKIE}=general=pending"})
    edge.post(headers={"sec-gpc": "1"})
    edge.post(body=PAGE_VIEW | off)
    edge.post(body=PAGE_VIEW | {"meta": {"lost": {"queue_overflow": 3}}})
    edge.post("/ee/v1/identity/acquire", headers={"cookie": f"{CONSENT_COOKIE}=general=out"})

    assert {sample.labels[0]: sample.value for sample in edge.deps.counts.samples()} == {
        "consent_out": 1,
        "consent_pending": 1,
        "gpc": 1,
        "override": 1,
        "queue_overflow": 3,
    }


def test_get_consent_says_what_holds() -> None:
    edge = Edge()

    answer = edge.post("/ee/v1/privacy/get-consent", {}, headers={"cookie": f"{CONSENT_COOKIE}=general=out"})

    assert answer.json()["handle"] == [{"type": "consent:preferences", "payload": [{"collect": {"val": "n"}}]}]


def test_a_region_is_told_with_every_answer() -> None:
    edge = Edge(region=parse_region("zrh1;6"))

    answer = edge.post(body=PAGE_VIEW | FIRST_PARTY)

    assert answer.headers["x-adobe-edge"] == "ZRH1;6"
    assert "X-Adobe-Edge" in answer.headers["access-control-expose-headers"]
    assert answer.headers.get_list("set-cookie")[1].startswith(
        "kndctr_TEST_AdobeOrg_cluster=zrh1; Path=/; Max-Age=1800"
    )
    assert answer.json()["handle"][-1]["type"] == "locationHint:result"


def test_an_override_chooses_among_the_datasets_that_the_datastream_allows() -> None:
    other = DatasetId("f" * 24)
    edge = Edge(datastream=a_datastream(overrides=AllowedOverrides(datasets=(other,))))
    chosen = {"com_adobe_experience_platform": {"datasets": {"event": {"datasetId": other}}}}

    taken = edge.post(body=PAGE_VIEW | {"meta": {"configOverrides": chosen}})
    refused = Edge().post(body=PAGE_VIEW | {"meta": {"configOverrides": chosen}})

    assert taken.status_code == 200
    assert [event.dataset_id for event in edge.events()] == [other]
    assert refused.status_code == 400
    assert refused.json()["type"].endswith("EXEG-0113-400")
    assert refused.headers["access-control-allow-origin"] == ORIGIN


def test_an_override_may_keep_events_out_of_the_platform() -> None:
    edge = Edge(datastream=a_datastream(overrides=AllowedOverrides(disable=True)))
    off = {"com_adobe_experience_platform": {"enabled": False}}

    answer = edge.post(body=PAGE_VIEW | {"meta": {"configOverrides": off}})

    assert answer.status_code == 200
    assert edge.events() == []


def test_a_device_id_of_the_sites_own_cookie_makes_the_ecid() -> None:
    edge = Edge(datastream=a_datastream(fpid_cookie="device"))

    first = edge.post(headers={"cookie": "device=7a1f"})
    second = edge.post(headers={"cookie": "device=7a1f; other=x"})

    ids = {answer.json()["handle"][0]["payload"][0]["id"] for answer in (first, second)}
    assert len(ids) == 1
    assert ids != {ECID_A}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (CookiePolicy(), "Max-Age=34128000; Domain=shop.example; Secure; SameSite=None"),
        (CookiePolicy(identity_days=30), "Max-Age=2592000; Domain=shop.example; Secure; SameSite=None"),
        (CookiePolicy(identity_days=0), "Domain=shop.example; Secure; SameSite=None"),
        (CookiePolicy(domain="c.shop.example"), "Max-Age=34128000; Domain=c.shop.example; Secure; SameSite=None"),
        (CookiePolicy(domain="host"), "Max-Age=34128000; Secure; SameSite=None"),
    ],
)
def test_a_cookie_lives_and_holds_as_the_datastream_says(policy: CookiePolicy, expected: str) -> None:
    edge = Edge(datastream=a_datastream(cookies=policy))
    state = {"meta": {"state": {"domain": "shop.example", "cookiesEnabled": True}}}

    answer = edge.post(body=PAGE_VIEW | state, headers={"host": "c.shop.example", "origin": "https://c.shop.example"})

    assert answer.headers["set-cookie"].split("; Path=/; ")[1] == expected


def test_where_the_page_could_not_read_the_cookie_it_is_given_the_state_to_keep() -> None:
    edge = Edge(datastream=a_datastream(cookies=CookiePolicy(identity_days=30, domain="host")))
    state = {"meta": {"state": {"domain": "shop.example", "cookiesEnabled": True}}}

    answer = edge.post(body=PAGE_VIEW | state, headers={"host": "c.shop.example", "origin": "https://shop.example"})

    assert "set-cookie" not in answer.headers
    [kept] = next(handle["payload"] for handle in answer.json()["handle"] if handle["type"] == "state:store")
    assert kept["maxAge"] == 2_592_000


def test_errors_and_preflights_can_be_read_by_those_whom_the_datastream_allows() -> None:
    edge = Edge()
    evil = {"origin": "https://evil.example"}

    refused, preflight = (
        edge.post(body=b"{", headers=evil),
        edge.client.options("/ee/v1/interact?configId=test", headers=evil),
    )
    nobodys = edge.post(body=b"{", headers=evil, query="configId=nobody")

    assert "access-control-allow-origin" not in refused.headers
    assert "access-control-allow-origin" not in preflight.headers
    assert nobodys.headers["access-control-allow-origin"] == "https://evil.example"


def test_a_retry_is_stored_as_the_same_event() -> None:
    edge = Edge()
    without_id = {"events": [{"xdm": {"eventType": "x"}}]}

    edge.post(body=without_id)
    edge.post(body=without_id)

    first, second = edge.events()
    assert first.id == second.id


def test_an_origin_that_is_not_allowed_is_kept_and_marked_but_cannot_read_the_answer() -> None:
    edge = Edge()

    answer = edge.post(headers={"origin": "https://evil.example"})

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"
    assert edge.events()[0].origin_mismatch


@pytest.mark.parametrize(
    ("query", "headers", "body", "code", "status"),
    [
        ("", {}, PAGE_VIEW, "0002-400", 400),
        ("configId=nobody", {}, PAGE_VIEW, "0003-400", 400),
        ("configId=off", {}, PAGE_VIEW, "0004-422", 422),
        ("configId=test", {}, b"{", "0101-400", 400),
        ("configId=test", {}, {"events": 5}, "0102-400", 400),
        ("configId=test", {}, b"", "0109-408", 408),
        ("configId=test", {"content-type": "application/xml"}, PAGE_VIEW, "0111-415", 415),
        ("configId=test", {"content-encoding": "gzip"}, PAGE_VIEW, "0111-415", 415),
        ("configId=test", {}, b" " * 5_000, "0112-413", 413),
        ("configId=test", {}, {"events": [{"xdm": {"identityMap": {"ECID": [{"id": "x"}]}}}]}, "0308-400", 400),
    ],
)
def test_a_fault_is_answered_in_the_protocols_shape_with_cors(
    query: str, headers: dict[str, str], body: object, code: str, status: int
) -> None:
    edge = Edge()

    answer = edge.post(body=body, query=query, headers=headers)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    problem = answer.json()
    assert problem["type"] == f"https://ns.adobe.com/aep/errors/EXEG-{code}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["report"]["requestId"]
    assert problem["report"].get("orgId", ORG_ID) == ORG_ID
    assert edge.events() == []


def test_the_limit_is_exact() -> None:
    body = msgspec.json.encode(PAGE_VIEW)
    at_limit = body + b" " * (4_096 - len(body))

    assert Edge().post(body=at_limit).status_code == 200
    assert Edge().post(body=at_limit + b" ").status_code == 413


def test_an_unknown_action_and_method_say_what_there_is() -> None:
    edge = Edge()

    unknown = edge.post("/ee/v1/forget")
    get = edge.client.get("/ee/v1/interact?configId=test")

    assert (unknown.status_code, get.status_code) == (404, 405)
    assert "interact" in unknown.json()["detail"]
    assert get.headers["allow"] == "POST, OPTIONS"


def test_a_preflight_is_answered() -> None:
    answer = Edge().client.options("/ee/v1/interact?configId=test", headers={"origin": ORIGIN})

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "POST, OPTIONS"
    assert answer.headers["access-control-allow-headers"] == "content-type, x-request-id"
    assert answer.headers["access-control-max-age"] == "7200"
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_a_log_that_cannot_store_is_a_503_that_clients_retry() -> None:
    edge = Edge()
    edge.log.refuse("disk full")

    answer = edge.post()

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "disk" not in answer.text


def test_a_bug_is_a_503_too_because_clients_do_not_retry_a_500(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    answer = Edge(new_ecid=broken).post()

    assert answer.status_code == 503
    assert answer.json()["type"].endswith("EXEG-0001-500")
    assert "ZeroDivisionError" in caplog.text


def test_a_line_break_cannot_get_into_a_header() -> None:
    answer = Edge().post(query="configId=test&requestId=a%0d%0aSet-Cookie:x", headers={"origin": "https://a\tb"})

    assert "set-cookie" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers
