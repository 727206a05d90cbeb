"""Every promise names tests that there are."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "promises.md").read_text(encoding="utf-8")

_TEST = re.compile(r"`([a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")
_ROW = re.compile(r"^\| ([RI]\d+|[^|-][^|]*) \|(.*)\|$", re.MULTILINE)

# Of the way in, and of what fails behind it: the others are of sinks, stores and the console.
_PROMISES = ["R1", *(f"R{number}" for number in (*range(6, 20), 24))]
_ATTACKS = [f"I{number}" for number in range(1, 25)]


@lru_cache
def _tests_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("path", "name"), sorted(set(_TEST.findall(PAGE))))
def test_a_test_that_holds_a_promise_is_there(path: str, name: str) -> None:
    assert name in _tests_of(path)


def test_every_promise_and_attack_has_its_row() -> None:
    rows = [row for row, _ in _ROW.findall(PAGE) if re.fullmatch(r"[RI]\d+", row)]

    assert rows == _PROMISES + _ATTACKS


def test_every_row_names_a_test() -> None:
    rows = [(row, rest) for row, rest in _ROW.findall(PAGE) if row not in ("decoder", "what")]

    assert [row for row, rest in rows if not _TEST.search(rest)] == []
    assert len(rows) > len(_PROMISES) + len(_ATTACKS) + 15
