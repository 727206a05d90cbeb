"""Condition trees of a rule: what can be wrong with them, and their compiled form."""

from collections.abc import Iterator

from server.model.container import All, AnyOf, Compare, Condition, Is, NoneOf
from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.cursor import TemplateError
from server.property.places import below
from server.property.regexes import RegexError, check_regex
from server.property.scope import Scope, template_faults
from server.property.tokens import parse_template

_GROUPS = ("all", "any", "none")
_ORDER = frozenset({"lt", "lte", "gt", "gte"})
_TEXTUAL = frozenset({"contains", "startsWith", "endsWith", "matches"})


def compile_condition(condition: JsonObject) -> Condition:
    """The tree with its templates parsed. It must be checked."""
    if "all" in condition:
        return All(tuple(compile_condition(each) for each in condition["all"]))
    if "any" in condition:
        return AnyOf(tuple(compile_condition(each) for each in condition["any"]))
    if "none" in condition:
        return NoneOf(tuple(compile_condition(each) for each in condition["none"]))
    value = parse_template(condition["value"])
    if "is" in condition:
        return Is(value=value, state=condition["is"])
    ignores_case = condition.get("ignoreCase", False)
    return Compare(value=value, op=condition["op"], than=condition["than"], ignore_case=ignores_case)


def condition_faults(condition: JsonObject, pointer: str, scope: Scope) -> Iterator[Fault]:
    """What is wrong with a tree whose shape is right."""
    for group in _GROUPS:
        for index, each in enumerate(condition.get(group, ())):
            yield from condition_faults(each, below(pointer, group, index), scope)
    if "value" not in condition:
        return
    found = list(template_faults(condition["value"], below(pointer, "value"), scope))
    yield from found
    if not found and isinstance(parse_template(condition["value"]), str):
        message = f"`{condition['value'][:60]}` is a text that never changes."
        yield Fault(below(pointer, "value"), message, "Put the name between per cent signs, such as `%pageName%`.")
    if "op" in condition:
        yield from _comparison_faults(condition["op"], condition["than"], condition, pointer)


def _comparison_faults(op: str, than: Json, condition: JsonObject, pointer: str) -> Iterator[Fault]:
    here = below(pointer, "than")
    if (op == "in") != isinstance(than, list):
        yield Fault(here, "`in` needs a list, and every other `op` a single value.", "Write `[…]` for `in` only.")
    elif op in _ORDER and (isinstance(than, bool) or not isinstance(than, int | float)):
        yield Fault(here, f"`{op}` compares numbers.", "Write a number, without quotes.")
    elif op in _TEXTUAL and not isinstance(than, str):
        yield Fault(here, f"`{op}` compares texts.", "Write a text in quotes.")
    elif op == "matches":
        yield from _regex_faults(than, here)
    elif isinstance(than, str) and _holds_token(than):
        yield Fault(here, "`than` is compared as it is written: tokens mean nothing in it.", "Write the text itself.")
    if "ignoreCase" in condition and op in _ORDER:
        yield Fault(below(pointer, "ignoreCase"), "Numbers have no capitals.", "Remove it.")


def _holds_token(text: str) -> bool:
    try:
        return not isinstance(parse_template(text), str)
    except TemplateError:
        return False


def _regex_faults(text: str, pointer: str) -> Iterator[Fault]:
    try:
        check_regex(text)
    except RegexError as error:
        yield Fault(pointer, "The regular expression cannot be used.", str(error))
