"""Where a value comes from, as a form shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.web.editor.fields import Choice
from server.web.editor.sources import KINDS, READS, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """The fields of a source. ``name``: of them all, in the form. ``elements``: data elements to choose from."""

    name: str
    source: Source
    kinds: Sequence[Choice]
    reads: Sequence[Choice]
    elements: Sequence[str]


def source_view(name: str, source: Source, elements: Sequence[str], *, without: Sequence[str] = ()) -> SourceView:
    """``elements``: names to choose from. ``without``: kinds that make no sense here."""
    kinds = {kind: label for kind, label in KINDS.items() if kind not in without or kind == source.kind}
    if source.kind == "element" and source.name and source.name not in elements:
        elements = [*elements, source.name]
    return SourceView(
        name=name,
        source=source,
        kinds=choices_of(kinds, source.kind),
        reads=choices_of(READS, source.reads),
        elements=elements,
    )


def choices_of(words: Mapping[str, str], chosen: str) -> Sequence[Choice]:
    """``words``: what each value means."""
    return [Choice(value=value, help=help_, is_chosen=value == chosen) for value, help_ in words.items()]
