"""The modules that a property can name, as their descriptions say (static/snippet/modules/<kind>/<name>.json)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from server.model.json import Json, JsonObject

Kind: TypeAlias = Literal["events", "dataElements", "actions"]

# A module's facts are open when it says so with this name: any `%event.…%` may then exist.
OPEN_FACTS = "*"

# Keys that stand beside a module's settings in the document: no setting can have such a name.
COMMON_KEYS: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        "events": frozenset({"type", "description", "notes"}),
        "actions": frozenset({"type", "description", "notes"}),
        "dataElements": frozenset(
            {"from", "fallback", "apply", "store", "type", "pattern", "default", "description", "notes", "owner"}
        ),
    }
)
# In a fallback only these: what follows (`apply`, `default`) belongs to the element as a whole.
SOURCE_KEYS = frozenset({"from"})

_NEEDED = ("type", "kind", "title", "sentence", "settings")


@dataclass(frozen=True, slots=True)
class Module:
    """One description. ``settings``: JSON Schema; ``facts``: what ``%event.x%`` can be, and what it means."""

    kind: Kind
    type: str
    title: str
    description: str
    sentence: str
    settings: JsonObject
    facts: Mapping[str, str]

    @property
    def has_open_facts(self) -> bool:
        return OPEN_FACTS in self.facts


@dataclass(frozen=True, slots=True)
class Modules:
    """All modules by kind and type, and the base schema of a property document."""

    by_kind: Mapping[Kind, Mapping[str, Module]]
    schema: JsonObject

    @classmethod
    def of(cls, documents: Sequence[JsonObject]) -> "Modules":
        """Made once at start. Raises ValueError, naming the module, for a description that cannot be used."""
        by_kind: dict[Kind, dict[str, Module]] = {kind: {} for kind in get_args(Kind)}
        for document in documents:
            module = _module(document)
            if module.type in by_kind[module.kind]:
                raise ValueError(f"two modules of kind {module.kind} are called {module.type}")
            by_kind[module.kind][module.type] = module
        return cls(by_kind=by_kind, schema=json.loads(files("server.property").joinpath("schema.json").read_bytes()))

    def find(self, kind: Kind, type_name: str) -> Module | None:
        """The module, or None."""
        return self.by_kind[kind].get(type_name)

    def types(self, kind: Kind) -> Sequence[str]:
        """The types there are of one kind, sorted."""
        return sorted(self.by_kind[kind])


def _module(document: JsonObject) -> Module:
    name = f"module {document.get('kind')}/{document.get('type')}"
    missing = [key for key in _NEEDED if key not in document]
    if missing:
        raise ValueError(f"{name} lacks {', '.join(missing)}")
    if document["kind"] not in get_args(Kind):
        raise ValueError(f"{name} is of no known kind")
    settings = document["settings"]
    taken = COMMON_KEYS[document["kind"]] & settings.get("properties", {}).keys()
    if taken:
        raise ValueError(f"{name} has settings whose names are taken: {', '.join(sorted(taken))}")
    try:
        Draft202012Validator.check_schema(settings)
    except SchemaError as error:
        raise ValueError(f"{name} has settings that are no JSON Schema: {error.message}") from error
    remote = next((reference for reference in _references(settings) if not reference.startswith("#")), None)
    if remote is not None:
        raise ValueError(f"{name} refers to {remote}; only references into itself are followed")
    return Module(
        kind=document["kind"],
        type=document["type"],
        title=document["title"],
        description=document.get("description", ""),
        sentence=document["sentence"],
        settings=_with_notes(settings),
        facts=document.get("facts", {}),
    )


def _references(schema: Json) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield value
            yield from _references(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _references(item)


def _with_notes(schema: Any) -> Any:
    """The schema with `x-` keys allowed in every closed object: other tools may keep notes there."""
    if isinstance(schema, list):
        return [_with_notes(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    noted = {key: _with_notes(value) for key, value in schema.items()}
    if noted.get("additionalProperties") is False:
        noted["patternProperties"] = {**noted.get("patternProperties", {}), "^x-": True}
    return noted
