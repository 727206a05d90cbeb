from server.schema.show import render_schema
from tests.unit.schema.builders import resolved


def test_a_schema_reads_as_its_head_and_a_line_for_each_field() -> None:
    document = {
        "$id": "https://ns.example.com/a",
        "title": "Visits",
        "description": "Who came.",
        "meta:class": "https://ns.example.com/c",
        "version": "1.2",
        "allOf": [{"$ref": "https://ns.example.com/c"}, {"properties": {}}],
    }
    schema = resolved(
        properties={
            "old": {"type": "string", "title": "Old", "meta:status": "deprecated"},
            "page": {"type": "object", "properties": {"views": {"type": "integer"}}, "required": ["views"]},
        }
    )

    assert render_schema(document, schema).splitlines() == [
        "Visits",
        "https://ns.example.com/a",
        "Who came.",
        "class: https://ns.example.com/c",
        "version: 1.2",
        "made of: https://ns.example.com/c",
        "",
        "old         string    deprecated Old",
        "page        object",
        "page.views  integer   required",
    ]
