from server.property.uses import BASE, Use, element_uses, variables_of
from tests.unit.property.factories import a_mapping_rule, a_property, a_rule


def test_a_data_element_is_used_where_its_token_stands() -> None:
    elements = {
        "pageName": {"from": "page", "get": "title"},
        "inner": {"from": "query", "name": "%pageName%"},
        "idle": {"from": "const", "value": "100 %"},
    }
    rules = [
        a_mapping_rule({"_shop.a": "%pageName% and %pageName%"}, id="first", name="The first"),
        a_mapping_rule({"_shop.b": "1"}, id="second", conditions={"value": "%inner%", "is": "present"}),
        a_mapping_rule({"_shop.c": "1"}, id="third", limit={"times": 1, "per": "page", "key": "%pageName%"}),
    ]
    base = {"base": {"web.webPageDetails.name": "%pageName%"}}

    uses = element_uses(a_property(dataElements=elements, rules=rules, xdm=base))

    assert uses == {
        "pageName": [
            BASE,
            Use("rule", "first", "The first"),
            Use("rule", "third", "third"),
            Use("element", "inner", "inner"),
        ],
        "inner": [Use("rule", "second", "second")],
    }


def test_a_variable_has_those_who_write_and_those_who_read_it() -> None:
    rules = [a_rule(id="keeps", actions=[{"type": "update-variable", "name": "sku", "value": "%event.sku%"}])]
    elements = {"seen": {"from": "dataLayer", "path": "x", "fallback": [{"from": "variable", "name": "sku"}]}}

    [variable] = variables_of(a_property(rules=rules, dataElements=elements))

    assert (variable.name, list(variable.written_by), list(variable.read_by)) == (
        "sku",
        [Use("rule", "keeps", "keeps")],
        [Use("element", "seen", "seen")],
    )
