"""The form of a module's settings, made from its JSON Schema, and what such a form says as settings again.

What cannot be read is no error here: it is kept as it was written, and the property's check says what is wrong.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.model.json import Json, JsonObject
from server.property.places import below
from server.web.editor.branches import Branch
from server.web.editor.faults import FaultBook
from server.web.editor.literals import read_literal, read_number, write_literal

_WORD_OF_CHOICE = re.compile(r"`([^`]+)`( \([^)]*\))?: (.+?)(?=\.(?: `|$)|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a fixed set. ``help``: what it means; may be empty."""

    value: str
    help: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field, or several that belong together.

    ``kind``: text, code, prose, template, number, numbers, flag, choice, choices, list, literal, target, group or
    rows; the template rules/_field.html draws each. ``help``: the schema's own words. ``rows``: of targets and rows,
    one a line. ``usual``: what holds when the field is empty.
    """

    name: str
    kind: str
    label: str
    help: str = ""
    value: str = ""
    usual: str = ""
    is_needed: bool = False
    choices: Sequence[Choice] = ()
    fields: Sequence["FormField"] = ()
    rows: Sequence[Sequence["FormField"]] = ()
    faults: Sequence[str] = ()

    @property
    def id(self) -> str:
        """Of the HTML element."""
        return self.name.replace("/", "-")

    @property
    def is_wrong(self) -> bool:
        inside = (*self.fields, *(each for row in self.rows for each in row))
        return bool(self.faults) or any(each.is_wrong for each in inside)


def settings_fields(
    settings: JsonObject, schema: JsonObject, *, name: str, pointer: str, faults: FaultBook
) -> Sequence[FormField]:
    """One a setting, but for mappings, which have a form of their own. ``name``: of the component in the form."""
    needed = schema.get("required", ())
    return [
        _field(
            settings.get(key), node, schema, name=f"{name}/{key}", at=below(pointer, key), faults=faults,
            is_needed=key in needed,
        )
        for key, node in schema.get("properties", {}).items()
        if not node.get("x-mapping")
    ]  # fmt: skip


def read_settings(branch: Branch, schema: JsonObject) -> JsonObject:
    """The settings that the form says; what is empty, or as it would be anyway, is left out."""
    return dict(_read_members(branch, schema, schema))


def mapping_settings(schema: JsonObject) -> Sequence[str]:
    """Names of the settings that are XDM mappings."""
    return [key for key, node in schema.get("properties", {}).items() if node.get("x-mapping")]


def _field(
    value: Json, node: JsonObject, root: JsonObject, *, name: str, at: str, faults: FaultBook, is_needed: bool
) -> FormField:
    kind = _kind(node)
    common: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "label": node.get("title", name.rpartition("/")[2]),
        "help": node.get("description", ""),
        "is_needed": is_needed,
    }
    match kind:
        case "group":
            inside: JsonObject = value if isinstance(value, dict) else {}
            common["fields"] = settings_fields(inside, {**node, "$defs": root.get("$defs", {})}, name=name, pointer=at,
                                               faults=faults)  # fmt: skip
        case "rows":
            entries = value if isinstance(value, list) else []
            common["rows"] = [
                settings_fields(
                    each if isinstance(each, dict) else {},
                    node["items"], name=f"{name}/{index}", pointer=below(at, index), faults=faults,
                )
                for index, each in enumerate(entries or [{}])
            ]  # fmt: skip
        case "target":
            common["rows"] = list(_target_rows(value, name=name, at=at, faults=faults))
            common["usual"] = node.get("default", "")
        case "choice" | "choices":
            common |= _choices(value, node, kind)
        case "flag":
            common["value"] = "1" if (value if value is not None else node.get("default", False)) is True else ""
        case "list" | "numbers":
            said = node.get("default") if value is None else value
            separator = ", " if _is_of_numbers(node) else "\n"
            common["value"] = separator.join(map(_shown, said)) if isinstance(said, list) else _shown(said)
            common["usual"] = node.get("x-example", "")
        case "literal":
            common["value"] = "" if value is None else write_literal(value)
        case _:
            common["value"] = _shown(value)
            common["usual"] = _shown(node.get("default", node.get("x-example")))
    return FormField(**common, faults=faults.take(at))


def _kind(node: JsonObject) -> str:
    if "anyOf" in node:
        return "target"
    if "enum" in node:
        return "choice"
    if node.get("x-template"):
        return "template"
    match node.get("type"):
        case "boolean":
            return "flag"
        case "integer" | "number":
            return "number"
        case "object":
            return "group"
        case "array":
            items = node.get("items", {})
            if "enum" in items:
                return "choices"
            return "rows" if items.get("type") == "object" else "numbers" if _is_of_numbers(node) else "list"
        case "string":
            if node.get("x-prose"):
                return "prose"
            return "code" if node.get("format") in ("selector", "regex") else "text"
        case _:
            return "literal"


def _choices(value: Json, node: JsonObject, kind: str) -> dict[str, Any]:
    options = node["enum"] if kind == "choice" else node["items"]["enum"]
    given = node.get("default") if value is None else value
    chosen = given if isinstance(given, list) else [given]
    told = {found[1]: found[3] for found in _WORD_OF_CHOICE.finditer(node.get("description", ""))}
    means: Mapping[str, str] = node.get("x-means", told)
    choices = [Choice(value=str(each), help=means.get(str(each), ""), is_chosen=each in chosen) for each in options]
    if kind == "choice" and "default" not in node:
        choices.insert(0, Choice(value="", help="", is_chosen=value is None))
    return {"choices": choices, "help": "" if told else node.get("description", "")}


def _target_rows(value: Json, *, name: str, at: str, faults: FaultBook) -> Iterator[Sequence[FormField]]:
    """A line an alternative: a selector, or what people see of the element."""
    several = value.get("anyOf") if isinstance(value, dict) else None
    entries = several if isinstance(several, list) else [value]
    for index, each in enumerate(entries or [None]):
        line, place = f"{name}/{index}", below(at, "anyOf", index) if several else at
        named: JsonObject = each if isinstance(each, dict) else {}
        found = faults.take(place)
        yield (
            FormField(
                name=f"{line}/by", kind="choice", label="Found by",
                choices=[
                    Choice(value="css", help="its CSS selector", is_chosen=not named),
                    Choice(value="name", help="what people see", is_chosen=bool(named)),
                ],
            ),
            FormField(name=f"{line}/css", kind="code", label="CSS selector", value="" if named else _shown(each),
                      faults=() if named else found),
            FormField(name=f"{line}/role", kind="text", label="Role", value=_shown(named.get("role")),
                      usual="button", faults=found if named else ()),
            FormField(name=f"{line}/name", kind="text", label="Text or label", value=_shown(named.get("name")),
                      usual="Add to cart"),
        )  # fmt: skip


def _shown(value: Json) -> str:
    return "" if value is None else value if isinstance(value, str) else write_literal(value)


def _read_members(branch: Branch, schema: JsonObject, root: JsonObject) -> Iterator[tuple[str, Json]]:
    for key, node in schema.get("properties", {}).items():
        if node.get("x-mapping"):
            continue
        value = _read(branch, key, node, root)
        if value is not None and not _is_usual(value, node):
            yield key, value


def _read(branch: Branch, key: str, node: JsonObject, root: JsonObject) -> Json:
    """None: not said."""
    text = branch.text(key)
    match _kind(node):
        case "group":
            return dict(_read_members(branch.at(key), node, root)) or None
        case "rows":
            rows = [(dict(_read_members(row, node["items"], root)), row.has("new")) for row in branch.at(key).rows()]
            return [row for row, is_new in rows if row or is_new] or None
        case "target":
            return _read_target(branch.at(key))
        case "choices":
            # The form always has a hidden field of this name: no box ticked is an empty list, and not nothing said.
            return [each for each in branch.all(key) if each] if branch.has(key) else None
        case "flag":
            return bool(text) if branch.has(key) or "default" in node else None
        case "list" | "numbers":
            # What is usual stands in the field: without it, nothing is meant. Else an empty field says nothing.
            return _read_list(text, node) or ([] if node.get("default") and branch.has(key) else None)
        case "number":
            return read_number(text) if text.strip() else None
        case "literal":
            return read_literal(text) if text else None
        case "code":
            return text.strip() or None
        case _:
            return text or None


def _read_target(branch: Branch) -> Json:
    # A row that was just added is empty, and there all the same.
    read = [(_read_alternative(row), row.has("new")) for row in branch.rows()]
    entries: list[Json] = ["" if entry is None else entry for entry, is_new in read if is_new or entry is not None]
    return entries[0] if len(entries) == 1 and isinstance(entries[0], str) else {"anyOf": entries} if entries else None


def _read_alternative(row: Branch) -> Json:
    if row.text("by") != "name":
        return row.text("css").strip() or None
    said = {key: row.text(key).strip() for key in ("role", "name")}
    return {key: value for key, value in said.items() if value} or None


def _read_list(text: str, node: JsonObject) -> Json:
    is_number = _is_of_numbers(node)
    parts = re.split(r"[\n,;]" if is_number else r"\n", text)
    entries: list[Json] = [read_number(part) if is_number else part.strip() for part in parts if part.strip()]
    return entries or None


def _is_of_numbers(node: JsonObject) -> bool:
    return node.get("items", {}).get("type") in ("integer", "number")


def _is_usual(value: Json, node: Mapping[str, Any]) -> bool:
    # `1` is not `true`, though Python finds them equal.
    return "default" in node and type(value) is type(node["default"]) and bool(value == node["default"])
