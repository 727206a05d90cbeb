import pytest

from server.web.collect.client import client_info
from server.web.collect.exchange import Request


def _request(*headers: tuple[bytes, bytes], client: str = "203.0.113.77") -> Request:
    return Request("POST", "/ee/v1/collect", b"", dict(headers), client)


@pytest.mark.parametrize(
    ("address", "keep_ip", "kept"),
    [
        ("203.0.113.77", "truncated", "203.0.113.0"),
        ("203.0.113.77", "full", "203.0.113.77"),
        ("203.0.113.77", "none", ""),
        ("2001:db8:1:2:3:4:5:6", "truncated", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "truncated", "203.0.113.0"),
        ("testclient", "full", ""),
    ],
)
def test_only_what_may_be_kept_of_an_address_is_kept(address: str, keep_ip: str, kept: str) -> None:
    request = _request(client=address)

    assert client_info(request, keep_ip=keep_ip).ip == kept


def test_headers_are_kept_cut_and_hints_by_name() -> None:
    request = _request(
        (b"user-agent", b"x" * 1_000),
        (b"sec-ch-ua-platform", b'"Linux"'),
        (b"sec-gpc", b"1"),
        (b"origin", b"https://shop.example"),
        (b"x-forwarded-for", b"198.51.100.1"),
    )

    client = client_info(request, keep_ip="truncated")

    assert len(client.user_agent) == 512
    assert client.client_hints == {"ua-platform": '"Linux"'}
    assert client.global_privacy_control
    assert client.origin == "https://shop.example"
    assert client.ip == "203.0.113.0"


def test_a_client_without_address_is_nobody() -> None:
    request = _request(client="")

    assert client_info(request, keep_ip="full").ip == ""
