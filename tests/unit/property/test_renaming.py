from server.property.check import check_property
from server.property.renaming import rename_element, rename_variable
from server.property.uses import element_uses
from tests.unit.property.factories import a_mapping_rule, a_property, a_rule, fixture_modules, retail


def test_everything_that_reads_a_data_element_reads_its_new_name() -> None:
    before = retail()

    after = rename_element(before, "currency", "money", fixture_modules())

    assert check_property(after, fixture_modules()) == []
    uses = {name: list(found) for name, found in element_uses(before).items()}
    assert {("money" if name == "currency" else name): found for name, found in uses.items()} == element_uses(after)
    assert list(after["dataElements"]).index("money") == list(before["dataElements"]).index("currency")


def test_names_change_in_every_place_that_holds_tokens_and_nowhere_else() -> None:
    document = a_property(
        dataElements={
            "a": {"from": "page", "get": "title"},
            "b": {"from": "query", "name": "%a%", "fallback": [{"from": "query", "name": "x %a% y"}], "notes": "%a%"},
            "c": {"from": "const", "value": "%a%"},
        },
        xdm={"base": {"_shop.base": "%a.x[0] | upper%"}},
        rules=[
            a_mapping_rule(
                {
                    "_s.l[]": {"each": "%a%", "as": {"k": "%item% of %a%"}},
                    "_s.v": {"value": "%a%", "consent": "collect"},
                },
                conditions={"all": [{"none": [{"value": "%a%", "op": "eq", "than": "%%a"}]}]},
                limit={"times": 1, "per": "page", "key": "%a%"},
            )
        ],
    )

    after = rename_element(document, "a", "z", fixture_modules())

    [rule] = after["rules"]
    assert after["dataElements"]["b"] == {
        "from": "query",
        "name": "%z%",
        "fallback": [{"from": "query", "name": "x %z% y"}],
        "notes": "%a%",
    }
    assert after["dataElements"]["c"] == {"from": "const", "value": "%a%"}
    assert after["xdm"]["base"] == {"_shop.base": "%z.x[0] | upper%"}
    assert rule["conditions"] == {"all": [{"none": [{"value": "%z%", "op": "eq", "than": "%%a"}]}]}
    assert rule["limit"]["key"] == "%z%"
    assert rule["actions"][0]["xdm"] == {
        "_s.l[]": {"each": "%z%", "as": {"k": "%item% of %z%"}},
        "_s.v": {"value": "%z%", "consent": "collect"},
    }


def test_a_variable_is_renamed_where_it_is_written_and_where_it_is_read() -> None:
    document = a_property(
        rules=[
            a_rule(actions=[{"type": "update-variable", "name": "sku", "value": "1"}, {"type": "call", "name": "sku"}])
        ],
        dataElements={
            "seen": {"from": "variable", "name": "sku", "fallback": [{"from": "variable", "name": "other"}]},
            "query": {"from": "query", "name": "sku"},
            "x-note": "sku",
        },
    )

    after = rename_variable(document, "sku", "product")

    assert [action["name"] for action in after["rules"][0]["actions"]] == ["product", "sku"]
    assert after["dataElements"]["seen"]["name"] == "product"
    assert after["dataElements"]["query"]["name"] == "sku"
