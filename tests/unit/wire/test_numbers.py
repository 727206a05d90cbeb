import msgspec
import pytest

from server.wire.numbers import may_be_out_of_range, place_out_of_range


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("1e999", "$"),
        ("-1e999", "$"),
        ("[0, 1E+999]", "$[1]"),
        ('{"a":{"b":[{},{"c":-1.5e400}]}}', "$.a.b[1].c"),
        ("[1.8e308]", "$[0]"),
        ("[1e0000000309]", "$[0]"),
        ('{"a":' + "9" * 309 + "}", "$.a"),
        ('{"a":' + "9" * 5_000 + "}", "$.a"),
        ('{"a":' + "9" * 210 + "e99}", "$.a"),
        ('{"a":0.' + "0" * 300 + "1e900}", "$.a"),
        # A decoder reads both of two equal names, though it keeps the last.
        ('{"a":1e999,"a":1}', "$.a"),
        ('{"' + "a" * 100 + '":1e999}', "$." + "a" * 64),
    ],
)
def test_what_no_double_can_hold_is_found_where_it_stands(document: str, place: str) -> None:
    assert place_out_of_range(document.encode()) == place


@pytest.mark.parametrize(
    "document",
    [
        "1.7976931348623157e308",
        "[1e-999, 1e+00000000001, 0e999, 1e99]",
        "[" + "9" * 308 + "]",
        '{"a":' + "9" * 400 + "e-200}",
        '{"a":0.' + "1" * 5_000 + "}",
        '"1e999"',
        '{"1e999":"price: 1e999, [1e999]"}',
        '["6f1e9993-41e0-4000-8e12-3456789e1234"]',
    ],
)
def test_what_a_double_can_hold_is_none(document: str) -> None:
    assert place_out_of_range(document.encode()) is None
    msgspec.json.decode(document)


@pytest.mark.parametrize("document", [b"", b"[1e999", b"NaN", b"\xff1e999", b"[" * 5_000 + b"1e999"])
def test_what_is_no_json_is_for_its_decoder_to_refuse(document: bytes) -> None:
    assert place_out_of_range(document) is None


def test_ids_in_hexadecimal_are_not_looked_at_twice() -> None:
    ids = [f"{number:08x}-1e11-4e22-8e33-{number:012x}" for number in range(20)]

    assert not may_be_out_of_range(msgspec.json.encode(ids))


def test_looking_again_and_again_ends_in_reading_the_whole() -> None:
    assert may_be_out_of_range(b'"' + b"a1e999" * 1_000 + b'"')
    assert place_out_of_range(b'"' + b"a1e999" * 1_000 + b'"') is None


def test_the_root_may_have_a_name() -> None:
    assert place_out_of_range(b'{"a":[1e999]}', root="xdm") == "xdm.a[0]"
