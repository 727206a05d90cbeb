from typing import Any

import pytest

from server.model.consent import ADOBE_TCF_VENDOR
from server.wire.consent import (
    decode_consent_objects,
    decode_consent_strings,
    decode_iab_parameters,
    encode_preferences,
)
from server.wire.errors import FAILED_VALIDATION, INVALID_FIELD, MISSING_FIELD, EdgeCode, Malformed
from tests.unit.wire.tcf import a_tc_string

YES = a_tc_string()
NO_VENDOR = a_tc_string(vendors=[1])
NO_PURPOSE = a_tc_string(purposes=[2, 10])


def _adobe(version: str, value: Any) -> dict[str, Any]:
    return {"standard": "Adobe", "version": version, "value": value}


def _tcf(value: Any, **more: Any) -> dict[str, Any]:
    return {"standard": "IAB TCF", "version": "2.0", "value": value} | more


@pytest.mark.parametrize(
    ("objects", "general"),
    [
        ([_adobe("1.0", {"general": "in"})], "in"),
        ([_adobe("1.0", {"general": "out"})], "out"),
        ([_adobe("1.0", {"general": "pending"})], "pending"),
        ([_adobe("2.0", {"collect": {"val": "y"}, "metadata": {"time": "2026-01-01T00:00:00Z"}})], "in"),
        ([_adobe("2.0", {"collect": {"val": "n"}})], "out"),
        ([_adobe("2.0", {"collect": {"val": "p"}})], "out"),
        ([_adobe("2.0", {"collect": {"val": "li"}})], "out"),
        ([_tcf(YES, gdprApplies=True)], "in"),
        ([_tcf(YES)], "in"),
        ([_tcf(NO_VENDOR)], "out"),
        ([_tcf(NO_PURPOSE)], "out"),
        ([_tcf("", gdprApplies=False)], "in"),
        ([_tcf(YES), _adobe("1.0", {"general": "out"})], "out"),
        ([_adobe("1.0", {"general": "pending"}), _tcf(YES)], "pending"),
        ([_adobe("2.0", {"collect": {"val": "y"}}), _adobe("1.0", {"general": "in"})], "in"),
    ],
)
def test_every_standard_ends_in_one_word(objects: list[Any], general: str) -> None:
    assert decode_consent_objects(objects, tcf_vendor=ADOBE_TCF_VENDOR) == general


def test_the_vendor_is_the_datastreams_or_none() -> None:
    assert decode_consent_objects([_tcf(NO_VENDOR)], tcf_vendor=1) == "in"
    assert decode_consent_objects([_tcf(NO_VENDOR)], tcf_vendor=0) == "in"
    assert decode_consent_objects([_tcf(NO_PURPOSE)], tcf_vendor=0) == "out"


@pytest.mark.parametrize(
    ("objects", "code", "place"),
    [
        (None, MISSING_FIELD, "$.consent"),
        ([], MISSING_FIELD, "$.consent"),
        ([5], INVALID_FIELD, "$.consent[0]"),
        ([{"version": "1.0", "value": {}}], MISSING_FIELD, "$.consent[0].standard"),
        ([{"standard": "Other", "version": "1.0", "value": {}}], INVALID_FIELD, "$.consent[0].standard"),
        ([{"standard": {}, "version": "1.0", "value": {}}], INVALID_FIELD, "$.consent[0].standard"),
        ([_adobe("3.0", {})], INVALID_FIELD, "$.consent[0].version"),
        ([{"standard": "IAB TCF", "version": "1.0", "value": YES}], INVALID_FIELD, "$.consent[0].version"),
        ([_adobe("1.0", None)], MISSING_FIELD, "$.consent[0].value"),
        ([_adobe("1.0", "in")], INVALID_FIELD, "$.consent[0].value"),
        ([_adobe("1.0", {})], MISSING_FIELD, "$.consent[0].value.general"),
        ([_adobe("1.0", {"general": "maybe"})], INVALID_FIELD, "$.consent[0].value.general"),
        ([_adobe("2.0", {"marketing": {}})], MISSING_FIELD, "$.consent[0].value.collect.val"),
        ([_adobe("2.0", {"collect": "y"})], INVALID_FIELD, "$.consent[0].value.collect"),
        ([_adobe("2.0", {"collect": {"val": "yes"}})], INVALID_FIELD, "$.consent[0].value.collect.val"),
        ([_tcf(None)], MISSING_FIELD, "$.consent[0].value"),
        ([_tcf("")], FAILED_VALIDATION, "$.consent[0].value"),
        ([_tcf(5)], INVALID_FIELD, "$.consent[0].value"),
        ([_tcf("nonsense")], INVALID_FIELD, "$.consent[0].value"),
        ([_tcf(YES, gdprApplies="yes")], INVALID_FIELD, "$.consent[0].value"),
        ([_tcf(YES), _adobe("1.0", {})], MISSING_FIELD, "$.consent[1].value.general"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(objects: Any, code: EdgeCode, place: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode_consent_objects(objects, tcf_vendor=ADOBE_TCF_VENDOR)

    assert caught.value.code == code
    assert caught.value.detail.endswith(f"`{place}`")


def test_several_faults_are_all_told() -> None:
    with pytest.raises(Malformed) as caught:
        decode_consent_objects([_adobe("1.0", {}), 5, _tcf(YES)], tcf_vendor=ADOBE_TCF_VENDOR)

    assert caught.value.code == FAILED_VALIDATION
    assert [detail.rsplit("`", 2)[1] for detail in caught.value.errors] == [
        "$.consent[0].value.general",
        "$.consent[1]",
    ]


def _string(value: Any, **more: Any) -> dict[str, Any]:
    return {"consentStandard": "IAB TCF", "consentStandardVersion": "2.0", "consentStringValue": value} | more


@pytest.mark.parametrize(
    ("strings", "general"),
    [
        ([_string(YES, gdprApplies=True, containsPersonalData=False)], "in"),
        ([_string(NO_PURPOSE)], "out"),
        ([_string("", gdprApplies=False)], "in"),
        ([_string(YES), _string(NO_VENDOR)], "out"),
        ([{"consentStandard": "IAB GPP", "consentStringValue": "DBAA"}, 5, None], None),
        ([], None),
        ("oops", None),
        (None, None),
    ],
)
def test_an_events_own_strings_are_read(strings: Any, general: str | None) -> None:
    found = decode_consent_strings(strings, tcf_vendor=ADOBE_TCF_VENDOR, path="$.events[0].xdm")

    assert found == general


@pytest.mark.parametrize(
    ("item", "place"),
    [
        (_string("nonsense"), "consentStringValue"),
        (_string(None), "consentStringValue"),
        (_string(YES) | {"consentStandardVersion": "1.1"}, "consentStandardVersion"),
    ],
)
def test_a_string_that_cannot_be_read_is_an_error(item: dict[str, Any], place: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode_consent_strings([item], tcf_vendor=ADOBE_TCF_VENDOR, path="$.events[3].xdm")

    assert f"$.events[3].xdm.consentStrings[0].{place}" in caught.value.detail


def test_parameters_of_a_pixel_are_the_iabs() -> None:
    assert decode_iab_parameters("", "", tcf_vendor=ADOBE_TCF_VENDOR) is None
    assert decode_iab_parameters("1", YES, tcf_vendor=ADOBE_TCF_VENDOR) == "in"
    assert decode_iab_parameters("", NO_PURPOSE, tcf_vendor=ADOBE_TCF_VENDOR) == "out"
    assert decode_iab_parameters("0", "", tcf_vendor=ADOBE_TCF_VENDOR) == "in"
    with pytest.raises(Malformed, match="gdpr_consent"):
        decode_iab_parameters("1", "", tcf_vendor=ADOBE_TCF_VENDOR)
    with pytest.raises(Malformed, match="gdpr"):
        decode_iab_parameters("yes", YES, tcf_vendor=ADOBE_TCF_VENDOR)


def test_preferences_are_told_in_adobes_words() -> None:
    assert encode_preferences("in") == {"collect": {"val": "y"}}
    assert encode_preferences("out") == {"collect": {"val": "n"}}
    assert encode_preferences("pending") == {"collect": {"val": "p"}}
