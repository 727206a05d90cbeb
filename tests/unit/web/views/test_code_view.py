from typing import Any

from server.property.custom_code import approval_hash
from server.store.revisions import Revision
from server.web.views.code_view import CodeModule, PastModule, code_module
from tests.unit.property.factories import a_property, a_rule

OLD = {"code": "export default () => 1;", "author": "ada"}
NEW = {"code": "export default () => 2;", "author": "ada"}


def approved(module: dict[str, Any], *, by: str = "bob", of: dict[str, Any] | None = None) -> dict[str, Any]:
    return {**module, "approval": {"by": by, "hash": approval_hash(of or module)}}


def seen(*past: dict[str, Any]) -> CodeModule:
    """``past``: the newest first, which is what the property has."""
    run = a_rule(name="Points", actions=[{"type": "run-module", "module": "points"}])
    document = a_property(rules=[run], modules={"points": past[0]})
    count = len(past)
    revisions = [
        PastModule(
            revision=Revision(number=count - index, saved_ms=count - index, saved_by="x", summary=""), module=module
        )
        for index, module in enumerate(past)
    ]
    return code_module("points", document, iter(revisions))


def test_what_nobody_has_approved_waits() -> None:
    module = seen(NEW, OLD)

    assert (module.state, module.approved_by, module.written_ms, list(module.changes)) == ("waiting", "", 2, [])
    assert list(module.used_by) == ["Points"]


def test_what_was_approved_as_it_is_says_by_whom_and_when() -> None:
    module = seen(approved(OLD), approved(OLD), OLD, OLD)

    assert (module.state, module.approved_by) == ("approved", "bob")
    assert (module.written_ms, module.approved_ms) == (1, 3)


def test_what_has_changed_since_is_compared_with_what_was_approved() -> None:
    module = seen(approved(NEW, of=OLD), approved(OLD), OLD)

    assert module.state == "changed"
    assert [(each.kind, each.text) for each in module.changes if each.kind in ("added", "removed")] == [
        ("removed", "-export default () => 1;"),
        ("added", "+export default () => 2;"),
    ]
    assert (module.written_ms, module.approved_ms) == (3, 2)


def test_a_wider_promise_is_no_longer_what_was_approved() -> None:
    wider = {**OLD, "capabilities": ["network"]}

    module = seen(approved(wider, of=OLD), approved(OLD))

    assert module.state == "changed"
    assert [each.text for each in module.changes][1:3] == ["-// touches nothing", "+// touches network"]


def test_an_approval_by_its_author_is_none() -> None:
    assert seen(approved(OLD, by="ada")).state == "own"
