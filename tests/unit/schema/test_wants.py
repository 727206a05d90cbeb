import pytest

from server.model.json import JsonObject
from server.schema.compile import compile_schema
from server.schema.wants import wants
from tests.unit.schema.builders import demo_events, resolved

TEXT = {"type": "string"}
DEVICE = {"type": "object", "properties": {"type": TEXT, "model": TEXT}}


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        (resolved(properties={"device": DEVICE}), False),
        (resolved(properties={"device": DEVICE, "a": TEXT}, required=["a"]), False),
        (resolved(properties={"device": DEVICE}, required=["device"]), True),
        (resolved(properties={"device": {**DEVICE, "required": ["type"]}}), True),
        (resolved(properties={"device": {**DEVICE, "required": ["model"]}}), False),
        (resolved(properties={"device": {**DEVICE, "minProperties": 1}}), True),
        (
            resolved(properties={"device": {"properties": {"type": {"properties": {"a": TEXT}, "required": ["a"]}}}}),
            True,
        ),
        (resolved(properties={"device": {"properties": {"type": {"type": "array", "minItems": 1}}}}), True),
        (resolved(properties={"device": {"properties": {"type": {"items": {"minProperties": 1}}}}}), True),
        (resolved(properties={"device": {"additionalProperties": {"type": "object", "required": ["a"]}}}), True),
        (resolved(properties={"device": {"additionalProperties": TEXT}}), False),
        (resolved(properties={}), False),
    ],
)
def test_a_schema_that_wants_something_on_the_way_or_below_says_so(schema: JsonObject, answer: bool) -> None:
    assert wants(schema, ["device", "type"]) is answer
    assert compile_schema(schema).may_miss(["device.type", "other"]) is answer


def test_the_demo_wants_nothing_that_an_enrichment_adds() -> None:
    assert not compile_schema(demo_events()).may_miss(
        ["environment.browserDetails.name", "device.type", "botDetection"]
    )
