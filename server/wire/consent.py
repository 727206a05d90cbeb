"""The consent standards that clients speak, each read as one word: may anything be kept? (edge-protocol.md, section 10)

What is not plainly a yes is a no: of several objects ``out`` wins, and a string that cannot be read is an error.
"""

from collections.abc import Mapping, Sequence

from server.model.consent import General
from server.model.json import Json, JsonObject
from server.wire.errors import FAILED_VALIDATION, INVALID_FIELD, MISSING_FIELD, Malformed, WireError
from server.wire.tcf import decode_tcf

# Purpose 1 of TCF: store and access information on a device. The others do not decide whether events may be kept.
_STORAGE_PURPOSE = 1

# Yes, no, pending, unknown; and reasons in law other than consent, which are no yes.
_ADOBE_2_VALUES = ("y", "n", "p", "u", "li", "ct", "cp", "vi", "pi")

_PREFERENCES: Mapping[General, str] = {"in": "y", "out": "n", "pending": "p"}


def decode_consent_objects(objects: Sequence[Json] | None, *, tcf_vendor: int) -> General:
    """What the ``consent`` array of a set-consent request says. Raises Malformed, naming every fault in it."""
    if not objects:
        raise Malformed(MISSING_FIELD, "the request says no consent: expected an array of objects - at `$.consent`")
    said: list[General] = []
    faults: list[WireError] = []
    for index, item in enumerate(objects):
        try:
            said.append(_consent_object(item, f"$.consent[{index}]", tcf_vendor))
        except WireError as error:
            faults.append(error)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        details = tuple(fault.detail for fault in faults)
        raise Malformed(FAILED_VALIDATION, f"{len(faults)} consent objects cannot be used", errors=details)
    return _strictest(said)


def decode_consent_strings(given: Json, *, tcf_vendor: int, path: str) -> General | None:
    """What an event's own ``consentStrings`` say; None when there is none of a standard that is known here.

    ``path``: of the object that they are in. Raises Malformed for one that is known and cannot be read: then nobody
    knows whether the event may be kept.
    """
    if not isinstance(given, list):
        return None
    said: list[General] = []
    for index, item in enumerate(given):
        if not isinstance(item, dict) or item.get("consentStandard") != "IAB TCF":
            continue
        at = f"{path}.consentStrings[{index}]"
        _demand(item.get("consentStandardVersion"), ("2.0",), f"{at}.consentStandardVersion")
        said.append(_tcf(item, item.get("consentStringValue"), f"{at}.consentStringValue", tcf_vendor))
    return _strictest(said) if said else None


def decode_iab_parameters(gdpr: str, gdpr_consent: str, *, tcf_vendor: int) -> General | None:
    """The IAB's parameters of a pixel's address: ``gdpr`` is 1 or 0, ``gdpr_consent`` the string. None for neither."""
    if not gdpr and not gdpr_consent:
        return None
    if gdpr:
        _demand(gdpr, ("0", "1"), "gdpr")
    return _tcf({"gdprApplies": gdpr != "0"}, gdpr_consent, "gdpr_consent", tcf_vendor)


def encode_preferences(general: General) -> JsonObject:
    """The item of a ``consent:preferences`` handle, in the words of Adobe 2.0."""
    return {"collect": {"val": _PREFERENCES[general]}}


def _consent_object(item: Json, path: str, tcf_vendor: int) -> General:
    if not isinstance(item, dict):
        raise Malformed(INVALID_FIELD, f"expected an object - at `{path}`")
    standard, version, value = item.get("standard"), item.get("version"), item.get("value")
    _demand(standard, ("Adobe", "IAB TCF"), f"{path}.standard")
    _demand(version, ("1.0", "2.0") if standard == "Adobe" else ("2.0",), f"{path}.version")
    if value is None:
        raise Malformed(MISSING_FIELD, f"the value is missing - at `{path}.value`")
    if standard == "IAB TCF":
        return _tcf(item, value, f"{path}.value", tcf_vendor)
    if not isinstance(value, dict):
        raise Malformed(INVALID_FIELD, f"expected an object - at `{path}.value`")
    if version == "1.0":
        general = value.get("general")
        _demand(general, tuple(_PREFERENCES), f"{path}.value.general")
        return next(known for known in _PREFERENCES if known == general)
    collect = value.get("collect")
    if collect is not None and not isinstance(collect, dict):
        raise Malformed(INVALID_FIELD, f"expected an object - at `{path}.value.collect`")
    val = None if collect is None else collect.get("val")
    _demand(val, _ADOBE_2_VALUES, f"{path}.value.collect.val")
    return "in" if val == "y" else "out"


def _tcf(item: Mapping[str, Json], value: Json, path: str, vendor: int) -> General:
    applies = item.get("gdprApplies", True)
    if not isinstance(applies, bool):
        raise Malformed(INVALID_FIELD, f"gdprApplies: expected true or false - beside `{path}`")
    if not applies:
        return "in"
    if value == "":
        raise Malformed(FAILED_VALIDATION, f"the TC string is empty - at `{path}`")
    if value is None:
        raise Malformed(MISSING_FIELD, f"the TC string is missing - at `{path}`")
    if not isinstance(value, str):
        raise Malformed(INVALID_FIELD, f"expected a TC string - at `{path}`")
    try:
        consent = decode_tcf(value, vendor=vendor)
    except ValueError as error:
        raise Malformed(INVALID_FIELD, f"no IAB TCF 2 string: {error} - at `{path}`") from None
    return "in" if _STORAGE_PURPOSE in consent.purposes and (consent.has_vendor or vendor == 0) else "out"


def _strictest(said: Sequence[General]) -> General:
    if "out" in said:
        return "out"
    return "pending" if "pending" in said else "in"


def _demand(value: Json, known: Sequence[str], path: str) -> None:
    if value is None:
        raise Malformed(MISSING_FIELD, f"missing: expected one of {', '.join(known)} - at `{path}`")
    if value not in known:
        raise Malformed(INVALID_FIELD, f"{str(value)[:64]!r}: expected one of {', '.join(known)} - at `{path}`")
