"""The form of a datastream: everything that is wrong is said at once, at its field, with the cure."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from server.model.consent import ConsentPolicy
from server.model.cookies import CookiePolicy
from server.model.dataset import DatasetId
from server.model.datastream import AllowedOverrides, Datastream, DatastreamId
from server.model.mapping import MappingSet
from server.web.forms.datastream_form import (
    alloy_snippet,
    curl_beacon,
    free_id,
    read_datastream,
    values_of,
    warnings_of,
)
from tests.builders import a_dataset

ORDERS, VISITS = DatasetId("a" * 24), DatasetId("b" * 24)
GOOD = {"id": "web", "name": "Web", "dataset": ORDERS, "enabled": "1", "tcf_vendor": "0"}


def a_datastream(**fields: Any) -> Datastream:
    given = {"id": DatastreamId("web"), "name": "Web", "org_id": "DEMO@AdobeOrg", "dataset_id": ORDERS}
    return Datastream(**given | fields)


def read(**changes: str) -> tuple[Datastream | None, Any]:
    return read_values(GOOD | changes)


def read_values(values: Mapping[str, str]) -> tuple[Datastream | None, Any]:
    return read_datastream(
        values,
        org_id="DEMO@AdobeOrg",
        datasets=(ORDERS, VISITS),
        registrable_domain={"shop.example": "shop.example"}.get,
    )


def test_every_option_survives_the_form() -> None:
    full = a_datastream(
        enabled=False,
        allowed_origins=("https://shop.example", "https://*.shop.example"),
        keep_ip="none",
        consent=ConsentPolicy(default="pending", gpc="refuse", dnt="ignore", tcf_vendor=7),
        overrides=AllowedOverrides(datasets=(VISITS,), disable=True),
        cookies=CookiePolicy(identity_days=0, consent_days=30, domain="shop.example"),
        fpid_cookie="device",
    )

    assert read_values(values_of(full)) == (full, {})


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"id": "two words"}, "id", "letters, digits"),
        ({"name": ""}, "name", "Give it a name"),
        ({"dataset": "c" * 24}, "dataset", "Choose the dataset"),
        ({"origins": "https://shop.example\nshop.example/x"}, "origins", "shop.example/x is no origin"),
        ({"keep_ip": "some"}, "keep_ip", "Choose what"),
        ({"consent_default": "maybe"}, "consent_default", "Choose what"),
        ({"consent_gpc": "?"}, "consent_gpc", "Choose what"),
        ({"consent_dnt": "?"}, "consent_dnt", "Choose what"),
        ({"tcf_vendor": "Adobe"}, "tcf_vendor", "the vendor's number"),
        ({"tcf_vendor": "70000"}, "tcf_vendor", "the vendor's number"),
        ({"fpid_cookie": "a b"}, "fpid_cookie", "no space"),
        ({"identity_days": "400"}, "identity_days", "up to 395"),
        ({"identity_days": "a year"}, "identity_days", "up to 395"),
        ({"consent_days": "0"}, "consent_days", "from 1 to 395"),
        ({"cookie_domain": "example"}, "cookie_domain", "a domain of your own"),
        ({"cookie_domain": "https://shop.example"}, "cookie_domain", "a domain of your own"),
        ({f"override-{'c' * 24}": "1"}, "override_datasets", "not there any more"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_with_the_cure(changes: dict[str, str], field: str, words: str) -> None:
    made, faults = read(**changes)

    assert made is None
    assert list(faults) == [field]
    assert words in faults[field]


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = {
        **{"id": "", "name": "", "dataset": "", "origins": "x", "keep_ip": "x", "fpid_cookie": "a b"},
        **{"consent_default": "x", "consent_gpc": "x", "consent_dnt": "x", "tcf_vendor": "x"},
        **{"identity_days": "x", "consent_days": "x", "cookie_domain": "x y"},
    }

    _, faults = read(**wrong)

    assert set(faults) == set(wrong)


def test_addresses_may_be_pasted_as_browsers_show_them() -> None:
    made, _ = read(origins=" https://Shop.Example/ \n\n")

    assert made is not None
    assert made.allowed_origins == ("https://shop.example",)


def test_an_id_is_suggested_that_is_free() -> None:
    assert [free_id("web", ()), free_id("web", ("web", "web-2"))] == ["web", "web-3"]


def test_the_sdk_is_told_of_a_consent_that_it_has_to_wait_for() -> None:
    assert "defaultConsent" not in alloy_snippet(a_datastream(), host="c.example")

    pending = a_datastream(consent=ConsentPolicy(default="pending"), org_id="</script>")

    text = alloy_snippet(pending, host="c.example")
    assert 'defaultConsent: "pending"' in text
    assert 'edgeDomain: "c.example"' in text
    assert "</script>" not in text


def test_a_command_is_one_whatever_the_event_holds() -> None:
    command = curl_beacon(a_datastream(), base_url="https://c.example", xdm={"_id": "it's"})

    body = command.partition("-d '")[2].removesuffix("'").replace("'\\''", "'")
    assert json.loads(body) == {"events": [{"xdm": {"_id": "it's"}}]}


def test_what_is_seldom_meant_is_said() -> None:
    dataset = a_dataset(id=ORDERS)
    other = MappingSet(id="m", name="m", schema_id="https://ns.example.com/other")

    assert len(warnings_of(a_datastream(), msgspec.structs.replace(dataset, enabled=False), other)) == 3
    assert warnings_of(a_datastream(allowed_origins=("*",)), dataset, None) == []
