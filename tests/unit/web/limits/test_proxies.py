"""Whom a request is from: X-Forwarded-For and Forwarded, believed only from proxies of ours, right to left."""

import pytest

from server.web.limits.proxies import FORWARDED, X_FORWARDED_FOR, Sender, TrustedProxies

PROXIES = ("10.0.0.0/8", "2001:db8:ffff::/48", "192.0.2.7")


def client(peer: str, *lines: str, header: str = X_FORWARDED_FOR) -> str:
    proxies = TrustedProxies(PROXIES, header=header)
    headers = [(header.encode(), line.encode("latin-1")) for line in lines]
    return proxies.sender(peer, headers, scheme="http").address


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("203.0.113.9",), "203.0.113.9"),
        (("198.51.100.1, 203.0.113.9",), "203.0.113.9"),  # the left one is the client's own invention
        (("198.51.100.1, 203.0.113.9, 10.2.3.4, 192.0.2.7",), "203.0.113.9"),
        (("198.51.100.1", "203.0.113.9, 10.2.3.4"), "203.0.113.9"),  # two lines are one list
        (("203.0.113.9:4711",), "203.0.113.9"),
        (("2001:db8:1::1",), "2001:db8:1::1"),
        (("[2001:db8:1::1]:443",), "2001:db8:1::1"),
        (("::ffff:203.0.113.9",), "203.0.113.9"),
        (("10.1.1.1, 10.2.2.2",), "10.1.1.1"),  # all are proxies: the outermost
        ((), "10.0.0.1"),
        (("unknown",), "10.0.0.1"),
        (("203.0.113.9, ",), "10.0.0.1"),
        (("203.0.113.9, \xe9\r\n",), "10.0.0.1"),
        (("1" * 5_000,), "10.0.0.1"),
    ],
)
def test_the_client_is_the_first_from_the_right_that_is_no_proxy(lines: tuple[str, ...], expected: str) -> None:
    assert client("10.0.0.1", *lines) == expected


@pytest.mark.parametrize("peer", ["203.0.113.77", "2001:db8::1", "", "nonsense"])
def test_nobody_else_is_believed(peer: str) -> None:
    assert client(peer, "198.51.100.1") == peer


def test_a_proxy_reached_by_ipv4_in_ipv6_is_recognised() -> None:
    assert client("::ffff:10.0.0.1", "203.0.113.9") == "203.0.113.9"


def test_only_the_last_hops_of_a_long_header_are_looked_at() -> None:
    line = ", ".join(["198.51.100.1"] + ["10.0.0.2"] * 16)

    assert client("10.0.0.1", line) == "10.0.0.2"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("for=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"),
        ('For="[2001:db8:1::1]:4711"', "2001:db8:1::1"),
        ("for=198.51.100.1, for=203.0.113.9, for=10.0.0.2", "203.0.113.9"),
        ('for="198.51.100.1, for=203.0.113.9', "203.0.113.9"),  # a quote left open swallows nothing
        ("for=_hidden", "10.0.0.1"),
        ("proto=https", "10.0.0.1"),
    ],
)
def test_forwarded_says_the_same_in_its_own_words(line: str, expected: str) -> None:
    assert client("10.0.0.1", line, header=FORWARDED) == expected


def test_the_header_that_the_proxies_do_not_write_is_not_read() -> None:
    headers = [(b"forwarded", b"for=198.51.100.1;proto=https"), (b"x-forwarded-for", b"203.0.113.9")]

    sender = TrustedProxies(PROXIES, header=X_FORWARDED_FOR).sender("10.0.0.1", headers, scheme="http")

    assert sender == Sender("203.0.113.9", "http")


@pytest.mark.parametrize(
    ("header", "headers", "expected"),
    [
        (X_FORWARDED_FOR, [(b"x-forwarded-proto", b"https")], "https"),
        (X_FORWARDED_FOR, [(b"x-forwarded-proto", b"http, HTTPS")], "https"),
        (X_FORWARDED_FOR, [(b"x-forwarded-proto", b"gopher")], "http"),
        (FORWARDED, [(b"forwarded", b"for=203.0.113.9;proto=https")], "https"),
        (FORWARDED, [(b"x-forwarded-proto", b"https")], "http"),
    ],
)
def test_the_scheme_is_what_the_nearest_proxy_says(
    header: str, headers: list[tuple[bytes, bytes]], expected: str
) -> None:
    proxies = TrustedProxies(PROXIES, header=header)

    assert proxies.sender("10.0.0.1", headers, scheme="http").scheme == expected
    assert proxies.sender("203.0.113.1", headers, scheme="http").scheme == "http"
