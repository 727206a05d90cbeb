"""XDM JSON Schemas from files, as Adobe publishes them or as a registry exports them, made components of ours.

Nothing is fetched: what a file refers to is in another of the files, in the control plane, or built in. Either all
files are right, or the import is refused with everything that is wrong, each fault with its file, place and cure.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.model.json import Json, JsonObject
from server.schema.compile import compile_schema
from server.schema.compose import Find, resolve_schema
from server.schema.errors import SchemaError
from server.schema.kinds import BEHAVIORS, Kind, kind_of, part_names
from server.schema.normalize import FRAME, normalize_schema
from server.schema.references import reachable

MAX_FILES = 2_000
"""The official repository has some 450 components."""
MAX_FILE_BYTES = 2**21
"""The largest official component has 100 kB."""
MAX_ID_CHARS = 512
"""What the control plane keeps."""
MAX_TITLE_CHARS = 200
"""The same."""

OWN_NAMES = "https://ns.heliograph.dev/xdm/"
"""Ids of built-in components begin with this: nobody else's may."""

_DIALECTS = ("draft-06", "draft-07", "2019-09", "2020-12")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component, normalised. ``document`` has ``$id``, ``title`` and ``meta:resourceType``."""

    id: str
    kind: Kind
    document: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong in one file. ``path``: JSON pointer into it, ``""`` for all of it."""

    file: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}{' at ' + self.path if self.path else ''}: {self.message}"


class ImportRefused(Exception):
    """Nothing was imported. ``faults``: all that is wrong, in the files' order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def read_components(files: Mapping[str, bytes], find: Find) -> Sequence[Component]:
    """What the files hold, in their order; each resolves and compiles. Raises ImportRefused.

    ``files``: name to content. ``find``: the components that are there already; one that a file holds too is replaced.
    XDM's JSON-LD frame, which has no fields, is left out.
    """
    if len(files) > MAX_FILES:
        message = f"these are {len(files)} files, and {MAX_FILES} can be imported at once: import a part"
        raise ImportRefused([Fault(file="", path="", message=message)])
    read, faults = _each(files, lambda _, text: _document(text))
    faults += _told_twice(read)
    documents = {document["$id"]: document for document in read.values()}

    def find_any(name: str) -> Mapping[str, Json] | None:
        return documents.get(name) or find(name)

    classes = frozenset(_class_names(documents, find_any))
    components, wrong = _each(read, lambda _, document: _component(document, classes, find_any))
    faults += wrong
    if faults:
        order = list(files)
        raise ImportRefused(sorted(faults, key=lambda fault: order.index(fault.file)))
    return [component for component in components.values() if component.id != FRAME]


def _each(items: Mapping[str, Any], make: Callable[[str, Any], Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Of every file what ``make`` makes of it, or its fault."""
    made: dict[str, Any] = {}
    faults: list[Fault] = []
    for file, item in items.items():
        try:
            made[file] = make(file, item)
        except SchemaError as error:
            faults.append(Fault(file=file, path=error.path, message=error.message))
    return made, faults


def _document(text: bytes) -> JsonObject:
    document = _decode(text)
    if not isinstance(document, dict):
        raise SchemaError("a component is a JSON object")
    _check_dialect(document.get("$schema"))
    identifier = document.get("$id")
    if not isinstance(identifier, str) or "://" not in identifier or len(identifier) > MAX_ID_CHARS:
        raise SchemaError(
            f"give it a `$id`: an absolute URI of at most {MAX_ID_CHARS} characters that names it", "/$id"
        )
    if identifier.startswith(OWN_NAMES):
        raise SchemaError(f"ids that begin with {OWN_NAMES} are those of built-in components: choose another", "/$id")
    title = document.get("title", identifier.rpartition("/")[2])
    if not isinstance(title, str) or not title.strip() or len(title) > MAX_TITLE_CHARS:
        raise SchemaError(f"give it a `title` of at most {MAX_TITLE_CHARS} characters", "/title")
    normal: JsonObject = normalize_schema({**document, "title": title})
    return normal


def _decode(text: bytes) -> Json:
    if len(text) > MAX_FILE_BYTES:
        raise SchemaError(f"the file has {len(text)} bytes, and {MAX_FILE_BYTES} are read: split it")
    try:
        return json.loads(text.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise SchemaError("the file is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise SchemaError(f"line {error.lineno}, column {error.colno} is no JSON: {error.msg}") from None
    except RecursionError:
        raise SchemaError("it is nested too deeply to be read") from None


def _refuse_constant(name: str) -> Json:
    raise SchemaError(f"{name} is no JSON number: leave it out")


def _check_dialect(dialect: Json) -> None:
    if dialect is None or (isinstance(dialect, str) and any(name in dialect for name in _DIALECTS)):
        return
    raise SchemaError(
        f"{str(dialect)[:100]!r} is no dialect of XDM: write it in one of {', '.join(_DIALECTS)}", "/$schema"
    )


def _told_twice(documents: Mapping[str, JsonObject]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for file, document in documents.items():
        before = first.setdefault(document["$id"], file)
        if before != file:
            message = f"{document['$id']} is in {before} too: import one of them"
            yield Fault(file=file, path="/$id", message=message)


def _class_names(documents: Mapping[str, JsonObject], find: Find) -> Iterator[str]:
    """The ids of all classes among the documents, and among what they are put together from."""
    for name in {*documents, *(name for document in documents.values() for name in part_names(document))}:
        document = find(name)
        if document is not None and kind_of(document, ()) is Kind.CLASSES:
            yield name


def _component(document: JsonObject, classes: frozenset[str], find: Find) -> Component:
    if document["$id"] == FRAME:
        return Component(id=FRAME, kind=Kind.DATA_TYPES, document=document)
    kind = kind_of(document, classes)
    complete = {**_extended(document, find), "meta:resourceType": kind.value}
    if kind in (Kind.CLASSES, Kind.BEHAVIORS):
        complete.setdefault("meta:behavior", _behavior(document, find))
    if kind is Kind.SCHEMAS:
        complete["meta:class"] = _class_of(document, classes)
    compile_schema(resolve_schema(complete, find))
    return Component(id=document["$id"], kind=kind, document=complete)


def _extended(document: JsonObject, find: Find) -> JsonObject:
    """With its class, and what it says it extends, in ``allOf`` too, where they are not there, or inside of a part."""
    composed = reachable({keyword: value for keyword, value in document.items() if keyword != "meta:class"}, find)
    missing = [name for name in dict.fromkeys(part_names(document)) if name not in composed]
    return (
        {**document, "allOf": [*document.get("allOf", ()), *({"$ref": name} for name in missing)]}
        if missing
        else document
    )


def _behavior(document: JsonObject, find: Find) -> str:
    names = {document["$id"], *reachable(document, find)}
    return next((behavior for name, behavior in BEHAVIORS.items() if name in names), "record")


def _class_of(document: JsonObject, classes: frozenset[str]) -> str:
    named = {name for name in part_names(document) if name in classes}
    if len(named) != 1:
        raise SchemaError("a schema is made from exactly one class: name it in `meta:class`", "/allOf")
    return named.pop()
