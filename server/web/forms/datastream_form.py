"""The form of a datastream: what it holds, and what is wrong with it, by field and in words."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from server.model.dataset import Dataset, DatasetId
from server.model.datastream import Datastream
from server.model.json import Json, JsonObject
from server.model.mapping import MappingSet
from server.web.forms.signed_form import Form
from server.wire.datastream import DatastreamRefused, decode_datastream

# The field of the form that a place in the document is filled by, and the cure of what is wrong there.
_CURES: Mapping[str, tuple[str, str]] = {
    "id": ("id", "Use 1 to 64 letters, digits and : . _ - and begin with a letter or digit."),
    "name": ("name", "Give it a name of at most 100 characters."),
    "datasetId": ("dataset", "Choose the dataset that its events go into."),
    "allowedOrigins": (
        "origins",
        "is no origin: write https://shop.example, https://*.shop.example for every host below it, or * for any; "
        "one a line, without a path.",
    ),
    "keepIp": ("keep_ip", "Choose what is kept of addresses."),
    "consent.default": ("consent_default", "Choose what holds until a visitor has said something."),
    "consent.gpc": ("consent_gpc", "Choose what Global Privacy Control does."),
    "consent.dnt": ("consent_dnt", "Choose what Do Not Track does."),
    "consent.tcfVendor": ("tcf_vendor", "Write the vendor's number in the IAB's list, from 1 to 65535; 0 for none."),
    "overrides.datasets": ("override_datasets", "One of these datasets is not there any more."),
    "cookies.identityDays": ("identity_days", "Write a number of days up to 395; 0 for until the browser is closed."),
    "cookies.consentDays": ("consent_days", "Write a number of days from 1 to 395."),
    "cookies.domain": (
        "cookie_domain",
        "Write a domain of your own, as shop.example, or host for the asked host alone; or nothing.",
    ),
    "fpidCookie": ("fpid_cookie", "A cookie's name has at most 64 letters, digits and signs, and no space."),
}
_PLACE = re.compile(r"`\$\.([A-Za-z.]+)(?:\[(\d+)\])?")

# More faults than fields there are not.
_MAX_ROUNDS = 15


def values_of(datastream: Datastream) -> Mapping[str, str]:
    """What the form shows of a datastream."""
    return {
        "id": datastream.id,
        "name": datastream.name,
        "dataset": datastream.dataset_id,
        "enabled": "1" if datastream.enabled else "",
        "origins": "\n".join(datastream.allowed_origins),
        "keep_ip": datastream.keep_ip,
        "consent_default": datastream.consent.default,
        "consent_gpc": datastream.consent.gpc,
        "consent_dnt": datastream.consent.dnt,
        "tcf_vendor": str(datastream.consent.tcf_vendor),
        "identity_days": str(datastream.cookies.identity_days),
        "consent_days": str(datastream.cookies.consent_days),
        "cookie_domain": datastream.cookies.domain,
        "fpid_cookie": datastream.fpid_cookie,
        "override_disable": "1" if datastream.overrides.disable else "",
        **{f"override-{dataset_id}": "1" for dataset_id in datastream.overrides.datasets},
    }


def read_datastream(
    values: Mapping[str, str],
    *,
    org_id: str,
    datasets: Collection[DatasetId],
    registrable_domain: Callable[[str], str | None],
) -> tuple[Datastream | None, Mapping[str, str]]:
    """What the form describes; or None, and what is wrong by field: all of it."""
    document, faults = _document(values), dict[str, str]()
    for _round in range(_MAX_ROUNDS):
        try:
            found = decode_datastream(
                msgspec.json.encode(document),
                org_id=org_id,
                datasets=datasets,
                registrable_domain=registrable_domain,
            )
        except DatastreamRefused as refused:
            told = [_told(fault, document) for fault in refused.faults]
            for field, words, place in told:
                faults.setdefault(field, words)
                # So that what is wrong elsewhere is found too.
                _mend(document, place, datasets)
            continue
        return (None, faults) if faults else (found, {})
    return None, faults


def values_in(form: Form) -> dict[str, str]:
    """As :func:`values_of` has them."""
    return {name: value.strip() if name != "origins" else value for name, value in form.items() if name != "csrf"}


def _document(values: Mapping[str, str]) -> JsonObject:
    origins = [line.strip() for line in values.get("origins", "").splitlines() if line.strip()]
    prefix = "override-"
    return {
        "id": values.get("id", ""),
        "name": values.get("name", ""),
        "datasetId": values.get("dataset", ""),
        "enabled": "enabled" in values and values["enabled"] != "",
        "allowedOrigins": [_origin(each) for each in origins],
        "keepIp": values.get("keep_ip", "truncated"),
        "consent": {
            "default": values.get("consent_default", "in"),
            "gpc": values.get("consent_gpc", "mark"),
            "dnt": values.get("consent_dnt", "anonymous"),
            "tcfVendor": _number(values.get("tcf_vendor", "") or "0"),
        },
        "overrides": {
            "datasets": [
                name.removeprefix(prefix) for name, value in values.items() if name.startswith(prefix) and value
            ],
            "disable": bool(values.get("override_disable", "")),
        },
        "cookies": {
            "identityDays": _number(values.get("identity_days", "") or "395"),
            "consentDays": _number(values.get("consent_days", "") or "180"),
            "domain": values.get("cookie_domain", "").lower(),
        },
        "fpidCookie": values.get("fpid_cookie", ""),
    }


def _number(text: str) -> int | str:
    """As it is where it is none, so that its place is told."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text


def _origin(text: str) -> str:
    """As browsers send it: in lower case, and people copy addresses with a slash at their end."""
    return text.lower().removesuffix("/")


def _told(fault: str, document: JsonObject) -> tuple[str, str, str]:
    """(field, words, place in the document) of one fault."""
    match = _PLACE.search(fault)
    place = match[1] if match else ""
    field, words = _CURES.get(place, ("name", fault))
    if place == "allowedOrigins" and match and match[2]:
        return field, f"{document['allowedOrigins'][int(match[2])][:64]} {words}", place
    return field, words, place


def _mend(document: JsonObject, place: str, datasets: Collection[DatasetId]) -> None:
    usable: Mapping[str, Json] = {
        "id": "x",
        "name": "x",
        "datasetId": next(iter(datasets), ""),
        "allowedOrigins": [],
        "keepIp": "none",
        "consent.default": "in",
        "consent.gpc": "mark",
        "consent.dnt": "anonymous",
        "consent.tcfVendor": 0,
        "overrides.datasets": [],
        "cookies.identityDays": 0,
        "cookies.consentDays": 1,
        "cookies.domain": "",
        "fpidCookie": "",
    }
    node = document
    *parents, last = place.split(".")
    for name in parents:
        node = node[name]
    node[last] = usable.get(place)


def free_id(name: str, taken: Collection[str]) -> str:
    """An id for a new datastream that nobody has: ``web``, ``web-2``, …"""
    candidates = [name, *(f"{name}-{number}" for number in range(2, 10_000))]
    return next(candidate for candidate in candidates if candidate not in taken)


def alloy_snippet(datastream: Datastream, *, host: str) -> str:
    """How the Adobe Web SDK is configured to send to it."""
    lines = [
        f"  datastreamId: {_js(datastream.id)},",
        f"  orgId: {_js(datastream.org_id)},",
        f"  edgeDomain: {_js(host)},",
        "  thirdPartyCookiesEnabled: false,",
    ]
    if datastream.consent.default != "in":
        lines.append(f"  defaultConsent: {_js(datastream.consent.default)},")
    return "\n".join(['alloy("configure", {', *lines, "});"])


def pixel_tag(datastream: Datastream, *, base_url: str) -> str:
    """An image for e-mail, and for pages without scripts."""
    return f'<img src="{base_url}/pixel/{datastream.id}.gif?name=Newsletter" alt="" width="1" height="1">'


def curl_beacon(datastream: Datastream, *, base_url: str, xdm: JsonObject) -> str:
    """A command that sends one event as a page would."""
    body = msgspec.json.encode({"events": [{"xdm": xdm}]}).decode().replace("'", "'\\''")
    return (
        f"curl -X POST '{base_url}/ee/v1/interact?configId={datastream.id}' \\\n"
        f"  -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )


def warnings_of(datastream: Datastream, dataset: Dataset, mapping_set: MappingSet | None) -> Sequence[str]:
    """What is allowed, and seldom meant. ``mapping_set``: that of its data, if it has one."""
    found = []
    if not datastream.allowed_origins:
        found.append(
            "No origin is allowed: browsers may send, but pages cannot read the answer, and every event is marked."
        )
    if mapping_set is not None and mapping_set.schema_id != dataset.schema_id:
        found.append("Its data is not mapped: the mapping is for another schema than its dataset's. Write it anew.")
    if not dataset.enabled:
        found.append("Its dataset is switched off: every event fails until it is switched on.")
    return found


def _js(text: str) -> str:
    """A string of JavaScript, safe in a page as well."""
    return msgspec.json.encode(text).decode().replace("<", "\\u003c")
