"""The tag managers whose exports can be read, and the report of an import as it stays with the property."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from server.model.json import JsonObject
from server.property.importing.adobe import from_adobe
from server.property.importing.draft import object_of, objects_of, text_of
from server.property.importing.gtm import from_gtm
from server.property.importing.matomo import from_matomo
from server.property.importing.report import Finding, Fit, Imported, NotAnExport

MAX_EXPORT_BYTES = 7 * 2**20
"""As an upload of the console; exports are some hundred kilobytes."""

REPORT_KEY = "x-import"
"""Where the report stands in the property: nothing reads it there but people."""

# A container of five hundred rules has so many parts that somebody reads.
_MAX_KEPT = 1_500
_MAX_TOLD_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Source:
    """One tag manager. ``where``: how its export is had."""

    title: str
    where: str
    read: Callable[..., Imported]


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "adobe": Source(
            "Adobe Tags (Launch)",
            "The container of a library as JSON, or rules, rule components and data elements of its API.",
            from_adobe,
        ),
        "gtm": Source("Google Tag Manager", "Admin, Export Container: the JSON file of a version.", from_gtm),
        "matomo": Source(
            "Matomo Tag Manager", "Versions, Export: the JSON file, with its tags, triggers and variables.", from_matomo
        ),
    }
)


def decode_export(data: bytes) -> object:
    """Raises NotAnExport for what is no JSON, or too large."""
    if len(data) > MAX_EXPORT_BYTES:
        raise NotAnExport(f"The file has {len(data):,} bytes; at most {MAX_EXPORT_BYTES:,} are read.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotAnExport("The file is no JSON: take the export as it was downloaded.") from error


def with_report(imported: Imported, source: str) -> JsonObject:
    """The property with the report in it."""
    kept = imported.findings[:_MAX_KEPT]
    findings = [
        {
            "kind": each.kind,
            "name": each.name[:200],
            "fit": each.fit.value,
            "told": [words[:_MAX_TOLD_CHARACTERS] for words in each.told],
        }
        for each in kept
    ]
    return {**imported.document, REPORT_KEY: {"source": source, "findings": findings}}


def report_of(document: JsonObject) -> tuple[str, Sequence[Finding]] | None:
    """Title of the tag manager, and the findings; None for a property that was not imported.

    It is looked at as what anybody may have edited.
    """
    kept = document.get(REPORT_KEY)
    if not isinstance(kept, dict):
        return None
    source = SOURCES.get(text_of(kept.get("source")))
    findings = [
        Finding(
            kind=text_of(each.get("kind")),
            name=text_of(each.get("name")),
            fit=Fit(each["fit"]) if each.get("fit") in frozenset(Fit) else Fit.IMPOSSIBLE,
            told=tuple(words for words in each.get("told", ()) if isinstance(words, str)),
        )
        for each in objects_of(object_of(kept).get("findings"))[:_MAX_KEPT]
    ]
    return (source.title if source else "another tag manager"), findings
