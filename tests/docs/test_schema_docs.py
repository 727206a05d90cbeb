"""docs/reference/schemas.md says what the code does."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from server.model.json import JsonObject
from server.schema.builtins import builtin_documents, load_ready_schema
from server.schema.codes import MISSING, NULL, WRONG_FORMAT, WRONG_TYPE
from server.schema.compile import MAX_EXPLAINED_VALUES, MAX_PATTERN_BYTES, MAX_VIOLATIONS
from server.schema.compose import MAX_DEPTH_NODES, MAX_NODES, MAX_SAFE_INTEGER
from server.schema.descriptors import TYPES
from server.schema.explain import MAX_EXCERPT_CHARS
from server.schema.formats import FORMAT_RULES
from server.schema.importing import MAX_FILE_BYTES, MAX_FILES

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "schemas.md").read_text(encoding="utf-8")


def rows(title: str) -> list[list[str]]:
    """The cells of the table in the section of that title, without its head."""
    section = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    table = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in cells] for cells in table[2:]]


def official_cell(document: JsonObject) -> str:
    name = document.get("meta:xdmId")
    return f"`{name.removeprefix('https://ns.adobe.com/xdm/')}`" if name else "none"


def test_every_component_is_listed_with_its_title_and_official_id() -> None:
    listed = {tuple(cells) for cells in rows("Components")}

    assert listed == {
        (
            f"`{document['$id'].removeprefix('https://ns.heliograph.dev/xdm/')}`",
            document["title"],
            official_cell(document),
        )
        for document in builtin_documents().values()
    }


def test_every_ready_schema_is_listed() -> None:
    folder = files("server.schema") / "builtin" / "schemas"
    schemas = [load_ready_schema(entry.name.removesuffix(".json")) for entry in folder.iterdir()]

    listed = [cells[:2] for cells in rows("Ready schemas")]

    assert sorted(listed) == sorted([f"`{schema['$id']}`", schema["title"]] for schema in schemas)


@pytest.mark.parametrize("type_", TYPES)
def test_every_descriptor_is_explained(type_: str) -> None:
    assert f"`{type_}`" in TEXT


@pytest.mark.parametrize("code", [NULL, WRONG_TYPE, WRONG_FORMAT, MISSING])
def test_every_code_of_the_platform_is_explained(code: str) -> None:
    assert f"| `{code}` |" in TEXT


@pytest.mark.parametrize("format_", FORMAT_RULES)
def test_every_format_is_explained(format_: str) -> None:
    cells = [cells[0] for cells in rows("What validation checks")]

    assert any(f"`{format_}`" in cell for cell in cells)


@pytest.mark.parametrize(
    "sentence",
    [
        f"at most {MAX_DEPTH_NODES} levels deep",
        f"at most {MAX_NODES} fields and parts",
        f"from -{MAX_SAFE_INTEGER} to {MAX_SAFE_INTEGER}",
        f"at most {MAX_VIOLATIONS}; of an event with more than {MAX_EXPLAINED_VALUES} values, only one",
        f"larger than {MAX_PATTERN_BYTES} bytes",
        f"At most {MAX_FILES} files of {MAX_FILE_BYTES} bytes",
        f"at most {2 * MAX_EXCERPT_CHARS} characters",
    ],
)
def test_every_limit_is_said(sentence: str) -> None:
    assert sentence in re.sub(r"\s+", " ", TEXT)
