"""docs/reference/property.md mentions everything that a property can hold, and its examples can be published."""

import json
import re

import pytest

from server.model.json import JsonObject
from server.property.check import MAX_FAULTS, check_property
from server.property.durations import MAX_DURATION_MS
from server.property.modules import Modules
from server.property.pipes import PIPES
from server.property.plain import MAX_DEPTH, MAX_DOCUMENT_BYTES
from server.property.regexes import MAX_REGEX_CHARACTERS
from server.property.selectors import MAX_SELECTOR_CHARACTERS
from server.property.tokens import MAX_PIPES, parse_template
from tests.unit.property.factories import ROOT, fixture_modules

PAGE = (ROOT / "docs/reference/property.md").read_text(encoding="utf-8")
SCHEMA: JsonObject = fixture_modules().schema
BLOCKS = re.findall(r"```json\n(.*?)```", PAGE, flags=re.S)


def section(title: str) -> str:
    """Text of a section, its subsections included."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^(?!\1#)#+ |\Z)", PAGE, flags=re.S | re.M)
    assert found is not None, title
    return found[2]


def keys_of(definition: JsonObject) -> list[str]:
    return list(definition["properties"])


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("The document", keys_of(SCHEMA)),
        ("Environments", keys_of(SCHEMA["properties"]["environments"]) + keys_of(SCHEMA["$defs"]["environment"])),
        ("Consent", keys_of(SCHEMA["$defs"]["consent"])),
        ("Consent", keys_of(SCHEMA["$defs"]["consent"]["properties"]["whilePending"])),
        ("Privacy", keys_of(SCHEMA["$defs"]["privacy"])),
        ("Data layer", keys_of(SCHEMA["$defs"]["dataLayer"])),
        ("XDM of every event", keys_of(SCHEMA["$defs"]["xdm"])),
        ("Rules", keys_of(SCHEMA["$defs"]["rule"])),
        ("Limit", keys_of(SCHEMA["$defs"]["limit"]) + SCHEMA["$defs"]["limit"]["properties"]["per"]["enum"]),
        ("Data elements", keys_of(SCHEMA["$defs"]["dataElement"])),
        ("XDM mappings", ["value", "consent", "one", "each", "as"]),
        ("Conditions", ["all", "any", "none", "value", "is", "op", "than", "ignoreCase"]),
        ("Conditions", SCHEMA["$defs"]["condition"]["oneOf"][3]["properties"]["is"]["enum"]),
        ("Conditions", SCHEMA["$defs"]["condition"]["oneOf"][4]["properties"]["op"]["enum"]),
    ],
)
def test_every_key_is_in_its_section(title: str, keys: list[str]) -> None:
    text = section(title)

    assert [key for key in keys if not re.search(rf'[`"]{re.escape(key)}[`"]', text)] == []


@pytest.mark.parametrize("name", PIPES)
def test_every_pipe_has_a_row_with_an_example_that_uses_it(name: str) -> None:
    row = re.search(rf"^\| `{name}(\(.*?\))?` \| .+ \| `(.+)` \|$", section("Pipes"), flags=re.M)

    assert row is not None
    assert bool(row[1]) == (PIPES[name].needed > 0)
    template = parse_template(row[2].replace("\\|", "|"))
    assert name in [pipe[0] for pipe in template.pipe]  # type: ignore[union-attr]  # examples are single tokens


def test_every_token_of_the_table_can_be_read() -> None:
    tokens = re.findall(r"^\| `(%.+%)` \|", section("Tokens"), flags=re.M)

    assert len(tokens) > 10
    for token in tokens:
        assert not isinstance(parse_template(token.replace("\\|", "|")), str), token


def test_every_example_is_json() -> None:
    assert len(BLOCKS) >= 5
    for block in BLOCKS:
        json.loads(block if block.startswith("{\n") else f"{{{block}}}")


def test_the_examples_can_be_published() -> None:
    paths = sorted((ROOT / "static/snippet/modules").glob("*/*.json"))
    modules = Modules.of([json.loads(path.read_text(encoding="utf-8")) for path in paths])
    whole = json.loads(BLOCKS[0])

    assert check_property(whole, modules) == []
    for block in BLOCKS[1:]:
        assert check_property({**whole, **json.loads(f"{{{block}}}")}, modules) == [], block


def test_the_limits_are_those_that_hold() -> None:
    for limit in (
        f"the first {MAX_FAULTS}",
        f"{MAX_DOCUMENT_BYTES:,} bytes",
        f"{SCHEMA['properties']['rules']['maxItems']} rules",
        f"{SCHEMA['properties']['dataElements']['maxProperties']} data elements",
        f"{MAX_DEPTH} levels",
        f"At most {MAX_PIPES} pipes",
        f"at most {MAX_SELECTOR_CHARACTERS} characters",
        f"longer than {MAX_REGEX_CHARACTERS} characters",
        f"at most {MAX_DURATION_MS // 86_400_000} days",
    ):
        assert limit in PAGE, limit
