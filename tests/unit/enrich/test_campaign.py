from typing import Any

import pytest

from server.enrich.campaign import MAX_PARAMETERS, MAX_QUERY_CHARS, MAX_VALUE_CHARS, Campaign
from server.enrich.deps import Deps
from server.model.json import JsonObject
from tests.builders import an_event, an_xdm


def patched(deps: Deps, query: str, **xdm: Any) -> JsonObject:
    return patched_page(deps, {"URL": f"https://shop.example/?{query}"}, **xdm)


def patched_page(deps: Deps, page: Any, **xdm: Any) -> JsonObject:
    return Campaign(deps).enrich(an_event(xdm=an_xdm(web={"webPageDetails": page}, **xdm)))


@pytest.mark.parametrize(
    ("query", "marketing"),
    [
        (
            "utm_source=newsletter&utm_medium=email&utm_campaign=spring",
            {"trackingCode": "newsletter:email:spring", "campaignName": "spring"},
        ),
        (
            "utm_source=g&utm_medium=cpc&utm_campaign=c&utm_term=red+shoes&utm_content=a%20b",
            {"trackingCode": "g:cpc:c:red shoes:a b", "campaignName": "c"},
        ),
        ("utm_id=abc.123&utm_campaign=spring", {"trackingCode": "abc.123", "campaignName": "spring"}),
        ("utm_source=g&utm_content=x", {"trackingCode": "g::::x"}),
        ("utm_source=g&utm_campaign=", {"trackingCode": "g"}),
        ("a=1&utm_source=first&utm_source=second#utm_medium=x", {"trackingCode": "first"}),
        ("utm_source=%FF%zz", {"trackingCode": "\ufffd%zz"}),
        ("utm_source=" + "x" * 1000, {"trackingCode": "x" * MAX_VALUE_CHARS}),
    ],
)
def test_the_campaign_is_read_from_the_address(deps: Deps, query: str, marketing: JsonObject) -> None:
    assert patched(deps, query) == {"marketing": marketing}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "utm_",
        "utm_source",
        "utm_source=",
        "utm_source=%20",
        "UTM_SOURCE=x",
        "not_utm_source=x",
        "&".join(["a=1"] * MAX_PARAMETERS) + "&utm_source=x",
        "a=" + "x" * MAX_QUERY_CHARS + "&utm_source=x",
    ],
)
def test_an_address_without_a_campaign_adds_nothing(deps: Deps, query: str) -> None:
    assert patched(deps, query) == {}


@pytest.mark.parametrize("page", [{}, {"URL": None}, {"URL": ["utm_source=x"]}, {"URL": "utm_source=x"}, None, "x"])
def test_an_event_without_an_address_adds_nothing(deps: Deps, page: Any) -> None:
    assert patched_page(deps, page) == {}


@pytest.mark.parametrize("marketing", [{"trackingCode": "mine"}, {"campaignGroup": "mine"}, {}, None])
def test_a_campaign_in_the_event_is_not_mixed_with_another(deps: Deps, marketing: Any) -> None:
    assert patched(deps, "utm_source=g&utm_campaign=c", marketing=marketing) == {}
