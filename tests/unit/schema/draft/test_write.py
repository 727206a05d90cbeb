from typing import Any

import pytest

from server.schema.compose import resolve_schema
from server.schema.draft.model import Draft, DraftField, DraftRefused, FieldType
from server.schema.draft.read import draft_of
from server.schema.draft.write import document_of
from server.schema.outline import type_words

CLASS = "https://ns.example.com/class"
WEB = "https://ns.example.com/web"
ADDRESS = "https://ns.example.com/address"


def a_draft(*rows: DraftField, **fields: Any) -> Draft:
    return Draft(**{"title": "Orders", "class_id": CLASS, "fields": rows} | fields)


def row(path: str, type_: str = FieldType.TEXT, **fields: Any) -> DraftField:
    return DraftField(path=path, type=type_, **fields)


def own(draft: Draft, before: dict[str, Any] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = document_of(draft, before or {}, tenant="shop")["properties"]["_shop"]
    return found


EVERY_TYPE = (
    row("tier", values=(("gold", "Gold tier"), ("silver", "")), example="gold", title="Tier"),
    row("colour", values=(("red", ""),), is_open=True),
    row("points", FieldType.INTEGER, values=(("1", ""), ("2", "")), is_required=True),
    row("price", FieldType.NUMBER, example="9.5"),
    row("is_new", FieldType.BOOLEAN, example="true", description="Since when?"),
    row("born", FieldType.DATE, example="2001-02-03"),
    row("seen", FieldType.DATE_TIME),
    row("mail", FieldType.EMAIL, example="ada@example.com"),
    row("page", FieldType.URI),
    row("tags", is_list=True, title="Tags"),
    row("labels", FieldType.MAP),
    row("home", f"ref:{ADDRESS}", title="Home"),
    row("orders", FieldType.GROUP, is_list=True, title="Orders"),
    row("orders.sku", is_required=True),
    row("orders.deep", FieldType.GROUP),
    row("orders.deep.deeper", FieldType.INTEGER, is_list=True),
)


def test_what_is_written_is_read_again() -> None:
    draft = a_draft(*EVERY_TYPE, description="What was ordered.", parts=[WEB])

    document = document_of(draft, {}, tenant="shop")

    assert draft_of(document, tenant="shop") == Draft(
        title="Orders", description="What was ordered.", class_id=CLASS, parts=(WEB,), fields=EVERY_TYPE
    )


def test_a_schema_is_made_of_its_class_its_field_groups_and_fields_below_the_tenants_name() -> None:
    document = document_of(a_draft(row("tier"), parts=[WEB]), {}, tenant="shop")

    assert document == {
        "title": "Orders",
        "type": "object",
        "meta:class": CLASS,
        "allOf": [{"$ref": CLASS}, {"$ref": WEB}],
        "properties": {
            "_shop": {
                "title": "Fields of our own",
                "type": "object",
                "properties": {"tier": {"type": "string"}},
            }
        },
    }


def test_each_type_is_what_its_words_say() -> None:
    document = document_of(a_draft(*EVERY_TYPE, class_id=""), {}, tenant="shop")
    schema = resolve_schema(document, {ADDRESS: {"type": "object", "properties": {}}}.get)

    fields = schema["properties"]["_shop"]["properties"]
    assert [type_words(fields[name]) for name in ("tier", "points", "price", "is_new", "born", "seen")] == [
        "text",
        "whole number",
        "number",
        "yes or no",
        "date",
        "date and time",
    ]
    assert [type_words(fields[name]) for name in ("mail", "page", "tags", "labels", "home", "orders")] == [
        "e-mail address",
        "web address",
        "list of texts",
        "map of texts",
        "group",
        "list of groups",
    ]


def test_values_close_a_list_or_are_only_suggested() -> None:
    fields = own(a_draft(*EVERY_TYPE))["properties"]

    assert fields["tier"]["enum"] == ["gold", "silver"]
    assert fields["tier"]["meta:enum"] == {"gold": "Gold tier", "silver": "silver"}
    assert "enum" not in fields["colour"]
    assert fields["colour"]["meta:enum"] == {"red": "red"}
    assert fields["points"]["enum"] == [1, 2]


def test_a_group_that_no_row_describes_is_there_all_the_same() -> None:
    assert own(a_draft(row("card.tier")))["properties"] == {
        "card": {"type": "object", "properties": {"tier": {"type": "string"}}}
    }


@pytest.mark.parametrize("is_required", [True, False])
def test_the_tenants_frame_is_required_when_something_in_it_is(is_required: bool) -> None:
    before = {"properties": {"_other": {}, "_shop": {}}, "required": ["_other", "_shop"]}

    document = document_of(a_draft(row("tier", is_required=is_required)), before, tenant="shop")

    assert document["required"] == (["_other", "_shop"] if is_required else ["_other"])


def test_what_a_form_does_not_show_stays() -> None:
    before: dict[str, Any] = {
        "$id": "https://ns.example.com/orders",
        "meta:immutableTags": ["union"],
        "allOf": [{"$ref": CLASS}, {"$ref": "#/definitions/x"}, {"minProperties": 1}],
        "definitions": {"x": {"properties": {"y": {"type": "string"}}}},
        "properties": {
            "_other": {"type": "object"},
            "_shop": {
                "title": "Ours",
                "description": "What the shop adds.",
                "properties": {
                    "tier": {"type": "string", "maxLength": 8},
                    "tags": {"type": "array", "maxItems": 3, "items": {"type": "string", "pattern": "^a"}},
                    "odd-name": {"type": "string"},
                    "either": {"type": ["string", "null"]},
                },
                "required": ["odd-name"],
            },
        },
    }
    draft = draft_of({**before, "title": "Orders", "meta:class": CLASS}, tenant="shop")

    document = document_of(draft, before, tenant="shop")

    assert document["meta:immutableTags"] == ["union"]
    assert document["allOf"] == before["allOf"]
    assert document["definitions"] == before["definitions"]
    assert [each.type for each in draft.fields] == ["text", "text", "other"]
    expected = before["properties"]["_shop"]
    assert document["properties"] == {
        "_other": {"type": "object"},
        "_shop": {"type": "object", **expected},
    }


def test_a_field_of_another_type_keeps_nothing_of_what_it_was() -> None:
    before = {"properties": {"_shop": {"properties": {"tier": {"type": "string", "maxLength": 8}}}}}

    assert own(a_draft(row("tier", FieldType.INTEGER)), before)["properties"]["tier"] == {"type": "integer"}
    assert own(a_draft(row("tier", is_list=True)), before)["properties"]["tier"] == {
        "type": "array",
        "items": {"type": "string"},
    }


def test_a_part_or_a_field_that_is_left_out_goes() -> None:
    before = document_of(a_draft(row("tier"), row("points"), parts=[WEB]), {}, tenant="shop")

    fewer = document_of(a_draft(row("tier")), before, tenant="shop")
    none = document_of(a_draft(), fewer, tenant="shop")

    assert fewer["allOf"] == [{"$ref": CLASS}]
    assert list(fewer["properties"]["_shop"]["properties"]) == ["tier"]
    assert "properties" not in none


def test_fields_stay_among_the_definitions_where_clients_of_the_platform_put_them() -> None:
    group = {"properties": {"_shop": {"type": "object", "properties": {"tier": {"type": "string"}}}}}
    before = {"definitions": {"custom": group}, "allOf": [{"$ref": "#/definitions/custom"}]}
    draft = draft_of(before, tenant="shop")

    document = document_of(
        Draft(title="Card", class_ids=[CLASS], fields=[*draft.fields, row("points")]), before, tenant="shop"
    )

    assert list(document["definitions"]["custom"]["properties"]["_shop"]["properties"]) == ["tier", "points"]
    assert "properties" not in document
    assert document["meta:intendedToExtend"] == [CLASS]


def test_wrong_rows_are_refused_before_anything_is_written() -> None:
    with pytest.raises(DraftRefused) as refused:
        document_of(a_draft(row("")), {}, tenant="shop")

    assert refused.value.faults == {(0, "path"): "Give the field a name."}
