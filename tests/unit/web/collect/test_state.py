import pytest

from server.pipeline.state import StateChange
from server.web.collect.state import cookie_domain, host_name, is_first_party, told_by_cookie, told_by_handle
from server.web.domains import RegistrableDomains
from server.wire.edge import State

CHANGE = StateChange(key="kndctr_TEST_AdobeOrg_consent", value="general=in", max_age_seconds=60)
DOMAINS = RegistrableDomains()


@pytest.mark.parametrize(
    ("host", "attribute"),
    [
        ("c.shop.example", "; Domain=shop.example"),
        ("c.shop.co.uk:8443", "; Domain=shop.co.uk"),
        ("C.Shop.Example.", "; Domain=shop.example"),
        ("user.github.io", "; Domain=user.github.io"),
        ("co.uk", ""),
        ("localhost:8000", ""),
        ("127.0.0.1:8000", ""),
        ("[::1]:8000", ""),
        ("shop.example; HttpOnly", ""),
        ("x" * 301, ""),
    ],
)
def test_a_cookie_is_for_the_registrable_domain_of_the_host_or_for_the_host_alone(host: str, attribute: str) -> None:
    [(name, value)] = told_by_cookie([CHANGE], domain=DOMAINS(host_name(host)), is_https=True)

    assert name == b"set-cookie"
    assert value.decode() == (
        f"kndctr_TEST_AdobeOrg_consent=general=in; Path=/; Max-Age=60{attribute}; Secure; SameSite=None"
    )


def test_an_http_page_is_given_what_it_can_keep() -> None:
    [(_, value)] = told_by_cookie([CHANGE], domain=None, is_https=False)

    assert value == b"kndctr_TEST_AdobeOrg_consent=general=in; Path=/; Max-Age=60"
    assert told_by_handle([CHANGE], is_https=False).payload == [
        {"key": CHANGE.key, "value": "general=in", "maxAge": 60}
    ]


@pytest.mark.parametrize(
    ("domain", "host", "expected"),
    [
        ("shop.example", "shop.example", True),
        ("shop.example", "c.shop.example", True),
        ("Shop.Example", "c.shop.example", True),
        ("shop.example", "evilshop.example", False),
        ("c.shop.example", "shop.example", False),
        ("", "localhost", False),
        ("shop.example", "", False),
    ],
)
def test_we_are_first_party_where_our_host_lies_within_the_pages_domain(domain: str, host: str, expected: bool) -> None:
    assert is_first_party(State(domain=domain, cookies_enabled=True), host, page="", cookie_domain=None) is expected
    assert not is_first_party(State(domain=domain, cookies_enabled=False), host, page="", cookie_domain=None)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("https://shop.example", True),
        ("https://www.shop.example:8443", True),
        ("http://www.shop.example/offers?x=https://evil.example", True),
        ("", True),
        ("https://evil.example", False),
        ("https://evil.example/.shop.example", False),
        ("https://shop.example.evil.example", False),
        ("https://shop.example@evil.example", False),
        ("null", False),
        ("https://[", False),
    ],
)
def test_a_page_of_another_site_cannot_lend_itself_the_domain(page: str, expected: bool) -> None:
    state = State(domain="shop.example", cookies_enabled=True)

    assert is_first_party(state, "c.shop.example", page=page, cookie_domain="shop.example") is expected


@pytest.mark.parametrize(
    ("page", "domain", "expected"),
    [
        ("https://www.eu.shop.example", "eu.shop.example", True),
        ("https://www.shop.example", "eu.shop.example", False),
        ("https://c.eu.shop.example", None, True),
        ("https://www.eu.shop.example", None, False),
        ("", "eu.shop.example", True),
        ("", None, True),
    ],
)
def test_a_page_that_could_not_read_the_cookie_sets_it_itself(page: str, domain: str | None, expected: bool) -> None:
    state = State(domain="shop.example", cookies_enabled=True)

    assert is_first_party(state, "c.eu.shop.example", page=page, cookie_domain=domain) is expected


@pytest.mark.parametrize(
    ("host", "wanted", "expected"),
    [
        ("c.eu.shop.example", "", "shop.example"),
        ("c.eu.shop.example", "eu.shop.example", "eu.shop.example"),
        ("c.eu.shop.example", "shop.example", "shop.example"),
        ("c.eu.shop.example", "host", None),
        # Where no browser would take it, it says nothing.
        ("c.us.shop.example", "eu.shop.example", "shop.example"),
        ("c.shop.co.uk", "co.uk", "shop.co.uk"),
        ("127.0.0.1", "eu.shop.example", None),
    ],
)
def test_a_datastream_says_whose_the_cookies_are(host: str, wanted: str, expected: str | None) -> None:
    assert cookie_domain(host, wanted, DOMAINS) == expected


def test_what_has_no_age_is_forgotten_when_the_browser_is_closed() -> None:
    change = StateChange(key="kndctr_TEST_AdobeOrg_identity", value="x", max_age_seconds=0)

    assert told_by_cookie([change], domain=None, is_https=False) == [
        (b"set-cookie", b"kndctr_TEST_AdobeOrg_identity=x; Path=/")
    ]
    assert told_by_handle([change], is_https=False).payload == [{"key": change.key, "value": "x"}]
