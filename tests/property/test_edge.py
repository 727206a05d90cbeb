"""Whatever comes, the edge answers; and what it cannot use is the sender's fault, never an exception of ours."""

import contextlib
import copy
import json
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.model.event import EventId
from server.web.collect.edge import EdgeDeps, EdgeEndpoint
from server.web.collect.exchange import Answer, Endpoint, Request
from server.web.collect.pixel import PixelEndpoint
from server.web.domains import RegistrableDomains
from server.wire.tcf import decode_tcf
from tests.builders import ECID_A, NOON_MS, a_configuration, a_datastream
from tests.unit.web.edge import REQUEST_ID
from tests.unit.wire.tcf import a_tc_string

_numbers = count()
DEPS = EdgeDeps(
    configuration=lambda: a_configuration(datastreams=(a_datastream(allowed_origins=("*",)),)),
    clock_ms=lambda: NOON_MS,
    new_id=lambda: EventId(f"new-{next(_numbers)}"),
    new_ecid=lambda: ECID_A,
    registrable_domain=RegistrableDomains(),
    base_paths=("ee",),
    body_bytes=65_536,
)
EDGE, PIXEL = EdgeEndpoint(DEPS), PixelEndpoint(DEPS)
ACTIONS = ("interact", "collect", "identity/acquire", "privacy/set-consent", "privacy/get-consent")
STRING = {"consentStandard": "IAB TCF", "consentStandardVersion": "2.0", "consentStringValue": a_tc_string()}

# Everything that is looked at, at least once.
WHOLE: dict[str, Any] = {
    "events": [
        {
            "xdm": {
                "_id": "e-1",
                "timestamp": "2026-01-01T12:00:00Z",
                "identityMap": {"ECID": [{"id": ECID_A}], "FPID": [{"id": "device"}], "Email": [{"id": "a@b.example"}]},
                "consentStrings": [STRING],
            },
            "data": {"a": 1},
            "query": {"personalization": {"schemas": ["x"]}},
        }
    ],
    "query": {"identity": {"fetch": ["ECID"]}},
    "xdm": {"identityMap": {"ECID": [{"id": ECID_A}]}, "device": {"type": "x"}},
    "identityMap": {"ECID": [{"id": ECID_A}]},
    "consent": [
        {"standard": "Adobe", "version": "2.0", "value": {"collect": {"val": "y"}}},
        {"standard": "IAB TCF", "version": "2.0", "value": a_tc_string(), "gdprApplies": True},
    ],
    "meta": {
        "state": {
            "domain": "shop.example",
            "cookiesEnabled": True,
            "entries": [{"key": "kndctr_TEST_AdobeOrg_identity", "value": "x"}],
        },
        "queueTimeMillis": 5,
        "lost": {"refused": 1},
        "configOverrides": {"com_adobe_experience_platform": {"datasets": {"event": {"datasetId": "0" * 24}}}},
    },
}
OTHERS: tuple[Any, ...] = (None, True, 5, -1, 1.5, 10**30, "", "x", "\0", [], [None], [[]], {}, {"": {}}, {"id": 5})

# In its place goes a number that no double holds, and that Python's encoder would write as no JSON.
TOO_LARGE = "a number that is too large"


def _request(path: str, **given: Any) -> Request:
    headers = {b"content-type": b"text/plain", b"origin": b"https://shop.example", b"host": b"c.shop.example"}
    defaults: dict[str, Any] = {
        "method": "POST",
        "query_string": f"configId=test&requestId={REQUEST_ID}".encode(),
        "headers": headers,
        "client": "203.0.113.7",
    }
    return Request(path=path, **defaults | given)


def _answer(endpoint: Endpoint, request: Request, body: bytes = b"") -> Answer:
    return endpoint.refuse(request) or endpoint.decide(request, body).answer


def _is_an_answer(answer: Answer) -> bool:
    """In order, and of the kind that the status says; a mistake of ours would be a 503."""
    assert answer.status in (200, 204) or 400 <= answer.status < 500, answer.body
    assert all(b"\r" not in part and b"\n" not in part for header in answer.headers for part in header)
    if answer.status >= 400:
        assert json.loads(answer.body)["detail"]
    return True


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index))


def _with(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("path", list(_places(WHOLE)), ids=lambda path: ".".join(map(str, path)))
def test_any_field_may_hold_anything(path: tuple[str | int, ...], action: str) -> None:
    for value in (*OTHERS, TOO_LARGE):
        body = json.dumps(_with(WHOLE, path, value)).replace(f'"{TOO_LARGE}"', "1e999").encode()

        answer = _answer(EDGE, _request(f"/ee/v1/{action}"), body)

        assert _is_an_answer(answer)
        if answer.status == 400:
            problem = json.loads(answer.body)
            assert "`$" in problem["detail"] or problem["title"] == "Invalid JSON", problem


_NAMES = (
    b"accept-language",
    b"content-encoding",
    b"content-type",
    b"cookie",
    b"host",
    b"origin",
    b"referer",
    b"sec-ch-ua",
    b"sec-fetch-site",
    b"sec-gpc",
    b"user-agent",
    b"x-request-id",
)
_VALUES = (
    b"1",
    b"[::1]:80",
    b"\xff.example",
    b"a..b",
    b"c.shop.example:1",
    b"https://[",
    b"https://shop.example",
    b"kndctr_TEST_AdobeOrg_identity=x; kndctr_TEST_AdobeOrg_consent=general%3Dout; FPID=1",
    b"same-site",
    b"text/plain",
)
_free_values = st.binary(max_size=60).filter(lambda value: b"\r" not in value and b"\n" not in value)
_headers = st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(_VALUES) | _free_values)
_queries = st.binary(max_size=80) | st.sampled_from([b"configId=test", b"configId=%74est&requestId=%0d%0a", b"&&=&"])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
_documents = st.fixed_dictionaries({}, optional=dict.fromkeys(WHOLE, _json)).map(
    lambda document: json.dumps(document).encode()
)


@given(
    st.sampled_from(["POST", "GET", "OPTIONS", "PUT"]),
    st.sampled_from(ACTIONS) | st.text(max_size=20),
    _queries,
    _headers,
    st.binary() | _documents,
)
def test_any_request_is_answered(
    method: str, action: str, query_string: bytes, headers: Mapping[bytes, bytes], body: bytes
) -> None:
    request = _request(f"/ee/v1/{action}", method=method, query_string=query_string, headers=headers)

    assert _is_an_answer(_answer(EDGE, request, body))


@given(
    _queries | st.from_regex(rb"(xdm|data|gdpr|consent|identity\.[a-z]+|url|id)=[^&]{0,40}", fullmatch=True), _headers
)
def test_any_image_is_answered(query_string: bytes, headers: Mapping[bytes, bytes]) -> None:
    request = _request("/pixel/test.gif", method="GET", query_string=query_string, headers=headers)

    assert _is_an_answer(_answer(PIXEL, request))


@given(st.text(), st.integers(0, 70_000))
def test_any_text_is_a_consent_string_or_an_error(value: str, vendor: int) -> None:
    for text in (value, a_tc_string() + value, a_tc_string(ranges=[(1, 70)] * 9)[: len(value) + 20]):
        with contextlib.suppress(ValueError):
            assert decode_tcf(text, vendor=vendor).purposes <= set(range(1, 25))


@given(
    st.sets(st.integers(1, 24)),
    st.sets(st.integers(1, 2_000), max_size=50),
    st.lists(
        st.tuples(st.integers(1, 65_535), st.integers(1, 65_535)).map(lambda ends: (min(ends), max(ends))), max_size=9
    ),
    st.integers(1, 65_535),
)
def test_consent_strings_round_trip(
    purposes: set[int], vendors: set[int], ranges: list[tuple[int, int]], vendor: int
) -> None:
    by_bits = decode_tcf(a_tc_string(purposes=purposes, vendors=vendors), vendor=vendor)
    by_ranges = decode_tcf(a_tc_string(purposes=purposes, ranges=ranges), vendor=vendor)

    assert by_bits.purposes == by_ranges.purposes == purposes
    assert by_bits.has_vendor is (vendor in vendors)
    assert by_ranges.has_vendor is any(first <= vendor <= last for first, last in ranges)
