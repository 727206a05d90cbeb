"""The mapping of every event while it is edited: as the document would have it, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.model.json import JsonObject
from server.model.property import Fault
from server.property.edits import named, put_element
from server.schema.lookup import XdmFields
from server.web.editor.mapping_rows import MappingWriter, Row
from server.web.editor.mapping_views import Surroundings, type_faults
from server.web.forms.drafts import new_faults

_POINTER = "/xdm/base"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenBase:
    """``document``: with the mapping in it. ``made``: data elements that were made for it. ``faults``: places in it."""

    document: JsonObject
    made: Sequence[str]
    faults: Sequence[Fault]


def written_base(document: JsonObject, rows: Sequence[Row], xdm: XdmFields, *, name: str) -> WrittenBase:
    """``name``: of the rows in the form. ``faults``: only what the form itself finds."""
    writer = MappingWriter(named(document["dataElements"]), xdm)
    mapping = writer.write(rows, pointer=_POINTER, name=name)
    section = document.get("xdm", {})
    notes = {key: each for key, each in section.get("base", {}).items() if key.startswith("x-")}
    lines = mapping | notes
    rest = {key: each for key, each in section.items() if key != "base"}
    whole = {**rest, "base": lines} if lines else rest
    edited = {**{key: each for key, each in document.items() if key != "xdm"}, **({"xdm": whole} if whole else {})}
    for made, element in writer.made.items():
        edited = put_element(edited, made, element)
    return WrittenBase(document=edited, made=list(writer.made), faults=writer.faults)


def check_base(rows: Sequence[Row], around: Surroundings, *, name: str) -> WrittenBase:
    """With everything that is wrong: in the form, in the document, and beside the schema."""
    written = written_base(around.document, rows, around.xdm, name=name)
    told = tuple(fault.path for fault in written.faults)
    found = [each for each in new_faults(around.document, written.document, around.modules) if each.path not in told]
    types = type_faults(rows, around.xdm, name=name, pointer=_POINTER)
    return WrittenBase(document=written.document, made=written.made, faults=[*written.faults, *found, *types])
