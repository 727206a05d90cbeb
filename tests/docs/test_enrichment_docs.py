"""docs/reference/enrichments.md says what the code does."""

import re
from pathlib import Path

import pytest

from server.enrich import ENRICHMENTS
from server.enrich.agents import MAX_USER_AGENT_CHARS
from server.enrich.campaign import MAX_PARAMETERS, MAX_VALUE_CHARS
from server.enrich.deps import Deps, load_deps

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "enrichments.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def deps() -> Deps:
    return load_deps()


def section(name: str) -> str:
    return TEXT.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def test_the_page_has_the_enrichments_in_their_order(deps: Deps) -> None:
    names = [construct(deps).name for construct in ENRICHMENTS]

    assert re.findall(r"^\| \[`([a-z_]+)`\]\(#\1\)", TEXT, re.MULTILINE) == names
    assert re.findall(r"^## ([a-z_]+)$", TEXT, re.MULTILINE) == names


def test_every_section_names_exactly_the_paths_that_are_written(deps: Deps) -> None:
    for construct in ENRICHMENTS:
        enrichment = construct(deps)
        paragraph = section(enrichment.name).strip().partition("\n\n")[0]

        assert paragraph.startswith("Writes `"), enrichment.name
        assert set(re.findall(r"`([^`]+)`", paragraph)) == enrichment.writes, enrichment.name


@pytest.mark.parametrize(
    "sentence",
    [
        f"The first {MAX_USER_AGENT_CHARS} characters",
        f"cut at {MAX_VALUE_CHARS} characters; the first {MAX_PARAMETERS} parameters",
    ],
)
def test_every_limit_is_said(sentence: str) -> None:
    assert sentence in re.sub(r"\s+", " ", TEXT)
