import pytest

from server.model.consent import ConsentPolicy
from server.web.collect.pixel import GIF
from server.wire.cookies import encode_identity
from tests.builders import ECID_A, ECID_B, NOON_MS, a_datastream
from tests.unit.web.edge import CONSENT_COOKIE, IDENTITY_COOKIE, Edge

OF_THE_SITE = {"referer": "https://www.shop.example/offers"}


def test_an_image_of_43_bytes_comes_once_the_event_is_stored() -> None:
    edge = Edge()

    answer = edge.get_pixel("name=offers&identity.CustomerId=C-1", headers=OF_THE_SITE)

    assert (answer.status_code, answer.content, len(answer.content)) == (200, GIF, 43)
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    [event] = edge.events()
    assert event.id == "new-1"
    assert event.xdm["timestamp"] == "2026-01-01T12:00:00.000Z"
    assert event.xdm["web"]["webPageDetails"] == {
        "URL": "https://www.shop.example/offers",
        "name": "offers",
        "pageViews": {"value": 1},
    }
    assert event.xdm["identityMap"] == {
        "CustomerId": [{"id": "C-1"}],
        "ECID": [{"id": ECID_A, "authenticatedState": "ambiguous", "primary": True}],
    }
    assert (event.client.ip, event.consent) == ("203.0.113.0", "default")


def test_the_same_visitor_stays_the_same_by_the_cookie() -> None:
    edge = Edge()
    known = OF_THE_SITE | {"cookie": f"{IDENTITY_COOKIE}={encode_identity(ECID_B, now_ms=NOON_MS)}"}

    stranger, visitor = edge.get_pixel(headers=OF_THE_SITE), edge.get_pixel(headers=known)

    assert stranger.headers["set-cookie"].endswith(
        "; Path=/; Max-Age=34128000; Domain=shop.example; Secure; SameSite=None"
    )
    assert "set-cookie" not in visitor.headers
    assert [event.xdm["identityMap"]["ECID"][0]["id"] for event in edge.events()] == [ECID_A, ECID_B]


@pytest.mark.parametrize(
    ("headers", "is_told"),
    [
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "same-origin", "referer": "https://c.shop.example/x"}, True),
        ({"sec-fetch-site": "cross-site", "referer": "https://www.shop.example/"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"referer": "https://news.example/"}, False),
        ({"referer": "https://[broken"}, False),
        ({}, False),
    ],
)
def test_only_a_page_of_the_same_site_is_given_a_cookie(headers: dict[str, str], is_told: bool) -> None:
    edge = Edge()

    answer = edge.get_pixel(headers=headers)

    assert ("set-cookie" in answer.headers) is is_told
    assert len(edge.events()) == 1


def test_of_another_host_the_bare_origin_is_no_page() -> None:
    edge = Edge()

    edge.get_pixel(headers={"referer": "https://www.shop.example/"})
    edge.get_pixel(headers={"referer": "https://c.shop.example/"})

    urls = [event.xdm["web"]["webPageDetails"].get("URL") for event in edge.events()]
    assert urls == [None, "https://c.shop.example/"]


def test_a_refusal_is_answered_with_the_image_and_keeps_nothing() -> None:
    edge = Edge()

    by_cookie = edge.get_pixel(headers={"cookie": f"{CONSENT_COOKIE}=general=out"})
    by_address = edge.get_pixel(
        "gdpr=1&gdpr_consent=CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", headers=OF_THE_SITE
    )
    by_default = Edge(datastream=a_datastream(consent=ConsentPolicy(default="pending"))).get_pixel()

    assert by_cookie.content == by_address.content == by_default.content == GIF
    assert by_address.headers["set-cookie"].startswith(f"{CONSENT_COOKIE}=general=out; Path=/; Max-Age=15552000")
    assert edge.events() == []


@pytest.mark.parametrize(
    ("path", "query", "code", "status"),
    [
        ("/pixel/nobody.gif", "", "0003-400", 400),
        ("/pixel/.gif", "", "0003-400", 400),
        ("/pixel/off.gif", "", "0004-422", 422),
        ("/pixel/test.gif", "xdm={", "0101-400", 400),
        ("/pixel/test.gif", "identity.ECID=7", "0308-400", 400),
    ],
)
def test_a_fault_is_a_problem_and_no_image(path: str, query: str, code: str, status: int) -> None:
    edge = Edge()

    answer = edge.get_pixel(query, path=path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith(f"EXEG-{code}")
    assert edge.events() == []


def test_a_log_that_cannot_store_is_no_image() -> None:
    edge = Edge()
    edge.log.refuse("disk full")

    answer = edge.get_pixel()

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS"])
def test_only_get_is_answered(method: str) -> None:
    edge = Edge()

    answer = edge.images.request(method, "/pixel/test.gif")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert edge.events() == []
