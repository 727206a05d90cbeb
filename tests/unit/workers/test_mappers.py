from collections.abc import Mapping
from typing import Any

from server.model.json import JsonObject
from server.model.mapping import MappingLine, MappingSet
from server.model.schema import SchemaId
from server.schema.errors import SchemaError
from server.workers.mappers import Mappers
from tests.builders import NOON_MS, a_configuration

SCHEMA = SchemaId("https://ns.example.com/s")
DOCUMENT: JsonObject = {"type": "object", "properties": {"name": {"type": "string"}}}
LINE = MappingLine(source="n", destination="name")


def as_it_is(document: Mapping[str, Any]) -> JsonObject:
    return dict(document)


def configured(*lines: MappingLine, revision: int = 1) -> Any:
    mapping_set = MappingSet(id="m", name="m", schema_id=SCHEMA, lines=lines)
    return a_configuration(revision=revision, schemas={SCHEMA: DOCUMENT}, mapping_sets={"m": mapping_set})


def test_a_mapping_set_is_compiled_once_for_each_configuration() -> None:
    mappers = Mappers(as_it_is)

    first = mappers(configured(LINE), "m")

    assert first is not None
    assert first.map({"n": "Ada"}, received_ms=NOON_MS, seed="").xdm == {"name": "Ada"}
    assert mappers(configured(LINE), "m") is first
    assert mappers(configured(LINE, revision=2), "m") is not first


def test_one_that_is_unknown_or_has_no_line_yet_is_none() -> None:
    mappers = Mappers(as_it_is)

    assert mappers(configured(LINE), "other") is None
    assert mappers(configured(revision=2), "m") is None


def test_a_faulty_schema_makes_none() -> None:
    def refuse(_document: Mapping[str, Any]) -> JsonObject:
        raise SchemaError("broken")

    assert Mappers(refuse)(configured(LINE), "m") is None
