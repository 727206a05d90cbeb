"""The rules of the demo property, against the checker and against the schema of the dataset that they fill."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from server.demo.catalogue import CURRENCY
from server.model.json import JsonObject
from server.property.check import check_property
from server.property.mapping import split_path
from server.property.modules import Modules
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.compose import resolve_schema
from server.schema.fields import fields

MODULES = Path(__file__).parents[3] / "static/snippet/modules"


def modules() -> Modules:
    """Those that the snippet has."""
    return Modules.of([json.loads(path.read_bytes()) for path in sorted(MODULES.glob("*/*.json"))])


def the_property() -> JsonObject:
    document: JsonObject = json.loads(files("server.demo").joinpath("property.json").read_bytes())
    return document


def mapped(mapping: JsonObject, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every (path, template) of a mapping; the items of a list are ``[*]``, as in a schema's fields."""
    for line, value in mapping.items():
        path = prefix + ".".join(split_path(line))
        inner = value.get("one") or value.get("as") if isinstance(value, dict) else None
        if inner:
            yield from mapped(inner, f"{path}[*].")
        else:
            yield path, value


def rule(rule_id: str) -> JsonObject:
    return next(rule for rule in the_property()["rules"] if rule["id"] == rule_id)


def test_the_property_can_be_published() -> None:
    assert check_property(the_property(), modules()) == []


def test_its_rules_are_those_that_the_shop_is_made_for() -> None:
    assert [rule["id"] for rule in the_property()["rules"]] == [
        "page-view",
        "route-view",
        "product-view",
        "add-to-cart",
        "outbound-link",
        "download",
        "purchase",
        "login",
    ]


def test_every_mapped_path_is_a_field_of_the_demo_events() -> None:
    resolved = resolve_schema(load_ready_schema("demo-events"), builtin_documents().get)
    known = {field.path for field in fields(resolved)}
    document = the_property()

    mappings = [document["xdm"]["base"], *(action["xdm"] for rule in document["rules"] for action in rule["actions"])]
    paths = {path.replace("identityMap.CustomerId", "identityMap.*") for each in mappings for path, _ in mapped(each)}

    assert paths - known == set()


def test_all_three_environments_send_to_the_demo_datastream() -> None:
    assert the_property()["environments"] == {
        name: {"datastream": "demo"} for name in ("development", "staging", "production")
    }


def test_a_card_is_read_relative_to_the_button_that_was_clicked() -> None:
    values = dict(mapped(rule("add-to-cart")["actions"][0]["xdm"]))

    relative = {path for path, value in values.items() if str(value).startswith("%closest([data-sku])")}
    assert relative == {f"productListItems[*].{name}" for name in ("SKU", "name", "quantity", "priceTotal")}


def test_nothing_says_who_a_visitor_is_unless_the_shop_does() -> None:
    document = the_property()

    values = dict(mapped(document["xdm"]["base"]))

    assert values["identityMap.CustomerId[*].id"] == "%customerId%"
    assert values["identityMap.CustomerId[*].authenticatedState"] == "%loginState%"
    for name in ("customerId", "loginState"):
        assert not {"default", "fallback"} & set(document["dataElements"][name])


def test_the_currency_is_the_shops_where_the_page_says_none() -> None:
    assert the_property()["dataElements"]["currency"]["default"] == CURRENCY


def test_a_purchase_counts_once_an_order() -> None:
    assert rule("purchase")["limit"] == {"times": 1, "per": "visitor", "key": "%event.order.id%"}
