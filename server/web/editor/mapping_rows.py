"""An XDM mapping as rows that people edit, and the rows as the mapping of the document.

Rows may be unfinished, and two may name one field: so they are a list while they are edited, and a mapping when they
are saved.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.mapping import LIST_SUFFIX
from server.property.places import below
from server.web.editor.branches import Branch
from server.web.editor.literals import read_literal
from server.web.editor.rest import read_rest
from server.web.editor.sources import Source, read_source, source_of, template_of
from server.web.editor.xdm_fields import XdmFields

SHAPES: Mapping[str, str] = {"value": "one value", "one": "a list with one entry", "each": "a list, entry by entry"}

_WORDS = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One XDM field. ``shape``: one of SHAPES. ``rows``: of a list's entry. ``rest``: notes that no form shows."""

    path: str
    shape: str = "value"
    source: Source = field(default_factory=Source)
    consent: str = ""
    rows: tuple["Row", ...] = ()
    rest: JsonObject = field(default_factory=dict)


def rows_of(mapping: Json) -> tuple[Row, ...]:
    """The lines of a document's mapping, in its order; what is no line is left for the check."""
    if not isinstance(mapping, dict):
        return ()
    return tuple(_row(path, value) for path, value in mapping.items() if not path.startswith("x-"))


def read_rows(branch: Branch) -> tuple[Row, ...]:
    """What the fields of a form say."""
    return tuple(_read_row(row) for row in branch.rows())


def with_field(rows: Sequence[Row], path: str) -> tuple[Row, ...]:
    """The rows with one for this field, where there is none. ``path``: as a schema's tree has it, ``a[*].b``.

    Of a list, a row for the list holds the row of the field.
    """
    outer, inside, inner = path.partition("[*].")
    if not inside:
        line = path.removesuffix("[*]")
        return tuple(rows) if any(row.path == line for row in rows) else (*rows, _new_row(line))
    line = f"{outer}{LIST_SUFFIX}"
    if not any(row.path == line for row in rows):
        rows = (*rows, Row(path=line, shape="one"))
    return tuple(replace(row, rows=with_field(row.rows, inner)) if row.path == line else row for row in rows)


class MappingWriter:
    """Rows to a mapping. Data-layer paths become data elements; what is wrong with rows as such is collected.

    ``elements``: those that there are. ``xdm``: the fields that there are. After ``write``: ``made`` has new elements
    by name, ``faults`` what was found, and ``places`` the row of each pointer: its name in the form.
    """

    def __init__(self, elements: Mapping[str, Json], xdm: XdmFields) -> None:
        self._elements = elements
        self._xdm = xdm
        self.made: dict[str, JsonObject] = {}
        self.faults: list[Fault] = []
        self.places: dict[str, str] = {}

    def write(self, rows: Sequence[Row], *, pointer: str, name: str, inside: str = "") -> JsonObject:
        """``pointer``: of the mapping in the document; ``name``: of its rows in the form.

        ``inside``: the schema's path of the list entry that it describes; empty for the event itself.
        """
        written: JsonObject = {}
        for index, row in enumerate(rows):
            here = f"{name}/{index}"
            if not row.path:
                self._say(here, f"#{here}", "The row names no field.", "Choose one in the tree, or remove the row.")
                continue
            path = listed_path(row)
            place = below(pointer, path)
            if path in written:
                self._say(here, f"#{here}", f"`{path}` has a row already.", "Keep one of the two.")
                continue
            self.places[place] = here
            written[path] = self._line(row, place, here, schema_path(row.path, inside))
        return written

    def element_for(self, path: str) -> str:
        """Name of the data element that reads this path of the data layer and no more; made where there is none."""
        wanted: JsonObject = {"from": "dataLayer", "path": path}
        known = {**self._elements, **self.made}
        same = next((name for name, each in known.items() if each == wanted), None)
        if same is None:
            same = _free_name(path, known)
            self.made[same] = wanted
        return same

    def template(self, source: Source, field_type: str = "") -> Json:
        layer = self.element_for(source.path) if source.kind == "layer" and source.path else ""
        return template_of(source, layer_element=layer, field_type=field_type)

    def _line(self, row: Row, place: str, here: str, field: str) -> Json:
        extra = row.rest | ({"consent": row.consent} if row.consent else {})
        match row.shape:
            case "one":
                return {"one": self._inside(row, place, "one", here, field)} | extra
            case "each":
                each = self._value(row.source, f"{place}/each", here, "")
                return {"each": each, "as": self._inside(row, place, "as", here, field)} | extra
        value = self._value(row.source, place, here, self._xdm.type_of(field))
        return {"value": value} | extra if extra else value

    def _inside(self, row: Row, place: str, key: str, here: str, field: str) -> JsonObject:
        return self.write(row.rows, pointer=below(place, key), name=f"{here}/rows", inside=f"{field}[*].")

    def _value(self, source: Source, place: str, here: str, field_type: str) -> Json:
        if source.is_empty:
            self._say(here, place, "Nothing is chosen here.", "Choose where the value comes from.")
            return ""
        if source.kind == "clicked" and source.inside and source.reads in ("attribute", "property"):
            message = "Of an element inside of another, text and what is entered can be read, but no attribute."
            self._say(here, place, message, "Name the element itself under *around*.")
        if source.kind == "clicked" and source.reads in ("attribute", "property") and not source.attribute:
            self._say(here, place, "The name of what is read is missing.", "Write it, such as `data-sku`.")
            return ""
        return self.template(source, field_type)

    def _say(self, here: str, place: str, message: str, cure: str) -> None:
        self.places.setdefault(place, here)
        self.faults.append(Fault(place, message, cure))


def schema_path(path: str, inside: str = "") -> str:
    """A row's field as the schema's list of fields names it; ``inside``: the list entry it is in, ``products[*].``."""
    return f"{inside}{path.removesuffix(LIST_SUFFIX)}"


def _row(path: str, value: Json) -> Row:
    if not isinstance(value, dict):
        return Row(path=path, source=source_of(value))
    rest = {key: each for key, each in value.items() if key.startswith("x-")}
    consent = str(value.get("consent", ""))
    if "one" in value:
        return Row(path=path, shape="one", rows=rows_of(value["one"]), consent=consent, rest=rest)
    if "each" in value:
        source = source_of(value["each"])
        return Row(path=path, shape="each", source=source, rows=rows_of(value.get("as")), consent=consent, rest=rest)
    return Row(path=path, source=source_of(value.get("value", "")), consent=consent, rest=rest)


def _read_row(branch: Branch) -> Row:
    shape = branch.text("shape", "value")
    return Row(
        path=branch.text("path").strip(),
        shape=shape if shape in SHAPES else "value",
        source=read_source(branch.at("source")),
        consent=branch.text("consent"),
        rows=read_rows(branch.at("rows")),
        rest=read_rest(branch),
    )


def _new_row(path: str) -> Row:
    # Counters of the standard: 1 is what nearly everybody means.
    is_counter = path.endswith(".value")
    return Row(path=path, source=Source(kind="fixed", value="1") if is_counter else Source(kind="clicked"))


def listed_path(row: Row) -> str:
    """The path as the document marks it: a list's ends in ``[]``."""
    bare = row.path.removesuffix(LIST_SUFFIX)
    return bare if row.shape == "value" else f"{bare}{LIST_SUFFIX}"


def _free_name(path: str, taken: Mapping[str, Json]) -> str:
    words = _WORDS.findall(path) or ["value"]
    first, *others = words
    name = first[:1].lower() + first[1:] + "".join(word[:1].upper() + word[1:] for word in others)
    name = (name if name[:1].isalpha() and name not in ("this", "closest", "event", "item", "old") else f"v{name}")[:60]
    folded = {each.casefold() for each in taken}
    return next(each for each in (name, *(f"{name}{n}" for n in range(2, 1_000))) if each.casefold() not in folded)


def literal_fits(text: str, field_type: str) -> bool:
    """Whether a fixed value, as written, is one of this XDM type."""
    value = read_literal(text)
    match field_type:
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "string" | "date" | "date-time":
            return isinstance(value, str)
        case _:
            return True
