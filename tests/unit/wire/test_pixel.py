from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from server.model.consent import ADOBE_TCF_VENDOR
from server.wire.errors import BROKEN_JSON, INVALID_FIELD, EdgeCode, Malformed
from server.wire.pixel import MAX_PARAMETERS, PixelRequest, decode_pixel
from tests.unit.wire.tcf import a_tc_string


def _decode(*, page_url: str = "", **given: str) -> PixelRequest:
    return decode_pixel(urlencode(given).encode(), page_url=page_url, tcf_vendor=ADOBE_TCF_VENDOR)


def _xdm(**given: str) -> Any:
    return _plain(_decode(**given).request.events[0].xdm)


def _plain(text: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(text))


def test_nothing_is_a_page_view_of_the_page_that_shows_the_image() -> None:
    xdm = _xdm(page_url="https://shop.example/offers?x=1")

    assert xdm == {
        "eventType": "web.webpagedetails.pageViews",
        "web": {"webPageDetails": {"URL": "https://shop.example/offers?x=1", "pageViews": {"value": 1}}},
    }


def test_every_short_name_has_its_place() -> None:
    pixel = _decode(
        eventType="message.tracking",
        id="mail-7",
        url="https://shop.example/ä",
        name="offers",
        referrer="https://search.example/",
        data='{"campaign": "spring"}',
        **{"identity.Email_LC_SHA256": "ab12", "identity.CustomerId": "C-1"},
    )

    [event] = pixel.request.events
    assert _plain(event.xdm) == {
        "_id": "mail-7",
        "eventType": "message.tracking",
        "web": {
            "webPageDetails": {"URL": "https://shop.example/ä", "name": "offers"},
            "webReferrer": {"URL": "https://search.example/"},
        },
        "identityMap": {"Email_LC_SHA256": [{"id": "ab12"}], "CustomerId": [{"id": "C-1"}]},
    }
    assert _plain(event.data) == {"campaign": "spring"}
    assert pixel.said is None


def test_xdm_says_anything_and_wins() -> None:
    xdm = _xdm(name="short", xdm='{"web":{"webPageDetails":{"name":"long"}},"commerce":{"purchases":{"value":1}}}')

    assert xdm["web"]["webPageDetails"] == {"name": "long", "pageViews": {"value": 1}}
    assert xdm["commerce"] == {"purchases": {"value": 1}}


def test_dangerous_keys_and_nul_are_dropped() -> None:
    xdm = _xdm(name="a\0b", xdm='{"__proto__":{"a":1},"ok":1}', **{"identity.constructor": "x"})

    assert "__proto__" not in xdm
    assert xdm["identityMap"] == {}
    assert xdm["web"]["webPageDetails"]["name"] == "ab"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, None),
        ({"consent": "in"}, "in"),
        ({"consent": "out"}, "out"),
        ({"gdpr": "1", "gdpr_consent": a_tc_string()}, "in"),
        ({"gdpr": "1", "gdpr_consent": a_tc_string(purposes=[])}, "out"),
        ({"gdpr": "0"}, "in"),
        ({"gdpr_consent": a_tc_string(purposes=[]), "consent": "in"}, "out"),
        ({"gdpr": "0", "consent": "out"}, "out"),
    ],
)
def test_consent_may_come_in_the_address(given: dict[str, str], said: str | None) -> None:
    assert _decode(**given).said == said


@pytest.mark.parametrize(
    ("query", "code", "place"),
    [
        (b"xdm=%7B", BROKEN_JSON, "`xdm`"),
        (b"xdm=5", INVALID_FIELD, "`xdm`"),
        (b"xdm=[]", INVALID_FIELD, "`xdm`"),
        (b"data=%22x%22", INVALID_FIELD, "`data`"),
        (b'xdm={"a":[1e999]}', INVALID_FIELD, "`xdm.a[0]`"),
        (b"xdm=" + b"[" * 200, BROKEN_JSON, "deeper"),
        (b"name=%ff", INVALID_FIELD, "UTF-8"),
        (b"name=\xff", INVALID_FIELD, "UTF-8"),
        (b"consent=maybe", INVALID_FIELD, "`consent`"),
        (b"gdpr=2", INVALID_FIELD, "`gdpr`"),
        (b"gdpr=1&gdpr_consent=x", INVALID_FIELD, "`gdpr_consent`"),
        (b"&".join([b"a=1"] * (MAX_PARAMETERS + 1)), INVALID_FIELD, str(MAX_PARAMETERS)),
    ],
)
def test_what_is_wrong_is_named(query: bytes, code: EdgeCode, place: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode_pixel(query, page_url="", tcf_vendor=ADOBE_TCF_VENDOR)

    assert caught.value.code == code
    assert place in caught.value.detail
