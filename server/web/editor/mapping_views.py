"""The rows of an XDM mapping as a form shows them: each with what the schema says of its field, and what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.model.json import JsonObject
from server.model.property import Fault
from server.property.edits import named
from server.property.modules import Modules
from server.property.places import below
from server.web.editor.faults import FaultBook
from server.web.editor.fields import Choice
from server.web.editor.mapping_rows import SHAPES, Row, listed_path, literal_fits, schema_path
from server.web.editor.rest import write_rest
from server.web.editor.source_view import SourceView, choices_of, source_view
from server.web.editor.sources import COERCIONS
from server.web.editor.xdm_fields import XdmFields


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One line of a mapping. ``type``, ``title``, ``description``: of the XDM field; empty where it is not known.

    ``hint``: what the person may want to know; ``pipe``: what a button beside the hint would add.
    """

    name: str
    row: Row
    shapes: Sequence[Choice]
    source: SourceView
    purposes: Sequence[Choice]
    rows: Sequence["RowView"]
    type: str
    title: str
    description: str
    is_required: bool
    is_identity: bool
    hint: str
    pipe: str
    faults: Sequence[str]
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingView:
    """An action's XDM mapping. ``missing``: fields that the schema requires and nobody fills."""

    name: str
    title: str
    rows: Sequence[RowView]
    faults: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a rule's form needs to know of the property."""

    document: JsonObject
    modules: Modules
    purposes: Sequence[str]
    xdm: XdmFields

    @property
    def elements(self) -> Sequence[str]:
        """Names of the data elements."""
        return list(named(self.document["dataElements"]))


def mapping_view(
    name: str, rows: Sequence[Row], book: FaultBook, around: Surroundings, *, pointer: str, title: str
) -> MappingView:
    """``name``: in the form. ``pointer``: in what the faults' places are in."""
    maker = _Rows(book, around, around.elements)
    views = list(maker.rows(name, pointer, rows, inside=""))
    return MappingView(name=name, title=title, rows=views, faults=book.take(pointer))


class _Rows:
    def __init__(self, book: FaultBook, around: Surroundings, elements: Sequence[str]) -> None:
        self.book = book
        self.around = around
        self.elements = elements

    def rows(
        self, name: str, pointer: str, rows: Sequence[Row], *, inside: str, in_list: bool = False
    ) -> Iterator[RowView]:
        for index, row in enumerate(rows):
            here, place = f"{name}/{index}", below(pointer, listed_path(row))
            path = schema_path(row.path, inside)
            field = self.around.xdm.find(path)
            key = "as" if row.shape == "each" else "one"
            inner = [] if row.shape == "value" else list(
                self.rows(f"{here}/rows", below(place, key), row.rows, inside=f"{path}[*].",
                           in_list=in_list or row.shape == "each")
            )  # fmt: skip
            hint, pipe = _hint(row, "" if field is None else field.type)
            is_unknown = field is None and bool(row.path) and bool(self.around.xdm.by_path)
            without = [*(() if in_list else ("item",)), *(("fixed",) if row.shape == "each" else ())]
            yield RowView(
                name=here,
                row=row,
                shapes=choices_of(SHAPES, row.shape),
                source=source_view(f"{here}/source", row.source, self.elements, without=without),
                purposes=[Choice(value=each, help="", is_chosen=each == row.consent) for each in self.around.purposes],
                rows=inner,
                type="" if field is None else "list" if field.type == "array" else field.type,
                title="" if field is None else field.title,
                description="" if field is None else field.description,
                is_required=field is not None and field.required,
                is_identity=(field is not None and field.is_identity) or path.startswith("identityMap"),
                hint="The dataset's schema has no such field: see that it is spelled right." if is_unknown else hint,
                pipe="" if is_unknown else pipe,
                faults=(*self.book.take(place), *self.book.take(f"#{here}")),
                rest=write_rest(row.rest),
            )  # fmt: skip


def type_faults(rows: Sequence[Row], xdm: XdmFields, *, name: str, pointer: str, inside: str = "") -> Iterator[Fault]:
    """Fixed values that a field of the schema can never take."""
    for index, row in enumerate(rows):
        path, here = schema_path(row.path, inside), f"{name}/{index}"
        if row.shape != "value":
            yield from type_faults(row.rows, xdm, name=f"{here}/rows", pointer=pointer, inside=f"{path}[*].")
            continue
        wanted, source = xdm.type_of(path), row.source
        if source.kind == "fixed" and source.value and not literal_fits(source.value, wanted) and wanted in _FIXED:
            message = f"`{row.path}` takes {_FIXED[wanted]}; this is `{source.value[:60]}`."
            yield Fault(f"#{here}", message, f"Write {_FIXED[wanted]}.")


_FIXED = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}


def _hint(row: Row, field_type: str) -> tuple[str, str]:
    """(what the person may want to know, the pipe that would mend it)."""
    pipe = COERCIONS.get(field_type, "")
    if row.shape != "value" or row.source.is_empty or not pipe:
        return "", ""
    if row.source.is_text:
        return f"The page gives a text; this field takes {_of_type(field_type)}.", pipe
    used = {part.strip().partition("(")[0] for part in row.source.pipes.split("|")}
    return (f"Read as {_of_type(field_type)}.", "") if pipe in used else ("", "")


def _of_type(field_type: str) -> str:
    return _FIXED.get(field_type, "a date and time")
