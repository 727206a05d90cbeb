from typing import Any

import msgspec
import pytest

from server.model.consent import ConsentPolicy
from server.model.cookies import CookiePolicy
from server.model.datastream import AllowedOverrides, DatasetId, Datastream
from server.wire.datastream import DatastreamRefused, decode_datastream, encode_datastream
from tests.builders import DATASET_ID, ORG_ID, a_datastream

OTHER = DatasetId("f" * 24)
DOMAINS = {"shop.example": "shop.example", "eu.shop.example": "shop.example"}
LEAST = {"id": "shop", "name": "Shop", "datasetId": DATASET_ID}


def _decode(document: Any) -> Datastream:
    data = document if isinstance(document, bytes) else msgspec.json.encode(document)
    return decode_datastream(data, org_id=ORG_ID, datasets={DATASET_ID, OTHER}, registrable_domain=DOMAINS.get)


def test_the_least_document_has_the_defaults() -> None:
    assert _decode(LEAST) == a_datastream(id="shop", name="Shop", allowed_origins=())


def test_every_option_round_trips() -> None:
    datastream = a_datastream(
        enabled=False,
        allowed_origins=(
            "https://shop.example",
            "https://*.shop.example",
            "http://localhost:3000",
            "http://[::1]:80",
            "*",
        ),
        keep_ip="none",
        consent=ConsentPolicy(default="pending", gpc="refuse", tcf_vendor=0),
        overrides=AllowedOverrides(datasets=(OTHER,), disable=True),
        cookies=CookiePolicy(identity_days=0, consent_days=30, domain="eu.shop.example"),
        fpid_cookie="",
    )

    assert _decode(encode_datastream(datastream)) == datastream


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"consnt": {}}, "`consnt`"),
        ({"consent": {"Default": "in"}}, "`Default` - at `$.consent`"),
        ({"consent": {"default": "maybe"}}, "$.consent.default"),
        ({"consent": {"gpc": "ignore"}}, "$.consent.gpc"),
        ({"consent": {"tcfVendor": -1}}, "$.consent.tcfVendor"),
        ({"keepIp": "some"}, "$.keepIp"),
        ({"id": "a/b"}, "$.id"),
        ({"id": ""}, "$.id"),
        ({"name": ""}, "$.name"),
        ({"enabled": "yes"}, "$.enabled"),
        ({"fpidCookie": "a=b"}, "$.fpidCookie"),
        ({"cookies": {"identityDays": 396}}, "$.cookies.identityDays"),
        ({"cookies": {"identityDays": -1}}, "$.cookies.identityDays"),
        ({"cookies": {"consentDays": 0}}, "$.cookies.consentDays"),
        ({"cookies": {"domain": "co.uk"}}, "$.cookies.domain"),
        ({"cookies": {"domain": "shop.example; HttpOnly"}}, "$.cookies.domain"),
        ({"cookies": {"domain": ".shop.example"}}, "$.cookies.domain"),
        ({"cookies": {"days": 1}}, "`days` - at `$.cookies`"),
        ({"datasetId": "nobody"}, "$.datasetId"),
        ({"overrides": {"datasets": ["nobody"]}}, "$.overrides.datasets[0]"),
        ({"allowedOrigins": ["shop.example"]}, "$.allowedOrigins[0]"),
        ({"allowedOrigins": ["https://shop.example/"]}, "$.allowedOrigins[0]"),
        ({"allowedOrigins": ["https://shop.*"]}, "$.allowedOrigins[0]"),
        ({"allowedOrigins": ["*"] * 101}, "$.allowedOrigins"),
        ({"allowedOrigins": "*"}, "$.allowedOrigins"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, Any], place: str) -> None:
    with pytest.raises(DatastreamRefused) as caught:
        _decode(LEAST | changed)

    assert place in str(caught.value)


def test_cookies_may_be_of_the_asked_host_alone() -> None:
    assert _decode(LEAST | {"cookies": {"domain": "host"}}).cookies.domain == "host"


def test_everything_that_does_not_exist_is_told_at_once() -> None:
    with pytest.raises(DatastreamRefused) as caught:
        _decode(LEAST | {"datasetId": "a", "allowedOrigins": ["b"], "overrides": {"datasets": ["c", OTHER]}})

    assert [fault.split("`")[1] for fault in caught.value.faults] == [
        "$.allowedOrigins[0]",
        "$.datasetId",
        "$.overrides.datasets[0]",
    ]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b'{"id":"x"}', b'{"id":"\xff"}', b'{"name":' * 3_000])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(DatastreamRefused):
        _decode(data)


def test_a_mapping_set_has_to_be_there() -> None:
    document = b'{"id": "web", "name": "Web", "datasetId": "%s", "mappingSetId": "m-1"}' % DATASET_ID.encode()

    with pytest.raises(DatastreamRefused, match="no such mapping set"):
        decode_datastream(document, org_id=ORG_ID, datasets={DATASET_ID}, registrable_domain=DOMAINS.get)

    found = decode_datastream(
        document, org_id=ORG_ID, datasets={DATASET_ID}, mapping_sets={"m-1"}, registrable_domain=DOMAINS.get
    )
    assert found.mapping_set_id == "m-1"
