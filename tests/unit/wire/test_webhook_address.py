import ipaddress

import pytest

from server.wire.webhook_address import MAX_URL_CHARACTERS, address_fault, url_fault

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]


@pytest.mark.parametrize("url", ["https://example.com/", "https://example.com:8443/a?b=c", "https://[2001:db8::1]/x"])
def test_an_ordinary_address_is_taken(url: str) -> None:
    assert url_fault(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:pass@example.com/",
        "https://user@example.com/",
        "https://example.com/#part",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://example.com/a b",
        "https://example.com\\@other.example/",
        "https://exämple.com/",
        "https://example.com/\r\nx: y",
        "https://[::1/",
        "https://example.com/" + "a" * MAX_URL_CHARACTERS,
    ],
)
def test_what_is_no_address_or_hides_something_is_refused_in_words(url: str) -> None:
    assert url_fault(url).endswith((".", "characters."))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"])
def test_addresses_of_the_public_internet_are_sent_to(address: str) -> None:
    assert address_fault(ipaddress.ip_address(address), scheme="https", networks=[]) == ""


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3"),
        "0.0.0.0",  # noqa: S104  (nothing is bound to it)
        *("224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1"),
        *("fec0::1", "ff02::1", "ff0e::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "2001:db8::1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:c0a8:101::"),
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_no_address_of_this_machine_or_its_networks_is_sent_to_in_any_disguise(address: str) -> None:
    fault = address_fault(ipaddress.ip_address(address), scheme="https", networks=[])

    assert "not an address of the public internet" in fault


def test_a_network_that_the_operator_allows_is_sent_to() -> None:
    inner = ipaddress.ip_address("10.1.2.3")

    assert address_fault(inner, scheme="https", networks=[ipaddress.ip_network("10.0.0.0/8")]) == ""
    assert address_fault(inner, scheme="https", networks=[ipaddress.ip_network("10.9.0.0/16")]) != ""


@pytest.mark.parametrize(
    ("address", "networks", "is_allowed"),
    [
        ("127.0.0.1", LOOPBACK, True),
        ("127.0.0.1", [], False),
        ("93.184.216.34", LOOPBACK, False),
        ("10.1.2.3", [ipaddress.ip_network("10.0.0.0/8")], False),
    ],
)
def test_plain_http_is_for_this_machine_alone_and_where_it_is_allowed(
    address: str, networks: list[ipaddress.IPv4Network], is_allowed: bool
) -> None:
    fault = address_fault(ipaddress.ip_address(address), scheme="http", networks=networks)

    assert (fault == "") is is_allowed
