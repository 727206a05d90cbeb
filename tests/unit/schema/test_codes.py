import pytest

from server.model.json import JsonObject
from server.schema.codes import coded, platform_code
from server.schema.compile import compile_schema
from tests.unit.schema.builders import resolved

VALIDATOR = compile_schema(
    resolved(
        properties={
            "a/b": {"type": "array", "items": {"type": "object", "properties": {"at": {"format": "date-time"}}}},
            "name": {"type": "string", "pattern": "^a", "maxLength": 3},
        },
        required=["name"],
    )
)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({}, "DCVS-1106-400"),
        ({"name": 1}, "DCVS-1104-400"),
        ({"name": None}, "DCVS-1101-400"),
        ({"name": "b"}, "DCVS-1105-400"),
        ({"name": "a", "a/b": [{"at": "yesterday"}]}, "DCVS-1105-400"),
        ({"name": "a", "a/b": [None]}, "DCVS-1101-400"),
        ({"name": "aaaa"}, None),
        ({"name": "a", "nick": 1}, None),
    ],
)
def test_a_violation_has_the_code_that_the_platform_is_known_to_give_it(document: JsonObject, code: str | None) -> None:
    [violation] = VALIDATOR.violations(document)

    assert platform_code(violation, document) == code


def test_failed_records_list_code_place_and_message() -> None:
    document = {"a/b": [{}, 7], "name": "aaaa"}
    place = "#/name: expected at most 3 characters, found 4"

    assert coded(VALIDATOR.violations(document), document) == [
        {
            "code": "DCVS-1104-400",
            "message": "The message can't be validated [#/a~1b/1: expected an object, found the number 7]",
        },
        {
            "message": f'The message can\'t be validated [{place}: the string "aaaa"]',
        },
    ]
