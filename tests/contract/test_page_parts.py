"""What holds for the contexts of all pages, and for all scripts that they load."""

import ast
import importlib
import pkgutil
import re
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from server.web import pages
from tests.unit.web.console import ROOT


def page_contexts() -> list[type]:
    modules = [
        importlib.import_module(f"server.web.pages.{each.name}") for each in pkgutil.iter_modules(pages.__path__)
    ]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return sorted(
        (each for each in found if is_dataclass(each) and each.__module__.startswith("server.web.pages.")),
        key=lambda each: each.__name__,
    )


@pytest.mark.parametrize("context", page_contexts(), ids=lambda context: context.__name__)
def test_a_pages_context_is_frozen_and_has_a_template(context: Any) -> None:
    assert context.__dataclass_params__.frozen
    if hasattr(context, "template"):
        assert (ROOT / "templates" / context.template).is_file()
        assert isinstance(context.section, str)


@pytest.mark.parametrize("context", page_contexts(), ids=lambda context: context.__name__)
def test_every_field_of_a_page_is_documented_or_of_a_type_that_is(context: Any) -> None:
    source = Path(importlib.import_module(context.__module__).__file__ or "").read_text(encoding="utf-8")
    [node] = [
        each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.ClassDef) and each.name == context.__name__
    ]
    documented = {
        before.target.id
        for before, after in pairwise(node.body)
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(after, ast.Expr)
    }
    bare = [
        each.name
        for each in fields(context)
        if each.name not in documented and each.type in ("str", "int", "bool", str, int, bool)
    ]

    assert bare == []


SCRIPTS = sorted((ROOT / "static" / "admin").rglob("*.js"))

# What would turn a string into markup or code. The policy forbids it too; this says so before a browser does.
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|parseFromString|srcdoc"
    r"|\beval\(|new Function|setTimeout\(\s*['\"`]|javascript:|localStorage|sessionStorage"
)


def test_there_are_scripts() -> None:
    assert len(SCRIPTS) > 10


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_markup_or_code_from_text(script: Path) -> None:
    assert FORBIDDEN.findall(script.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_import_of_a_script_is_there(script: Path) -> None:
    for imported in re.findall(r'^import .* from "([^"]+)"', script.read_text(encoding="utf-8"), re.MULTILINE):
        assert (script.parent / imported).is_file(), imported
