import pytest

from server.web.collect.cors import cors, is_allowed


@pytest.mark.parametrize(
    ("origin", "allowed", "expected"),
    [
        ("https://shop.example", ("https://shop.example",), True),
        ("https://shop.example", ("*",), True),
        ("https://shop.example", (), False),
        ("http://shop.example", ("https://shop.example",), False),
        ("https://shop.example:8443", ("https://shop.example",), False),
        ("https://evilshop.example", ("https://shop.example",), False),
        ("https://www.shop.example", ("https://*.shop.example",), True),
        ("https://a.b.shop.example", ("https://*.shop.example",), True),
        ("https://shop.example", ("https://*.shop.example",), False),
        ("https://evilshop.example", ("https://*.shop.example",), False),
        ("http://www.shop.example", ("https://*.shop.example",), False),
        ("null", ("https://shop.example",), False),
    ],
)
def test_origins_are_compared_exactly(origin: str, allowed: tuple[str, ...], expected: bool) -> None:
    assert is_allowed(origin, allowed) is expected


def test_without_an_origin_there_is_nobody_to_refuse() -> None:
    assert cors("", ()) == (True, ((b"vary", b"Origin"),), b"vary: Origin\r\n")


@pytest.mark.parametrize("origin", ["https://evil.example", "https://" + "x" * 300 + ".shop.example"])
def test_who_is_not_allowed_is_told_nothing(origin: str) -> None:
    assert cors(origin, ("https://*.shop.example",)) == (False, ((b"vary", b"Origin"),), b"vary: Origin\r\n")


@pytest.mark.parametrize("origin", ["https://a\nb", "https://ä.example"])
def test_what_cannot_be_a_header_is_none(origin: str) -> None:
    assert cors(origin, ("*",)).headers == ((b"vary", b"Origin"),)
