"""A resolved schema made a Validator: once when a schema is saved or loaded, then used for every event.

``jsonschema-rs`` does the checking, so that a valid event costs microseconds (performance.md section 3). It may fetch
nothing, and its regular expressions are of the kind that takes linear time (reliability-security S1, I14). Only an
invalid event pays for being explained.
"""

from collections.abc import Collection, Sequence
from itertools import islice

import jsonschema_rs

from server.model.json import Json, JsonObject
from server.model.schema import Violation
from server.schema.errors import SchemaError
from server.schema.explain import document_order, explain, pointer, shorten
from server.schema.formats import STRICT_FORMATS
from server.schema.prune import prune
from server.schema.tree import map_nodes, walk
from server.schema.wants import wants

MAX_VIOLATIONS = 50
"""More help nobody, and each costs room in the failed event."""
MAX_EXPLAINED_VALUES = 5_000
"""The library finds all errors before it gives the first, about 5 us each. In a document with more values than this
(some 100 kB) only the first error is looked for, so that garbage cannot cost seconds."""
MAX_PATTERN_BYTES = 2**20
"""Compiled size of one regular expression; the official patterns take a few kilobytes."""
MAX_PATTERNS_BYTES = 2**26
"""Compiled size of all of a schema's together, each of which may take its share: 2,000 that were each just small enough
took 340 MB. A thousand different ones may still have 64 kB each, and one that is used twice counts once."""


class SchemaValidator:
    """One compiled schema: ``server.ports.Validator``."""

    def __init__(self, checker: jsonschema_rs.Draft202012Validator, schema: JsonObject) -> None:
        self._checker = checker
        self._schema = schema

    def violations(self, document: JsonObject) -> Sequence[Violation]:
        """Everything that is wrong, in document order, at most MAX_VIOLATIONS; empty when valid. Never raises.

        A missing field's path is where it should be; an unknown field's path is the field.
        """
        try:
            if self._checker.is_valid(document):
                return ()
            errors = self._errors(document)
        except (ValueError, RecursionError) as reason:
            # Lone surrogates, or nested beyond any limit of ours: nothing that a JSON decoder lets through.
            return (
                Violation(path="", keyword="unreadable", message=f"the document is not JSON: {shorten(str(reason))}"),
            )
        found = islice((violation for error in errors for violation in explain(error, self._schema)), MAX_VIOLATIONS)
        worth_saying = _without_consequences(list(found))
        return tuple(sorted(worth_saying, key=lambda violation: document_order(document, violation.path)))

    def known(self, patch: JsonObject) -> JsonObject:
        """The part of a patch that the schema has fields for: see prune.py."""
        return prune(patch, self._schema)

    def may_miss(self, paths: Collection[str]) -> bool:
        """See wants.py."""
        return any(wants(self._schema, path.split(".")) for path in paths)

    def _errors(self, document: JsonObject) -> Sequence[jsonschema_rs.ValidationError]:
        if _has_at_most(document, MAX_EXPLAINED_VALUES):
            return list(self._checker.iter_errors(document))
        try:
            self._checker.validate(document)
        except jsonschema_rs.ValidationError as error:
            return [error]
        raise AssertionError("is_valid and validate disagree")  # pragma: no cover


def compile_schema(resolved: JsonObject) -> SchemaValidator:
    """The validator of a schema that :func:`server.schema.compose.resolve_schema` made.

    Formats are checked. Raises SchemaError for what is no JSON Schema, and for a pattern that is too large, or needs
    look-around or back-references: those cannot be matched in linear time.
    """
    schema = {
        keyword: value for keyword, value in map_nodes(resolved, _tighten).items() if keyword not in ("$id", "$schema")
    }
    size_limit = min(MAX_PATTERN_BYTES, MAX_PATTERNS_BYTES // max(1, len(_patterns(schema))))
    try:
        checker = jsonschema_rs.Draft202012Validator(
            schema,
            validate_formats=True,
            email_options=jsonschema_rs.EmailOptions(allow_display_text=False),
            retriever=_refuse,
            pattern_options=jsonschema_rs.RegexOptions(size_limit=size_limit, dfa_size_limit=size_limit),
        )
    except (ValueError, RecursionError) as reason:
        raise _schema_error(reason) from reason
    return SchemaValidator(checker, schema)


def _patterns(schema: JsonObject) -> frozenset[str]:
    """All different ones, of values and of names."""
    nodes = list(walk(schema))
    of_values = (node["pattern"] for node in nodes if isinstance(node.get("pattern"), str))
    return frozenset(of_values).union(*(node.get("patternProperties", ()) for node in nodes))


def _tighten(node: JsonObject) -> JsonObject:
    """Dates as the platform and a lake column take them: see formats.py. A closed object says so by its fields.

    The latter because of an object without any: there the library names no unknown field.
    """
    if node.get("additionalProperties") is False:
        node = {"properties": {}, **node}
    pattern = STRICT_FORMATS.get(node.get("format", ""))
    return node if pattern is None else {**node, "allOf": [{"pattern": pattern}]}


def _refuse(name: str) -> Json:
    raise SchemaError(f"references are never fetched: {name}")


def _schema_error(reason: Exception) -> SchemaError:
    if not isinstance(reason, jsonschema_rs.ValidationError):
        return SchemaError(f"the schema cannot be compiled: {shorten(str(reason))}")
    if reason.instance_path and reason.instance_path[-1] == "pattern":
        message = (
            f"the pattern {shorten(str(reason.instance))} is too large, or is none that can be matched in linear time: "
            "use no look-around and no back-references, and fewer or simpler patterns where a schema has hundreds"
        )
        return SchemaError(message, pointer(reason.instance_path))
    return SchemaError(f"this is no JSON Schema: {shorten(reason.message)}", pointer(reason.instance_path))


def _without_consequences(violations: Sequence[Violation]) -> Sequence[Violation]:
    """A value of the wrong type breaks other rules too: only its type is worth saying. Nothing is said twice.

    The library calls a field missing that is there and not allowed, where the schema requires what it does not have.
    """
    worst = {
        keyword: {violation.path for violation in violations if violation.keyword == keyword}
        for keyword in ("type", "additionalProperties")
    }
    said = {(violation.path, violation.keyword): violation for violation in violations}
    return [
        violation
        for violation in said.values()
        if all(violation.keyword == keyword or violation.path not in paths for keyword, paths in worst.items())
    ]


def _has_at_most(document: Json, limit: int) -> bool:
    waiting: list[Json] = [document]
    seen = 0
    while waiting:
        value = waiting.pop()
        seen += 1
        if seen > limit:
            return False
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return True
