"""What the buttons of a mapping do: one more row for a field of the tree, one more pipe for what a row reads."""

from collections.abc import Sequence
from dataclasses import replace

from server.web.editor.branches import Branch
from server.web.editor.mapping_rows import Row, with_field
from server.web.editor.rule_draft import RuleDraft, with_rows
from server.web.editor.sources import COERCIONS
from server.web.editor.xdm_fields import new_path


def with_pipe(form: Branch, action: str) -> Branch:
    """``pipe:PATH:TYPE``: what is read goes through one more pipe."""
    verb, _, rest = action.partition(":")
    path, _, pipe = rest.partition(":")
    if verb != "pipe" or pipe not in COERCIONS.values():
        return form

    def put(branch: Branch, keys: Sequence[str]) -> Branch:
        if keys:
            return replace(branch, branches={**branch.branches, keys[0]: put(branch.at(keys[0]), keys[1:])})
        pipes = branch.text("pipes").strip()
        return replace(branch, leaves={**branch.leaves, "pipes": (f"{pipes} | {pipe}" if pipes else pipe,)})

    return put(form, path.split("/"))


def rule_with_field(draft: RuleDraft, mapping: str, path: str) -> tuple[RuleDraft, str]:
    """The draft with a row for a field of the tree, and the row's name. ``mapping``: which one; absent: the first."""
    names = [f"actions/{index}/{name}" for index, each in enumerate(draft.actions) for name in each.mappings]
    if not names:
        return draft, ""
    chosen = mapping if mapping in names else names[0]
    grown = with_rows(draft, chosen, lambda rows: with_field(rows, new_path(path)))
    _, number, name = chosen.split("/")
    return grown, row_of_field(grown.actions[int(number)].mappings[name], chosen, path)


def row_of_field(rows: Sequence[Row], name: str, path: str) -> str:
    """The name of the row for a field of the tree, in the mapping of this name."""
    focus = name
    for part in new_path(path).split("[*]."):
        at = next((i for i, row in enumerate(rows) if row.path.removesuffix("[]") == part.removesuffix("[*]")), -1)
        if at < 0:
            break
        focus = f"{focus}/rows/{at}" if focus != name else f"{focus}/{at}"
        rows = rows[at].rows
    return focus
