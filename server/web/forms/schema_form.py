"""The rows of own fields in the form of a schema: as texts, as the form sends and shows them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.schema.draft.model import MAX_FIELDS, REFERENCE, DraftField, FieldType
from server.web.forms.signed_form import Form

DATA_TYPE = "datatype"
"""The type of a field that a data type describes: which one, the row's ``data_type`` says by its title."""

TYPES: Sequence[tuple[str, str]] = (
    (FieldType.TEXT, "Text"),
    (FieldType.INTEGER, "Whole number"),
    (FieldType.NUMBER, "Number"),
    (FieldType.BOOLEAN, "Yes or no"),
    (FieldType.DATE_TIME, "Date and time"),
    (FieldType.DATE, "Date"),
    (FieldType.EMAIL, "E-mail address"),
    (FieldType.URI, "Web address"),
    (FieldType.GROUP, "Group of fields"),
    (FieldType.MAP, "Map of texts"),
    (DATA_TYPE, "A data type…"),
)
"""(value, words) of what a form offers."""

# Ten texts a row, and as many field groups as anybody ticks.
MAX_FORM_FIELDS = 10 * MAX_FIELDS + 1_000

BLANK_INDEX = 99_999
"""Of the row that a script makes new ones of: no form has so many."""

_PATH = re.compile(r"field-([0-9]{1,5})-path")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One row, as texts. ``index``: in the names of its fields. ``faults``: what is wrong, by part."""

    index: int
    path: str = ""
    type: str = FieldType.TEXT
    data_type: str = ""
    title: str = ""
    description: str = ""
    values: str = ""
    example: str = ""
    is_list: bool = False
    is_required: bool = False
    is_open: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Nothing was written into it: as good as not there."""
        return not any((self.path, self.title, self.description, self.values, self.example, self.data_type))

    @property
    def is_other(self) -> bool:
        """Something that the form cannot say."""
        return self.type == FieldType.OTHER

    @property
    def shows_more(self) -> bool:
        """Something is wrong in the part of it that folds."""
        return not self.faults.keys().isdisjoint(("title", "description", "values", "example"))


def read_rows(form: Form) -> Sequence[FieldRow]:
    """The rows that a form sends, in order."""
    indexes = {int(found[1]) for name in form if (found := _PATH.fullmatch(name))}

    def text(index: int, part: str) -> str:
        return form.get(f"field-{index}-{part}", "").strip()

    return [
        FieldRow(
            index=index,
            path=text(index, "path"),
            type=text(index, "type") or FieldType.TEXT,
            data_type=text(index, "data-type"),
            title=text(index, "title"),
            description=text(index, "description"),
            values=text(index, "values"),
            example=text(index, "example"),
            is_list=f"field-{index}-list" in form,
            is_required=f"field-{index}-required" in form,
            is_open=f"field-{index}-open" in form,
        )
        for index in sorted(indexes)
    ]


def shown_rows(fields: Sequence[DraftField], titles: Mapping[str, str]) -> Sequence[FieldRow]:
    """The rows of what is kept. ``titles``: of data types, by id."""
    rows = []
    for index, each in enumerate(fields):
        reference = each.type.removeprefix(REFERENCE) if each.type.startswith(REFERENCE) else ""
        rows.append(
            FieldRow(
                index=index,
                path=each.path,
                type=DATA_TYPE if reference else each.type,
                data_type=titles.get(reference, reference),
                title=each.title,
                description=each.description,
                values="\n".join(f"{value} = {label}" if label else value for value, label in each.values),
                example=each.example,
                is_list=each.is_list,
                is_required=each.is_required,
                is_open=each.is_open,
            )
        )
    return rows


def draft_fields(rows: Sequence[FieldRow], ids: Mapping[str, str]) -> Sequence[DraftField]:
    """What the rows say, which are not blank. ``ids``: of data types, by title."""
    return tuple(
        DraftField(
            path=row.path,
            type=f"{REFERENCE}{ids.get(row.data_type, '')}" if row.type == DATA_TYPE else row.type,
            title=row.title,
            description=row.description,
            values=_values(row.values),
            example=row.example,
            is_list=row.is_list,
            is_required=row.is_required,
            is_open=row.is_open,
        )
        for row in rows
    )


def with_faults(rows: Sequence[FieldRow], faults: Mapping[tuple[int, str], str]) -> Sequence[FieldRow]:
    """``faults``: by number of the row and part, as drafts have them."""
    return [
        replace(row, faults={part: message for (place, part), message in faults.items() if place == number})
        for number, row in enumerate(rows)
    ]


def acted(rows: Sequence[FieldRow], action: str) -> Sequence[FieldRow]:
    """The rows after a button of the form: ``add``, or ``remove-`` and the number of a row."""
    if action == "add":
        return [*rows, FieldRow(index=max((row.index for row in rows), default=-1) + 1)]
    return [row for row in rows if action != f"remove-{row.index}"]


def _values(text: str) -> Sequence[tuple[str, str]]:
    """A line each, ``gold`` or ``gold = Gold tier``."""
    pairs = [line.partition(" = ") for line in text.splitlines()]
    return tuple((value.strip(), label.strip()) for value, _, label in pairs if value.strip())
