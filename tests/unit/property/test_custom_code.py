from typing import Any

import pytest

from server.model.container import CustomModule
from server.property.check import check_property
from server.property.compile import compile_property
from server.property.custom_code import approval_hash, module_hash, signature_faults, unapproved_faults
from server.property.modules import Modules
from server.publish import load_fragments
from tests.unit.property.factories import ROOT, a_property, a_rule

CODE = "export default ({ total }) => Math.floor(total / 10);"
RUN = {"type": "run-module", "module": "points"}


@pytest.fixture(scope="module")
def modules() -> Modules:
    return load_fragments(ROOT / "static").modules


def a_module(code: str = CODE, **keys: Any) -> dict[str, Any]:
    return {"code": code, "author": "ada", **keys}


def approved(module: dict[str, Any], by: str = "bob") -> dict[str, Any]:
    return {**module, "approval": {"by": by, "hash": approval_hash(module)}}


def a_document(module: dict[str, Any] | None = None, **sections: Any) -> dict[str, Any]:
    given = {
        "property": {"id": "shop", "name": "Shop", "settings": {"customCode": "reviewed"}},
        "modules": {"points": module or a_module()},
        "rules": [a_rule(actions=[RUN])],
        **sections,
    }
    return a_property(**given)


def told(document: dict[str, Any], modules: Modules) -> list[str]:
    return [f"{fault.path}: {fault.message}" for fault in check_property(document, modules)]


def test_reviewed_code_may_be_named_by_rules(modules: Modules) -> None:
    assert told(a_document(), modules) == []


def test_it_is_off_unless_the_property_says_otherwise(modules: Modules) -> None:
    document = a_document(property={"id": "shop", "name": "Shop"})

    assert told(document, modules) == ["/rules/0/actions/0: Custom code is off in this property."]


def test_a_module_that_is_not_there_is_told(modules: Modules) -> None:
    assert told(a_document(modules={}), modules) == ["/rules/0/actions/0/module: There is no module `points`."]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("const run = () => 1;", "no `export default`"),
        ('import { a } from "/a.js";\nexport default () => a;', "touches other modules"),
        ('export default () => import("/a.js");', "touches other modules"),
        ('export default () => eval("1");', "touches `eval`"),
        ('export default () => new Function("return 1")();', "touches `Function`"),
        ('export default () => (() => 1).constructor("return 1")();', "touches `Function`"),
        ('export default () => setTimeout("a()");', "touches code as text"),
        ('export default () => document.write("a");', "touches `document.write`"),
        ('export default (i, { element }) => { element.innerHTML = "a"; };', "touches HTML as text"),
        ("export default () => document.cookie;", "touches cookies"),
        ("export default () => localStorage.a;", "touches the browser's storage"),
        ('export default () => fetch("/a");', "touches the network"),
        ("export default () => document.title;", "touches the page's elements"),
    ],
)
def test_what_a_module_may_not_do_is_told(code: str, words: str, modules: Modules) -> None:
    lines = told(a_document(a_module(code)), modules)

    assert any(line.startswith("/modules/points/code: ") and words in line for line in lines), lines


@pytest.mark.parametrize(
    ("code", "capability"),
    [
        ("export default () => document.title;", "dom"),
        ("export default () => sessionStorage.a;", "storage"),
        ('export default () => fetch("/a");', "network"),
    ],
)
def test_what_a_module_declares_it_may_do(code: str, capability: str, modules: Modules) -> None:
    assert told(a_document(a_module(code, capabilities=[capability])), modules) == []


def test_a_module_has_ten_seconds_at_most(modules: Modules) -> None:
    assert told(a_document(a_module(timeout="10s")), modules) == []
    assert told(a_document(a_module(timeout="11s")), modules) == [
        "/modules/points/timeout: A module has ten seconds at most."
    ]


def test_only_what_another_person_approved_as_it_is_can_be_published() -> None:
    module = a_module()
    changed = {**approved(module), "capabilities": ["network"]}

    assert unapproved_faults_of(a_document(approved(module))) == []
    assert unapproved_faults_of(a_document(module)) == ["Nobody has approved the module `points`."]
    assert unapproved_faults_of(a_document(changed)) == ["The module `points` has changed since it was approved."]
    assert unapproved_faults_of(a_document(approved(module, by="ada"))) == [
        "The module `points` was approved by its author."
    ]


def unapproved_faults_of(document: dict[str, Any]) -> list[str]:
    return [fault.message for fault in unapproved_faults(document)]


def test_what_no_enabled_rule_runs_needs_no_approval() -> None:
    assert unapproved_faults_of(a_document(rules=[a_rule(actions=[RUN], enabled=False)])) == []


def test_nobody_writes_or_approves_in_the_name_of_another() -> None:
    before = a_document()
    after = a_document(approved(a_module()))

    assert list(signature_faults(before, before, by="eve")) == []
    assert list(signature_faults(before, after, by="bob")) == []
    assert [fault.path for fault in signature_faults(before, after, by="eve")] == ["/modules/points/approval"]
    changed = a_document(a_module(f"{CODE} // more"))
    assert [fault.path for fault in signature_faults(before, changed, by="eve")] == ["/modules/points/author"]
    assert list(signature_faults(before, changed, by="ada")) == []
    assert [fault.path for fault in signature_faults({}, before, by="eve")] == ["/modules/points/author"]


def test_the_container_names_the_files_of_the_modules_that_rules_run(modules: Modules) -> None:
    module = a_module(capabilities=["dom"], timeout="5s")
    document = a_document(modules={"points": module, "unused": a_module()})

    container = compile_property(document, environment="production", org_id="O", datastream="d", modules=modules)

    assert container.custom_code == {"points": CustomModule(hash=module_hash(module), ms=5_000, sees_element=True)}
    assert CODE not in str(container)
