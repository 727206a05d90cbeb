"""Where a value comes from, as a person chooses it: of each kind its own few fields, and the token that they spell.

The document knows tokens only, such as ``%closest([data-sku])[data-price] | number%``. Reading one into fields and
spelling it again gives the same token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from server.model.container import DataToken, ElementToken, FactToken, Text, Token
from server.model.json import Json
from server.property.cursor import TemplateError
from server.property.pipes import PIPES
from server.property.printer import print_pipe, print_template
from server.property.tokens import parse_template
from server.web.editor.branches import Branch
from server.web.editor.literals import read_literal, write_literal

KINDS: Mapping[str, str] = {
    "fixed": "A fixed value",
    "element": "Data element",
    "event": "Fact of the event",
    "clicked": "This element",
    "layer": "Data layer",
    "item": "Entry of the list",
    "text": "Text with tokens",
}
"""In the order in which people choose; the words are the form's."""

READS: Mapping[str, str] = {
    "text": "its text",
    "value": "what is entered in it",
    "attribute": "its attribute",
    "property": "its property",
}

# Pipes that turn what was read into a value of this XDM type.
COERCIONS: Mapping[str, str] = {"integer": "integer", "number": "number", "boolean": "boolean", "date-time": "date"}
_TEXTS = ("string", "date", "date-time")
_TYPED = frozenset({*COERCIONS.values(), "length", "default"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """``kind``: one of KINDS. ``value``: the fixed value or the text, as written. ``name``: of the data element.

    ``path``: inside of it, or of a fact, a list's entry, the data layer. ``reads``, ``attribute``, ``around``,
    ``inside``: of the element. ``pipes``: as written, without the first that only says how an element is read.
    """

    kind: str = "fixed"
    value: str = ""
    name: str = ""
    path: str = ""
    reads: str = "text"
    attribute: str = ""
    around: str = ""
    inside: str = ""
    pipes: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing was chosen yet."""
        said = {"fixed": self.value, "text": self.value, "element": self.name, "event": self.path, "layer": self.path}
        return not said.get(self.kind, "x")

    @property
    def is_text(self) -> bool:
        """What it gives is a text, whatever the text says: read off the page, without a pipe that makes it another."""
        used = {part.strip().partition("(")[0] for part in self.pipes.split("|")}
        return self.kind == "clicked" and self.reads != "property" and not used & _TYPED


def read_source(branch: Branch) -> Source:
    """What the fields of a form say."""
    fields = Source.__dataclass_fields__
    said = {name: branch.text(name).strip() for name in fields if branch.has(name) and name not in ("kind", "value")}
    kind = branch.text("kind", "fixed")
    return Source(kind=kind if kind in KINDS else "text", value=branch.text("value"), **said)


def source_of(value: Json) -> Source:
    """A setting of the document as fields. What is no readable token is a text."""
    if not isinstance(value, str):
        return Source(kind="fixed", value=write_literal(value))
    try:
        template = parse_template(value)
    except TemplateError:
        return Source(kind="text", value=value)
    match template:
        case str():
            return Source(kind="fixed", value=write_literal(template))
        case Text():
            return Source(kind="text", value=value)
        case _:
            return _of_token(template, value)


def template_of(source: Source, *, layer_element: str = "", field_type: str = "") -> Json:
    """What the document says for it. ``layer_element``: the data element that a data-layer path was given to.

    A fixed text is written so that it holds no token, whatever it holds. ``field_type``: XDM's word for the field,
    where it is known: what goes into a text is a text, though it looks like a number.
    """
    match source.kind:
        case "fixed":
            value = read_literal(source.value)
            if field_type in _TEXTS and not isinstance(value, str):
                value = source.value.strip()
            return print_template(value) if isinstance(value, str) else value
        case "text":
            return source.value
        case "element":
            reference = source.name + _below(source.path)
        case "layer":
            reference = layer_element
        case "event" | "item":
            reference = source.kind + _below(source.path)
        case _:
            reference = _element_reference(source)
    return f"%{' | '.join([reference, *_pipes(source)])}%"


def coerced(source: Source, field_type: str) -> Source:
    """With the pipe that makes it a value of this type, where it lacks one."""
    pipe = COERCIONS.get(field_type)
    if pipe is None or not source.is_text:
        return source
    return replace(source, pipes=f"{source.pipes} | {pipe}" if source.pipes else pipe)


def _of_token(token: Token, text: str) -> Source:
    pipes = " | ".join(print_pipe(pipe) for pipe in token.pipe)
    match token:
        case DataToken(name=name):
            return Source(kind="element", name=name, path=_path(token), pipes=pipes)
        case FactToken(root="old") | FactToken(root="event", path=()):
            return Source(kind="text", value=text)
        case FactToken(root=root):
            return Source(kind=root, path=_path(token), pipes=pipes)
        case ElementToken():
            return _of_element(token)


def _of_element(token: ElementToken) -> Source:
    reads, first, pipes = "text", "", list(token.pipe)
    if token.attr is not None:
        reads, first = "attribute", token.attr
    elif token.path:
        reads, first = "property", ".".join(str(key) for key in token.path)
    elif pipes and pipes[0][0] in ("text", "value"):
        reads = str(pipes.pop(0)[0])
    shown = " | ".join(print_pipe(pipe) for pipe in pipes)
    around, inside = token.up or "", token.down or ""
    return Source(kind="clicked", reads=reads, attribute=first, around=around, inside=inside, pipes=shown)


def _path(token: DataToken | FactToken) -> str:
    whole = print_template(msgspec.structs.replace(token, pipe=())).strip("%")
    name = token.name if isinstance(token, DataToken) else token.root
    return whole.removeprefix(name).removeprefix(".")


def _below(path: str) -> str:
    return path if not path or path.startswith("[") else f".{path}"


def _pipes(source: Source) -> list[str]:
    rest = [source.pipes] if source.pipes else []
    first = source.pipes.partition("|")[0].strip().partition("(")[0]
    reads_whole = source.kind == "clicked" and source.reads in ("text", "value")
    # An element by itself is read as text; it is said where a pipe follows that takes none.
    return [source.reads, *rest] if reads_whole and (source.reads == "value" or (rest and first in PIPES)) else rest


def _element_reference(source: Source) -> str:
    start = f"closest({source.around})" if source.around else "this"
    if source.inside:
        start = f"{start} {source.inside}"
    if source.reads == "attribute":
        return f"{start}[{source.attribute}]"
    return f"{start}.{source.attribute}" if source.reads == "property" else start
