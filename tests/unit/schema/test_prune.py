from server.model.json import JsonObject
from server.schema.prune import prune
from tests.unit.schema.builders import demo_events, resolved

SCHEMA = resolved(
    properties={
        "environment": {"type": "object", "properties": {"ipV4": {"type": "string"}}},
        "device": {
            "type": "object",
            "properties": {"screen": {"type": "object", "properties": {"a": {"type": "string"}}}},
        },
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "name": {"type": "string"},
    }
)


def test_prune_keeps_what_the_schema_has_fields_for() -> None:
    patch: JsonObject = {
        "environment": {"ipV4": "192.0.2.0", "operatingSystem": "Linux"},
        "device": {"type": "desktop"},
        "botDetection": {"score": 1},
        "map": {"key": "value"},
        "name": "n",
    }

    kept = prune(patch, SCHEMA)

    assert kept == {"environment": {"ipV4": "192.0.2.0"}, "map": {"key": "value"}, "name": "n"}


def test_prune_leaves_nothing_of_an_object_whose_fields_are_all_unknown() -> None:
    assert prune({"device": {"screen": {"b": 1}}}, SCHEMA) == {}


def test_prune_keeps_values_of_the_wrong_type_for_validation_to_find() -> None:
    assert prune({"name": {}, "environment": 5}, SCHEMA) == {"name": {}, "environment": 5}


def test_prune_changes_nothing_that_fits() -> None:
    patch: JsonObject = {
        "environment": {"browserDetails": {"userAgentClientHints": {"brands": [{"brand": "Chromium"}]}}}
    }

    assert prune(patch, demo_events()) == patch
