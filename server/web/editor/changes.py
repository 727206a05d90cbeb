"""What a button of a form does to the form: a row more, a row less, a row up. The rest of it stays as it was typed."""

from dataclasses import replace

from server.web.editor.branches import Branch


def changed(form: Branch, action: str) -> tuple[Branch, str]:
    """The form after ``add:PATH``, ``group:PATH``, ``remove:PATH``, ``up:PATH`` or ``down:PATH``, and what to look at.

    A path is a name in the form; rows are numbered. Anything else changes nothing.
    """
    verb, _, path = action.partition(":")
    keys = path.split("/")
    match verb:
        case "add" | "group":
            leaves = {"new": ("1",)} | ({"word": ("any",)} if verb == "group" else {})
            number = _next(_find(form, keys))
            return _put(form, [*keys, number], Branch(leaves=leaves)), f"{path}/{number}"
        case "remove":
            return _without(form, keys), path.rpartition("/")[0]
        case "up" | "down":
            return _swapped(form, keys, -1 if verb == "up" else 1), path
        case _:
            return form, ""


def _find(form: Branch, keys: list[str]) -> Branch:
    for key in keys:
        form = form.at(key)
    return form


def _next(rows: Branch) -> str:
    numbers = [int(name) for name in rows.branches if name.isascii() and name.isdecimal()]
    return str(max(numbers, default=-1) + 1)


def _put(form: Branch, keys: list[str], value: Branch) -> Branch:
    if not keys:
        return value
    return replace(form, branches={**form.branches, keys[0]: _put(form.at(keys[0]), keys[1:], value)})


def _without(form: Branch, keys: list[str]) -> Branch:
    *inside, last = keys
    owner = _find(form, inside)
    left = {name: branch for name, branch in owner.branches.items() if name != last}
    return _put(form, inside, replace(owner, branches=left))


def _swapped(form: Branch, keys: list[str], by: int) -> Branch:
    *inside, last = keys
    owner = _find(form, inside)
    numbers = sorted(int(name) for name in owner.branches if name.isascii() and name.isdecimal())
    place = numbers.index(int(last)) if last.isdecimal() and int(last) in numbers else -1
    other = place + by
    if place < 0 or not 0 <= other < len(numbers):
        return form
    names = str(numbers[place]), str(numbers[other])
    swapped = {**owner.branches, names[0]: owner.branches[names[1]], names[1]: owner.branches[names[0]]}
    return _put(form, inside, replace(owner, branches=swapped))
