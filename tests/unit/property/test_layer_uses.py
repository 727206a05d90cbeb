from server.property.layer_uses import LayerEvent, LayerPath, layer_events, layer_paths
from server.property.uses import Use
from tests.unit.property.factories import a_property, a_rule, a_send_event

SKU = {"from": "cookie", "name": "sku", "fallback": [{"from": "dataLayer", "path": "product.sku"}]}


def test_a_path_is_told_with_who_reads_it_and_who_uses_that() -> None:
    document = a_property(
        dataElements={"sku": SKU, "again": {"from": "dataLayer", "path": "product.sku"}, "x-note": {"from": "n"}},
        rules=[a_rule(actions=[a_send_event(**{"_shop.sku": "%sku%"})])],
    )

    assert layer_paths(document) == [
        LayerPath(path="product.sku", elements=["sku", "again"], uses=[Use("rule", "a-rule", "a-rule")])
    ]


def test_an_event_is_told_with_every_rule_that_waits_for_it_once() -> None:
    order = {"type": "data-layer", "event": "orderPlaced"}
    document = a_property(
        rules=[
            a_rule(id="one", name="One", events=[order, order]),
            a_rule(id="two", events=[order, {"type": "data-layer-pattern", "pattern": "^cart-"}]),
        ]
    )

    one, two = Use("rule", "one", "One"), Use("rule", "two", "two")
    assert layer_events(document) == [
        LayerEvent(event="^cart-", rules=[two]),
        LayerEvent(event="orderPlaced", rules=[one, two]),
    ]


def test_a_property_without_a_data_layer_reads_nothing_of_it() -> None:
    assert (layer_paths(a_property()), layer_events(a_property())) == ([], [])
