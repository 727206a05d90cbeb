import pytest

from server.web.cors import is_allowed


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
