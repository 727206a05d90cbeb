import pytest

from server.wire.tcf import MAX_TCF_CHARACTERS, decode_tcf
from tests.unit.wire.tcf import a_tc_string


def test_a_string_of_a_real_consent_tool_is_read() -> None:
    # The Web SDK's documentation uses it: purposes 1 and 10, and vendor 565 as a range of one.
    consent = decode_tcf("CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA", vendor=565)

    assert consent.purposes == {1, 10}
    assert consent.has_vendor


@pytest.mark.parametrize(
    ("value", "vendor", "expected"),
    [
        (a_tc_string(vendors=[1, 565, 900]), 565, True),
        (a_tc_string(vendors=[1, 565]), 1, True),
        (a_tc_string(vendors=[1, 565]), 564, False),
        (a_tc_string(vendors=[1, 5]), 565, False),
        (a_tc_string(vendors=[]), 1, False),
        (a_tc_string(vendors=[565]), 0, False),
        (a_tc_string(ranges=[(2, 4), (565, 565), (700, 800)]), 565, True),
        (a_tc_string(ranges=[(2, 4), (500, 600)]), 565, True),
        (a_tc_string(ranges=[(2, 4), (566, 600)]), 565, False),
        (a_tc_string(ranges=[]), 565, False),
        (
            a_tc_string()
            + ".IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAAECAAAgAAQARAEQ",
            565,
            True,
        ),
    ],
)
def test_a_vendor_is_found_in_either_form(value: str, vendor: int, expected: bool) -> None:
    assert decode_tcf(value, vendor=vendor).has_vendor is expected


def test_purposes_are_counted_from_one() -> None:
    assert decode_tcf(a_tc_string(purposes=[2, 24]), vendor=1).purposes == {2, 24}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "base64"),
        ("not a string!", "base64"),
        ("A", "base64"),
        (a_tc_string(version=1), "version 1, not 2"),
        (a_tc_string()[:30], "too early"),
        (a_tc_string(vendors=[2_000])[:60], "too early"),
        (a_tc_string(ranges=[(1, 5)] * 20)[:50], "too early"),
        ("C" * (MAX_TCF_CHARACTERS + 1), "longer"),
    ],
)
def test_what_is_no_string_says_why(value: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        decode_tcf(value, vendor=565)
