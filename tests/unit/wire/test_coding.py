import pytest

from server.wire.coding import chosen_coding, matches_etag

OFFERED = ("br", "gzip")


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;Q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("br;q=0.8, gzip;q=0.8", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("identity", "identity"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("deflate", "identity"),
        ("br;q=nonsense, gzip;q=0.1", "gzip"),
        ("br;q=-1", "identity"),
        (",".join(["x"] * 5_000) + ", br", "identity"),
    ],
)
def test_the_best_that_the_client_takes_is_chosen(header: str | None, coding: str) -> None:
    assert chosen_coding(header, OFFERED) == coding


@pytest.mark.parametrize(
    ("header", "matches"),
    [(None, False), ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"ab"', False), ("a", False)],
)
def test_an_entity_tag_is_found_in_what_the_client_has(header: str | None, matches: bool) -> None:
    assert matches_etag(header, '"a"') is matches
