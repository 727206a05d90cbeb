"""Custom code as reviewers look at it: what it is, what of it nobody has approved, and who has done what when."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.model.json import JsonObject
from server.property.custom_code import DEFAULT_TIMEOUT, approval_hash
from server.store.revisions import Revision
from server.web.views.publish_view import DiffLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PastModule:
    """The module as it was in a revision of the property."""

    revision: Revision
    module: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeModule:
    """One module of custom code."""

    name: str
    code: str
    capabilities: Sequence[str]
    timeout: str
    description: str
    author: str
    written_ms: int | None
    """When the code became what it is; None when no revision that is kept knows."""
    state: str
    """approved, changed (since it was approved), waiting (nobody has looked), or own (approved by its author)."""
    approved_by: str
    """Empty when nobody has."""
    approved_ms: int | None
    """As above."""
    changes: Sequence[DiffLine]
    """From what was approved to what it is; empty when nothing was approved, or that is not kept any more."""
    hash: str
    """Of what an approval would be for."""
    used_by: Sequence[str]
    """Names of the rules that run it."""

    @property
    def is_approved(self) -> bool:
        """Another person has approved it as it is."""
        return self.state == "approved"


def code_module(name: str, document: JsonObject, past: Iterable[PastModule]) -> CodeModule:
    """``past``: the newest first; read only as far as it is needed."""
    module = document["modules"][name]
    approval, present = module.get("approval") or {}, approval_hash(module)
    written_ms, approved_ms, approved = None, None, None
    is_same = True
    for each in past:
        there = approval_hash(each.module)
        is_same = is_same and there == present
        if is_same:
            written_ms = each.revision.saved_ms
        if approval and each.module.get("approval") == approval:
            approved_ms = each.revision.saved_ms
        if approval and approved is None and there == approval["hash"]:
            approved = each.module
        elif not is_same and (not approval or each.module.get("approval") != approval):
            break
    return CodeModule(
        name=name,
        code=module["code"],
        capabilities=module.get("capabilities", ()),
        timeout=module.get("timeout", DEFAULT_TIMEOUT),
        description=str(module.get("description", "")),
        author=module["author"],
        written_ms=written_ms,
        state=_state(module, present),
        approved_by=approval.get("by", ""),
        approved_ms=approved_ms,
        changes=() if approved is None else _changes(_promised(approved), _promised(module)),
        hash=present,
        used_by=[str(rule.get("name") or rule["id"]) for rule in document["rules"] if _runs(rule, name)],
    )


def _state(module: JsonObject, present: str) -> str:
    approval = module.get("approval")
    if not approval:
        return "waiting"
    if approval["hash"] != present:
        return "changed"
    return "own" if approval["by"] == module["author"] else "approved"


def _promised(module: JsonObject) -> Sequence[str]:
    """All that an approval is for, as lines."""
    touches = ", ".join(sorted(module.get("capabilities", ()))) or "nothing"
    return [f"// touches {touches}", *module["code"].splitlines()]


def _changes(before: Sequence[str], after: Sequence[str]) -> Sequence[DiffLine]:
    unified = list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]
    kinds = {"+": "added", "-": "removed", "@": "place"}
    return [DiffLine(kind=kinds.get(line[:1], "same"), text=line) for line in unified]


def _runs(rule: JsonObject, name: str) -> bool:
    return any(action.get("type") == "run-module" and action.get("module") == name for action in rule["actions"])
