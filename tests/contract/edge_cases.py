"""The edge's table: this request gets exactly that answer (edge-protocol.md, sections 1 to 10)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from server.model.consent import ConsentPolicy
from server.model.datastream import Datastream
from server.wire import errors
from server.wire.cookies import encode_identity
from server.wire.errors import EdgeCode
from tests.builders import ECID_A, ECID_B, NOON_MS, ORG_ID, a_datastream, an_xdm
from tests.unit.web.edge import CONSENT_COOKIE, IDENTITY_COOKIE, ORIGIN, PAGE_VIEW, REQUEST_ID
from tests.unit.wire.tcf import a_tc_string

CLUSTER_COOKIE = "kndctr_TEST_AdobeOrg_cluster"
COOKIE_A = encode_identity(ECID_A, now_ms=NOON_MS)
COOKIE_B = encode_identity(ECID_B, now_ms=NOON_MS)
KNOWN = {"cookie": f"{IDENTITY_COOKIE}={COOKIE_B}"}
REFUSING = {"cookie": f"{IDENTITY_COOKIE}={COOKIE_B}; {CONSENT_COOKIE}=general=out"}
DAY_MS = 24 * 3600 * 1000

STATE = {"meta": {"state": {"domain": "shop.example", "cookiesEnabled": True}}}
COOKIELESS = {"meta": {"state": {"domain": "shop.example", "cookiesEnabled": False}}}
FETCH = {"query": {"identity": {"fetch": ["ECID"]}}}
PENDING = a_datastream(consent=ConsentPolicy(default="pending"))

CORS = {
    "access-control-allow-origin": ORIGIN,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": "Retry-After, X-Adobe-Edge, X-Request-ID",
    "vary": "Origin",
}
JSON = {"content-type": "application/json;charset=utf-8", "x-content-type-options": "nosniff"}
PROBLEM = {"content-type": "application/problem+json", "x-content-type-options": "nosniff"}
IMAGE = {
    "content-type": "image/gif",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "cross-origin",
}


class Case(NamedTuple):
    """``handle``: None where the answer has no body. ``stored``: the ECIDs of the events that are in the log then."""

    name: str
    action: str
    body: Any
    handle: list[Any] | None
    sent: Mapping[str, str] = {}
    cookies: tuple[str, ...] = ()
    warning: str = ""
    stored: tuple[str, ...] = ()
    datastream: Datastream | None = None
    region: str = ""
    headers: Mapping[str, str] = CORS


def _result(ecid: str) -> dict[str, Any]:
    return {"type": "identity:result", "payload": [{"id": ecid, "namespace": {"code": "ECID"}}]}


def _entry(key: str, value: str, max_age: int, *, same_site: bool = True) -> dict[str, Any]:
    attributes = {"attrs": {"SameSite": "None"}} if same_site else {}
    return {"key": key, "value": value, "maxAge": max_age} | attributes


def _store(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"type": "state:store", "payload": list(entries)}


def _cookie(name: str, value: str, max_age: int) -> str:
    return f"{name}={value}; Path=/; Max-Age={max_age}; Domain=shop.example; Secure; SameSite=None"


def _consent(value: str) -> dict[str, Any]:
    return {"consent": [{"standard": "Adobe", "version": "1.0", "value": {"general": value}}]}


def _tcf(value: str) -> dict[str, Any]:
    string = {"consentStandard": "IAB TCF", "consentStandardVersion": "2.0", "consentStringValue": value}
    return {"events": [{"xdm": an_xdm(consentStrings=[string])}]}


def _preferences(val: str) -> dict[str, Any]:
    return {"type": "consent:preferences", "payload": [{"collect": {"val": val}}]}


ENTRY_A = _entry(IDENTITY_COOKIE, COOKIE_A, 34_128_000)
SET_A = _cookie(IDENTITY_COOKIE, COOKIE_A, 34_128_000)
OF_EVENT = {"events": [{"xdm": an_xdm(identityMap={"ECID": [{"id": ECID_B}]})}]}
ASKING = {"events": [PAGE_VIEW["events"][0] | {"query": {"personalization": {"decisionScopes": ["__view__"]}}}]}
NO_DECISIONS = {"type": "personalization:decisions", "payload": [], "eventIndex": 0}
STALE = encode_identity(ECID_B, minted_ms=5, now_ms=NOON_MS - DAY_MS - 1)
RENEWED = encode_identity(ECID_B, minted_ms=5, now_ms=NOON_MS)
ENTRIES = {"entries": [{"key": IDENTITY_COOKIE, "value": COOKIE_B}]}

CASES = [
    # interact
    Case("stranger, first-party", "interact", PAGE_VIEW | STATE, [_result(ECID_A)], cookies=(SET_A,), stored=(ECID_A,)),
    Case("stranger, third-party", "interact", PAGE_VIEW, [_result(ECID_A), _store(ENTRY_A)], stored=(ECID_A,)),
    Case(
        "stranger without cookies",
        "interact",
        PAGE_VIEW | COOKIELESS,
        [_result(ECID_A), _store(ENTRY_A)],
        stored=(ECID_A,),
    ),
    Case(
        "stranger on an http page",
        "interact",
        PAGE_VIEW,
        [_result(ECID_A), _store(_entry(IDENTITY_COOKIE, COOKIE_A, 34_128_000, same_site=False))],
        sent={"origin": "http://shop.example"},
        datastream=a_datastream(allowed_origins=("*",)),
        headers=CORS | {"access-control-allow-origin": "http://shop.example"},
        stored=(ECID_A,),
    ),
    Case("known by cookie", "interact", PAGE_VIEW | STATE, [], sent=KNOWN, stored=(ECID_B,)),
    Case("known by entry", "interact", PAGE_VIEW | {"meta": {"state": ENTRIES}}, [], stored=(ECID_B,)),
    Case("known and asking", "interact", PAGE_VIEW | STATE | FETCH, [_result(ECID_B)], sent=KNOWN, stored=(ECID_B,)),
    Case(
        "known for over a day",
        "interact",
        PAGE_VIEW | STATE,
        [_result(ECID_B)],
        sent={"cookie": f"{IDENTITY_COOKIE}={STALE}"},
        cookies=(_cookie(IDENTITY_COOKIE, RENEWED, 34_128_000),),
        stored=(ECID_B,),
    ),
    Case(
        "handed over from another domain",
        "interact",
        OF_EVENT | STATE,
        [_result(ECID_B)],
        sent={"cookie": f"{IDENTITY_COOKIE}={COOKIE_A}"},
        cookies=(_cookie(IDENTITY_COOKIE, COOKIE_B, 34_128_000),),
        stored=(ECID_B,),
    ),
    Case(
        "known on another site",
        "interact",
        PAGE_VIEW | {"meta": {"state": {"domain": "other.example", "cookiesEnabled": True}}},
        [_result(ECID_A), _store(ENTRY_A)],
        sent=REFUSING | {"sec-fetch-site": "cross-site"},
        stored=(ECID_A,),
    ),
    Case(
        "refusing in one of two cookies",
        "interact",
        PAGE_VIEW | STATE,
        [],
        sent={"cookie": f"{CONSENT_COOKIE}=general=in; {CONSENT_COOKIE}=general=out"},
        warning="general=out, by state: no event of this request was kept",
    ),
    Case("asking for decisions", "interact", ASKING | STATE, [NO_DECISIONS], sent=KNOWN, stored=(ECID_B,)),
    Case(
        "refusing",
        "interact",
        ASKING | STATE | FETCH,
        [],
        sent=REFUSING,
        warning="general=out, by state: no event of this request was kept",
    ),
    Case(
        "stranger before consent",
        "interact",
        PAGE_VIEW | STATE | FETCH,
        [],
        datastream=PENDING,
        warning="general=pending, by default: no event of this request was kept",
    ),
    Case(
        "refusing in the event",
        "interact",
        _tcf(a_tc_string(purposes=[])) | STATE,
        [],
        sent=KNOWN,
        cookies=(_cookie(CONSENT_COOKIE, "general=out", 15_552_000),),
        warning="general=out, by event: no event of this request was kept",
    ),
    Case(
        "agreeing in the event",
        "interact",
        _tcf(a_tc_string()) | STATE,
        [_result(ECID_A)],
        cookies=(SET_A, _cookie(CONSENT_COOKIE, "general=in", 15_552_000)),
        datastream=PENDING,
        stored=(ECID_A,),
    ),
    Case(
        "in a region",
        "interact",
        PAGE_VIEW,
        [
            _result(ECID_A),
            {
                "type": "locationHint:result",
                "payload": [{"scope": "EdgeNetwork", "hint": "zrh1", "ttlSeconds": 1_800}],
            },
            _store(ENTRY_A, _entry(CLUSTER_COOKIE, "zrh1", 1_800)),
        ],
        region="zrh1;6",
        headers=CORS | {"x-adobe-edge": "ZRH1;6"},
        stored=(ECID_A,),
    ),
    Case(
        "starting to play",
        "interact",
        {"events": [{"xdm": {"eventType": "media.sessionStart"}}]},
        [{"type": "media-analytics:new-session", "payload": [{"sessionId": "new-1"}], "eventIndex": 0}],
        sent=KNOWN,
        stored=(ECID_B,),
    ),
    Case("without events", "interact", STATE, [], sent=KNOWN),
    Case(
        "of an origin that may not read",
        "interact",
        PAGE_VIEW | STATE,
        [],
        sent=KNOWN | {"origin": "https://evil.example"},
        headers={"vary": "Origin"},
        stored=(ECID_B,),
    ),
    Case(
        "stranger, of a page that lends itself the domain",
        "interact",
        PAGE_VIEW | STATE,
        [_result(ECID_A), _store(ENTRY_A)],
        sent={"origin": "https://evil.example"},
        headers={"vary": "Origin"},
        stored=(ECID_A,),
    ),
    # collect, and media events
    Case("beacon, known", "collect", PAGE_VIEW | STATE, None, sent=KNOWN, stored=(ECID_B,)),
    Case("beacon, stranger, first-party", "collect", PAGE_VIEW | STATE, None, cookies=(SET_A,), stored=(ECID_A,)),
    Case("beacon, stranger, third-party", "collect", PAGE_VIEW, None, stored=(ECID_A,)),
    Case("beacon, refusing", "collect", PAGE_VIEW | STATE, None, sent=REFUSING),
    Case("beacon before consent", "collect", PAGE_VIEW | STATE, None, datastream=PENDING),
    Case("media", "va/v1/ping", PAGE_VIEW | STATE, None, sent=KNOWN, stored=(ECID_B,)),
    # identity/acquire
    Case("acquire, stranger", "identity/acquire", FETCH | STATE, [_result(ECID_A)], cookies=(SET_A,)),
    Case("acquire, known", "identity/acquire", FETCH | STATE, [_result(ECID_B)], sent=KNOWN),
    Case("acquire, refusing", "identity/acquire", FETCH | STATE, [], sent=REFUSING),
    Case("acquire with events", "identity/acquire", FETCH | PAGE_VIEW, [_result(ECID_B)], sent=KNOWN),
    # privacy
    Case(
        "agreeing, stranger",
        "privacy/set-consent",
        _consent("in") | STATE | FETCH,
        [_result(ECID_A)],
        cookies=(SET_A, _cookie(CONSENT_COOKIE, "general=in", 15_552_000)),
    ),
    Case(
        "refusing, stranger",
        "privacy/set-consent",
        _consent("out") | STATE,
        [_result(ECID_A)],
        cookies=(SET_A, _cookie(CONSENT_COOKIE, "general=out", 15_552_000)),
    ),
    Case(
        "refusing, third-party",
        "privacy/set-consent",
        _consent("out"),
        [_result(ECID_A), _store(ENTRY_A, _entry(CONSENT_COOKIE, "general=out", 15_552_000))],
    ),
    Case(
        "refusing, known, again",
        "privacy/set-consent",
        _consent("out") | STATE,
        [],
        sent=REFUSING,
        cookies=(_cookie(CONSENT_COOKIE, "general=out", 15_552_000),),
    ),
    Case(
        "agreeing before consent",
        "privacy/set-consent",
        _consent("in") | STATE,
        [_result(ECID_A)],
        datastream=PENDING,
        cookies=(SET_A, _cookie(CONSENT_COOKIE, "general=in", 15_552_000)),
    ),
    Case(
        "agreeing by another standard",
        "privacy/set-consent",
        {"consent": [{"standard": "IAB TCF", "version": "2.0", "value": a_tc_string(), "gdprApplies": True}]} | STATE,
        [],
        sent=KNOWN,
        cookies=(_cookie(CONSENT_COOKIE, "general=in", 15_552_000),),
    ),
    Case(
        "agreeing in the visitor's name, from another site",
        "privacy/set-consent",
        _consent("in") | STATE,
        [_store(_entry(CONSENT_COOKIE, "general=in", 15_552_000))],
        sent=REFUSING | {"origin": "https://evil.example"},
        headers={"vary": "Origin"},
    ),
    Case("asking what was refused", "privacy/get-consent", STATE, [_preferences("n")], sent=REFUSING),
    Case("asking what is not known yet", "privacy/get-consent", STATE, [_preferences("p")], datastream=PENDING),
    Case(
        "asking for consent and identity",
        "privacy/get-consent",
        STATE | FETCH,
        [_result(ECID_A), _preferences("y")],
        cookies=(SET_A,),
    ),
]


class Fault(NamedTuple):
    """A request that cannot be used, and what its answer says of it."""

    code: EdgeCode
    detail: str
    body: Any = PAGE_VIEW
    path: str = "/ee/v1/interact"
    query: str = f"configId=test&requestId={REQUEST_ID}"
    sent: Mapping[str, str] = {}
    report: Mapping[str, Any] = {"orgId": ORG_ID}


SET_CONSENT = "/ee/v1/privacy/set-consent"
BY = f"&requestId={REQUEST_ID}"

FAULTS = [
    Fault(
        errors.NO_DATASTREAM,
        "the address has no configId: add ?configId= with the datastream's id",
        query=BY[1:],
        report={},
    ),
    Fault(errors.UNKNOWN_DATASTREAM, "there is no datastream 'nobody'", query=f"configId=nobody{BY}", report={}),
    Fault(errors.DATASTREAM_DISABLED, "datastream 'off' is switched off", query=f"configId=off{BY}"),
    Fault(errors.DATASTREAM_DISABLED, "datastream 'off' is switched off", query=f"datastreamId=off{BY}"),
    Fault(errors.EMPTY_BODY, "the body is empty: expected a JSON object", body=b""),
    Fault(errors.BROKEN_JSON, "Input data was truncated", body=b"{"),
    Fault(errors.INVALID_FIELD, "Expected `object`, got `array`", body=b"[]"),
    Fault(errors.INVALID_FIELD, "Expected `array`, got `int` - at `$.events`", body={"events": 5}),
    Fault(errors.INVALID_FIELD, "Expected `object`, got `str` - at `$.events[0].xdm`", body={"events": [{"xdm": ""}]}),
    *(
        Fault(
            errors.INVALID_FIELD,
            f"Number out of range: expected one that a double can hold - at `$.events[0].{place}`",
            body=b'{"events":[{"xdm":{},%b}]}' % event,
        )
        for event, place in (
            (b'"xdm":{"commerce":{"order":{"priceTotal":1e999}}}', "xdm.commerce.order.priceTotal"),
            (b'"xdm":{"productListItems":[{},{"quantity":-1E+999}]}', "xdm.productListItems[1].quantity"),
            (b'"data":{"visits":%b}' % (b"9" * 309), "data.visits"),
        )
    ),
    *(
        Fault(
            errors.BROKEN_JSON,
            f"JSON is malformed: invalid character (byte {place})",
            body=b'{"events":[{"xdm":{"a":%b}}]}' % word,
        )
        for word, place in ((b"NaN", 23), (b"Infinity", 23), (b"-Infinity", 24))
    ),
    Fault(
        errors.INVALID_FIELD,
        "101 events in one request: at most 100 are taken - at `$.events`",
        body={"events": [{}] * 101},
    ),
    Fault(
        errors.INVALID_FIELD,
        "no IAB TCF 2 string: version 1, not 2 - at `$.events[0].xdm.consentStrings[0].consentStringValue`",
        body=_tcf(a_tc_string(version=1)),
    ),
    Fault(
        errors.INVALID_FIELD,
        "'Own': expected one of Adobe, IAB TCF - at `$.consent[0].standard`",
        path=SET_CONSENT,
        body={"consent": [{"standard": "Own", "version": "1.0", "value": {}}]},
    ),
    Fault(
        errors.MISSING_FIELD,
        "the request says no consent: expected an array of objects - at `$.consent`",
        path=SET_CONSENT,
        body={},
    ),
    Fault(
        errors.MISSING_FIELD,
        "the value is missing - at `$.consent[0].value`",
        path=SET_CONSENT,
        body={"consent": [{"standard": "Adobe", "version": "1.0"}]},
    ),
    Fault(
        errors.FAILED_VALIDATION,
        "the TC string is empty - at `$.consent[0].value`",
        path=SET_CONSENT,
        body={"consent": [{"standard": "IAB TCF", "version": "2.0", "value": ""}]},
    ),
    Fault(
        errors.FAILED_VALIDATION,
        "2 consent objects cannot be used",
        path=SET_CONSENT,
        body={"consent": [1, 2]},
        report={
            "orgId": ORG_ID,
            "errors": ["expected an object - at `$.consent[0]`", "expected an object - at `$.consent[1]`"],
        },
    ),
    Fault(
        errors.UNSUPPORTED_TYPE,
        "content type 'application/xml': send text/plain or application/json",
        sent={"content-type": "application/xml"},
    ),
    *(
        Fault(
            errors.UNSUPPORTED_TYPE,
            f"content type {content_type!r}: send text/plain or application/json",
            sent={"content-type": content_type},
        )
        for content_type in ("text/plain; charset=utf-16", "application/json;charset=rot13", "text/plain;x=1;charset=")
    ),
    Fault(errors.UNSUPPORTED_TYPE, "the body is encoded: send it plain", sent={"content-encoding": "gzip"}),
    Fault(errors.TOO_LARGE, "the body is larger than 4096 bytes: send fewer events at a time", body=b" " * 4_097),
    Fault(
        errors.INVALID_OVERRIDE,
        "Object contains unknown field `mine` - at `$.meta.configOverrides`",
        body=PAGE_VIEW | {"meta": {"configOverrides": {"mine": {}}}},
    ),
    Fault(
        errors.INVALID_IDENTITY_MAP,
        "expected an object of lists of identities - at `$.xdm.identityMap`",
        body=PAGE_VIEW | {"xdm": {"identityMap": []}},
    ),
    Fault(
        errors.INVALID_IDENTITY,
        "'7': an ECID has 38 digits - at `$.events[0].xdm.identityMap.ECID[0].id`",
        body={"events": [{"xdm": {"identityMap": {"ECID": [{"id": 7}]}}}]},
    ),
    Fault(
        errors.NO_SUCH_ACTION,
        "there is no action 'forget': this server answers collect, identity/acquire, interact, "
        "privacy/get-consent, privacy/set-consent",
        path="/ee/v1/forget",
    ),
]


class Pixel(NamedTuple):
    """An image's address, and what is stored and told because of it."""

    name: str
    query: str = ""
    sent: Mapping[str, str] = {}
    cookies: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    datastream: Datastream | None = None


ON_OUR_PAGE = {"referer": "https://www.shop.example/offers"}
PIXELS = [
    Pixel("stranger on our page", sent=ON_OUR_PAGE, cookies=(SET_A,), stored=(ECID_A,)),
    Pixel("stranger elsewhere", sent={"referer": "https://news.example/"}, stored=(ECID_A,)),
    Pixel("known on another site", sent=KNOWN | {"sec-fetch-site": "cross-site"}, stored=(ECID_A,)),
    Pixel("known", sent=ON_OUR_PAGE | KNOWN, stored=(ECID_B,)),
    Pixel("told who", f"identity.ECID={ECID_B}", stored=(ECID_B,)),
    Pixel("refusing", sent=ON_OUR_PAGE | REFUSING),
    Pixel("before consent", sent=ON_OUR_PAGE, datastream=PENDING),
    Pixel(
        "agreeing in the address",
        "consent=in",
        sent=ON_OUR_PAGE,
        datastream=PENDING,
        cookies=(SET_A, _cookie(CONSENT_COOKIE, "general=in", 15_552_000)),
        stored=(ECID_A,),
    ),
]
