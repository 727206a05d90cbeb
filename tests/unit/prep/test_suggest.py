"""Drafts of mapping sets: what is suggested can be saved, and names decide."""

from server.model.json import JsonObject
from server.prep.mapper import Mapper, faults
from server.prep.suggest import MAX_SOURCES, MAX_SUGGESTIONS, Target, source_paths, suggestions
from server.schema.compile import compile_schema
from server.schema.fields import fields
from tests.builders import NOON_MS
from tests.unit.schema.builders import demo_events, resolved

ORDER: JsonObject = {
    "id": "o-1",
    "created_at": "2026-11-24T10:00:00Z",
    "event": "commerce.purchases",
    "order": {"id": "A-17", "total": 99.5, "currency": "CHF"},
    "customer": {"email": "ada@example.com", "first name": "Ada"},
    "items": [{"sku": "S1", "name": "Mirror", "qty": 2, "price": 49.75}],
    "page": {"url": "https://shop.example/", "name": "Thanks"},
}


def targets(schema: JsonObject) -> list[Target]:
    return [Target(field.path, field.type, field.required) for field in fields(schema)]


def drafted(raw: JsonObject, schema: JsonObject, *taken: str) -> dict[str, str]:
    return {line.destination: line.source for line in suggestions(raw, targets(schema), taken=taken)}


def test_a_usual_order_becomes_a_valid_event_without_a_touch() -> None:
    schema = demo_events()
    lines = suggestions(ORDER, targets(schema), taken=())

    mapped = Mapper(lines, schema).map(ORDER, received_ms=NOON_MS, seed="e-1")

    assert list(faults(lines, schema)) == []
    assert list(mapped.warnings) == []
    assert list(compile_schema(schema).violations(mapped.xdm)) == []
    assert mapped.xdm["commerce"]["order"] == {"purchaseID": "A-17", "priceTotal": 99.5, "currencyCode": "CHF"}
    assert mapped.xdm["productListItems"] == [{"SKU": "S1", "name": "Mirror", "quantity": 2, "priceTotal": 49.75}]
    assert mapped.xdm["web"]["webPageDetails"] == {"URL": "https://shop.example/", "name": "Thanks"}
    assert mapped.xdm["identityMap"] == {"Email": [{"id": "ada@example.com", "primary": True}]}


def test_what_an_event_needs_is_made_where_the_data_has_it_not() -> None:
    assert drafted({"n": 1}, demo_events()) == {"_id": "uuid()", "timestamp": "now()"}


def test_a_field_that_is_filled_is_filled_once() -> None:
    found = drafted({"id": "a", "eventId": "b"}, demo_events(), "timestamp", "_id")

    assert "_id" not in found
    assert "timestamp" not in found


def test_a_value_of_another_kind_goes_nowhere() -> None:
    schema = resolved(type="object", properties={"total": {"type": "number"}, "isNew": {"type": "boolean"}})

    assert drafted({"total": {"a": 1}, "is_new": 3}, schema) == {}
    assert drafted({"total": 1.5, "is_new": True}, schema) == {"total": "total", "isNew": "is_new"}


def test_names_with_signs_are_written_so_that_a_path_takes_them() -> None:
    schema = resolved(type="object", properties={"firstName": {"type": "string"}})
    raw: JsonObject = {"first name": "Ada"}

    lines = suggestions(raw, targets(schema), taken=())

    assert Mapper(lines, schema).map(raw, received_ms=NOON_MS, seed="").xdm == {"firstName": "Ada"}


def test_an_endless_example_is_bounded() -> None:
    raw: JsonObject = {f"field{number}": 1 for number in range(10_000)}
    schema = resolved(type="object", properties={name: {"type": "number"} for name in raw})

    assert len(source_paths(raw)) == MAX_SOURCES
    assert len(suggestions(raw, targets(schema), taken=())) == MAX_SUGGESTIONS
