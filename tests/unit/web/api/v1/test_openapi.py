"""The description says what is there, and everything that is."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server.web.api.v1.routes import OPERATIONS, description
from tests.unit.property.factories import retail
from tests.unit.web.api.callers import an_api


def schema_of(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", "components": description()["components"]}


def test_every_operation_is_described_under_a_name_of_its_own() -> None:
    told = [each for path in description()["paths"].values() for each in path.values()]

    assert len({each["operationId"] for each in told}) == len(OPERATIONS)
    assert all(each["summary"] and each["responses"] for each in told)


def test_each_parameter_of_an_address_is_described() -> None:
    for path, methods in description()["paths"].items():
        named = {part.strip("{}") for part in path.split("/") if part.startswith("{")}
        for operation in methods.values():
            assert {each["name"] for each in operation["parameters"] if each["in"] == "path"} == named, path


def test_answers_are_as_they_are_described(tmp_path: Path) -> None:
    with an_api(tmp_path) as (client, _):
        client.post("/api/v1/properties", json=retail())
        client.post("/api/v1/properties/retail-web/publications", json={"environment": "staging"})
        answers = {
            "Properties": client.get("/api/v1/properties").json(),
            "Revisions": client.get("/api/v1/properties/retail-web/revisions").json(),
            "Publications": client.get("/api/v1/properties/retail-web/publications").json(),
            "PipelineStatus": client.get("/api/v1/status").json(),
            "Problem": client.get("/api/v1/properties/none").json(),
        }

    for name, told in answers.items():
        assert list(Draft202012Validator(schema_of(name)).iter_errors(told)) == [], name


def test_a_wrong_answer_would_not_fit() -> None:
    assert list(Draft202012Validator(schema_of("Properties")).iter_errors({"items": [{"id": 1}]}))


@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/v1/properties", "/api/v1/events"])
def test_who_is_not_signed_in_gets_nothing(tmp_path: Path, path: str) -> None:
    with an_api(tmp_path) as (client, _):
        assert client.get(path, headers={"authorization": "Bearer hga_none"}).status_code == 401
        assert client.get(path).status_code == 200
