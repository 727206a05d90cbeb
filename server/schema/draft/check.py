"""What can be wrong with the rows of a draft, said where it is, before any document is made of them."""

import re
from collections.abc import Iterator, Sequence

from server.model.json import Json
from server.schema.compile import compile_schema
from server.schema.compose import resolve_schema
from server.schema.draft.model import (
    MAX_FIELDS,
    MAX_LEVELS,
    MAX_NAME_CHARS,
    MAX_VALUES,
    REFERENCE,
    SHAPES,
    WITH_EXAMPLE,
    WITH_VALUES,
    DraftField,
    DraftRefused,
    FieldType,
)
from server.schema.draft.read import is_plain

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


def value_of(text: str, type_: str) -> Json:
    """What a text in a form stands for; the text itself where it stands for nothing of that type."""
    if type_ in (FieldType.NUMBER, FieldType.INTEGER) and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return {"true": True, "false": False}.get(text, text) if type_ == FieldType.BOOLEAN else text


def check_rows(rows: Sequence[DraftField]) -> None:
    faults: dict[tuple[int, str], str] = {}
    if len(rows) > MAX_FIELDS:
        faults[(MAX_FIELDS, "path")] = f"A form has at most {MAX_FIELDS} fields: put some into a field group."
    by_path: dict[str, int] = {}
    for index, row in enumerate(rows[:MAX_FIELDS]):
        folded = row.path.casefold()
        if fault := _path_fault(row.path):
            faults[(index, "path")] = fault
        elif folded in by_path:
            other = rows[by_path[folded]].path
            same = "There is a field of this name" if other == row.path else f"It differs from {other} by case only"
            faults[(index, "path")] = f"{same}: columns of the lake could not be told apart. Choose another name."
        by_path.setdefault(folded, index)
    for index, row in enumerate(rows[:MAX_FIELDS]):
        holder = by_path.get(row.path.casefold().rpartition(".")[0])
        if holder is not None and rows[holder].type != FieldType.GROUP:
            message = f"{rows[holder].path} is no group, so that no field can be in it: make it a group."
            faults.setdefault((index, "path"), message)
        for part, fault in _row_faults(row):
            faults.setdefault((index, part), fault)
    if faults:
        raise DraftRefused(faults)


def _path_fault(path: str) -> str:
    names = path.split(".")
    if not path:
        return "Give the field a name."
    if len(names) > MAX_LEVELS:
        return f"Groups can be {MAX_LEVELS - 1} deep, and no deeper."
    for name in names:
        if not is_plain(name):
            return (
                f"“{name}” is no name of a field: begin with a letter or _, then letters, digits and _, at most "
                f"{MAX_NAME_CHARS}. A dot puts a field into a group, as in address.city."
            )
    return ""


def _row_faults(row: DraftField) -> Iterator[tuple[str, str]]:
    if row.type not in list(FieldType) and not row.type.startswith(REFERENCE):
        yield "type", "Choose what the field holds."
        return
    if row.type == REFERENCE:
        yield "type", "There is no data type of this name: choose one from the list."
        return
    if row.values and row.type not in WITH_VALUES:
        yield "values", "Only texts and numbers can have a list of values: leave it empty."
        return
    values = [value for value, _ in row.values]
    if len(values) > MAX_VALUES:
        yield "values", f"A list has at most {MAX_VALUES} values here; longer ones are imported."
    elif len(set(values)) < len(values):
        yield "values", "A value is in the list twice."
    elif row.type != FieldType.TEXT and (bad := [value for value in values if _is_wrong(value, row.type)]):
        yield "values", f"“{bad[0]}” is not {'a whole number' if row.type == FieldType.INTEGER else 'a number'}."
    elif row.example and row.type not in WITH_EXAMPLE:
        yield "example", "Only a field with a plain value has an example: leave it empty."
    elif row.example and (reason := _example_fault(row)):
        yield "example", f"The field would not take this example: {reason}."


def _is_wrong(value: str, type_: str) -> bool:
    return not _NUMBER.fullmatch(value) or (type_ == FieldType.INTEGER and "." in value)


def _example_fault(row: DraftField) -> str:
    node = dict(SHAPES[row.type])
    if row.values and not row.is_open:
        node["enum"] = [value_of(text, row.type) for text, _ in row.values]
    validator = compile_schema(resolve_schema({"properties": {"example": node}}, _nothing))
    found = validator.violations({"example": value_of(row.example, row.type)})
    return found[0].message if found else ""


def _nothing(_name: str) -> None:
    return None
