import logging
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from server.model.datastream import Configuration
from server.model.schema import SchemaId
from server.schema.errors import SchemaError
from server.workers.validators import Validators
from tests.builders import SCHEMA_ID, a_configuration


class Compiler:
    """Counts, and refuses what is faulty."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, document: Mapping[str, Any]) -> str:
        self.count += 1
        if document.get("faulty"):
            raise SchemaError("broken")
        return f"{document['title']} {self.count}"


def a_revision(number: int, **document: Any) -> Configuration:
    schemas = {SCHEMA_ID: document} if document else {}
    return msgspec.structs.replace(a_configuration(), revision=number, schemas=schemas)


def test_a_schema_is_compiled_when_it_is_asked_for_and_once() -> None:
    compiler = Compiler()
    validators = Validators(compiler)

    assert compiler.count == 0
    assert [validators(a_revision(1, title="A"), SCHEMA_ID) for _ in range(3)] == ["A 1"] * 3


def test_a_schema_that_stays_the_same_is_not_compiled_again() -> None:
    validators = Validators(Compiler())

    found = [validators(a_revision(number, title="A"), SCHEMA_ID) for number in range(3)]
    changed = validators(a_revision(4, title="B"), SCHEMA_ID)

    assert (found, changed) == (["A 1"] * 3, "B 2")


def test_a_schema_that_is_gone_is_none_and_forgotten() -> None:
    validators = Validators(Compiler())

    validators(a_revision(1, title="A"), SCHEMA_ID)

    assert validators(a_revision(2), SCHEMA_ID) is None
    assert validators(a_revision(3, title="A"), SCHEMA_ID) == "A 2"
    assert validators(a_revision(3, title="A"), SchemaId("https://ns.example.com/other")) is None


def test_a_faulty_schema_is_said_once_until_it_changes(caplog: pytest.LogCaptureFixture) -> None:
    validators = Validators(Compiler())

    with caplog.at_level(logging.ERROR):
        found = [validators(a_revision(number, title="A", faulty=True), SCHEMA_ID) for number in range(3)]
        mended = validators(a_revision(4, title="A"), SCHEMA_ID)

    assert (found, mended) == ([None] * 3, "A 2")
    assert len(caplog.records) == 1
