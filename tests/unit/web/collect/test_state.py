import pytest

from server.app.world import RegistrableDomains
from server.pipeline.state import StateChange
from server.web.collect.state import host_name, is_first_party, told_by_cookie, told_by_handle
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
    assert is_first_party(State(domain=domain, cookies_enabled=True), host, page="") is expected
    assert not is_first_party(State(domain=domain, cookies_enabled=False), host, page="")


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

    assert is_first_party(state, "c.shop.example", page=page) is expected
