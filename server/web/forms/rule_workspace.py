"""What the pages of rules read and write: a property with what its rules can map to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request

from server.model.dataset import Dataset
from server.model.json import Json, JsonObject
from server.model.property import ENVIRONMENTS, Fault
from server.property.check import DEFAULT_PURPOSES, check_property
from server.property.edits import free_id, put_element, put_rule, slug
from server.property.modules import Modules
from server.property.places import below
from server.schema.errors import SchemaError
from server.store import settings
from server.store.configuration import list_datasets, list_datastreams
from server.store.properties import StoredProperty
from server.store.registry import load_registry
from server.web.editor.mapping_rows import MappingWriter, Row, rows_of, schema_path
from server.web.editor.mapping_views import Surroundings, type_faults
from server.web.editor.rule_draft import RuleDraft, WrittenRule, write_rule
from server.web.editor.xdm_fields import XdmFields
from server.web.services import ConsoleState

EVERY_EVENT = "every event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A dataset whose schema is mapped to. ``is_sent_to``: an environment's datastream leads there."""

    dataset: Dataset
    is_sent_to: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A draft as the document would have it, and what is wrong with it. ``document``: with the rule in it."""

    written: WrittenRule
    document: JsonObject
    faults: Sequence[Fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a mapping's page knows beside the mapping. ``target``: id of the dataset that is looked at; may be empty."""

    surroundings: Surroundings
    targets: Sequence[Target]
    target: str


async def around_mappings(
    request: Request[ConsoleState], stored: StoredProperty, builtins: Mapping[str, JsonObject], wanted: str
) -> Around:
    """``wanted``: id of the dataset whose fields are shown; where it is none, the first that the property sends to."""
    modules = request.state["services"].modules

    def work(connection: Connection) -> Around:
        targets = targets_of(connection, stored)
        chosen = next((each.dataset for each in targets if each.dataset.id == wanted), None)
        chosen = chosen or next((each.dataset for each in targets), None)
        surroundings = Surroundings(
            document=stored.document,
            modules=modules,
            purposes=purposes_of(stored.document),
            xdm=xdm_of(connection, builtins, chosen),
        )
        return Around(surroundings=surroundings, targets=targets, target=chosen.id if chosen else "")

    return await request.state["services"].database.read(work)


def purposes_of(document: JsonObject) -> Sequence[str]:
    """What the property's visitors can agree to."""
    return list(document.get("consent", {}).get("purposes", DEFAULT_PURPOSES))


def targets_of(connection: Connection, stored: StoredProperty) -> Sequence[Target]:
    """Datasets of events, those that the property sends to first."""
    org_id = settings.get_setting(connection, settings.ORG_ID) or ""
    streams = {each.id: each.dataset_id for each in list_datastreams(connection, org_id)}
    environments = stored.document.get("environments", {})
    named = [environments.get(name, {}).get("datastream", stored.id) for name in reversed(ENVIRONMENTS)]
    sent_to = [streams[name] for name in named if name in streams]
    found = [Target(dataset=each, is_sent_to=each.id in sent_to) for each in list_datasets(connection) if each.enabled]
    return sorted(found, key=lambda target: (not target.is_sent_to, target.dataset.name))


def xdm_of(connection: Connection, builtins: Mapping[str, JsonObject], dataset: Dataset | None) -> XdmFields:
    """The fields of the dataset's schema; none when there is no dataset or its schema cannot be read."""
    if dataset is None:
        return XdmFields()
    registry = load_registry(connection, builtins)
    try:
        return XdmFields.of(registry.resolved(dataset.schema_id))
    except (KeyError, SchemaError):
        return XdmFields()


def check_draft(draft: RuleDraft, around: Surroundings, *, replaces: str) -> Checked:
    """What the draft would be in the document, and everything that is wrong with it. ``replaces``: id; empty when new.

    A new rule without an id gets one made of its name.
    """
    document = around.document
    elements = {name: each for name, each in document["dataElements"].items() if not name.startswith("x-")}
    writer = MappingWriter(elements, around.xdm)
    written = write_rule(draft, writer, around.modules)
    rule = dict(written.rule)
    if not rule["id"] and not replaces:
        rule["id"] = free_id(slug(draft.texts["name"]) or "rule", (each["id"] for each in document["rules"]))
    edited = put_rule(document, rule, replaces=replaces)
    for name, element in written.elements.items():
        edited = put_element(edited, name, element)
    index = next(i for i, each in enumerate(edited["rules"]) if each is rule or each == rule)
    faults = [*written.faults, *_of_rule(check_property(edited, around.modules), index)]
    for number, action in enumerate(draft.actions):
        for setting, rows in action.mappings.items():
            pointer = below("/actions", number, setting)
            faults += type_faults(rows, around.xdm, name=f"actions/{number}/{setting}", pointer=pointer)
    if not draft.texts["name"] and not replaces:
        faults.append(Fault("/name", "The rule has no name.", "Say in a few words what it is about."))
    written = WrittenRule(rule=rule, elements=written.elements, faults=written.faults, places=written.places)
    return Checked(written=written, document=edited, faults=_told_once(faults))


def filled_paths(
    document: JsonObject, draft: RuleDraft, modules: Modules, *, own_name: str
) -> Mapping[str, Sequence[str]]:
    """Who fills each field of the schema: every event, other rules, and this one, by name."""
    found = _Filled()
    found.note(rows_of(document.get("xdm", {}).get("base", {})), EVERY_EVENT)
    for action in draft.actions:
        for mapped in action.mappings.values():
            found.note(mapped, own_name)
    found.note_rules(each for each in document["rules"] if each["id"] != draft.id)
    return found.by_path


def filled_beside_base(document: JsonObject, base: Sequence[Row]) -> Mapping[str, Sequence[str]]:
    """The same, seen from what is mapped into every event."""
    found = _Filled()
    found.note(base, EVERY_EVENT)
    found.note_rules(document["rules"])
    return found.by_path


class _Filled:
    def __init__(self) -> None:
        self.by_path: dict[str, list[str]] = {}

    def note(self, rows: Sequence[Row], who: str, inside: str = "") -> None:
        for row in rows:
            path = schema_path(row.path, inside)
            names = self.by_path.setdefault(path, [])
            if who not in names:
                names.append(who)
            self.note(row.rows, who, f"{path}[*].")

    def note_rules(self, rules: Iterable[JsonObject]) -> None:
        for rule in rules:
            for action in rule["actions"]:
                self.note(rows_of(action.get("xdm")), str(rule.get("name") or rule["id"]))


def rule_part(rule_id: str) -> Callable[[JsonObject], Json]:
    """What an edit of this rule is about; None where there is no such rule."""
    return lambda document: next((each for each in document["rules"] if each["id"] == rule_id), None)


def _of_rule(faults: Sequence[Fault], index: int) -> Sequence[Fault]:
    """Those of the rule, with places within it."""
    pointer = below("/rules", index)
    return [
        Fault(fault.path.removeprefix(pointer), fault.message, fault.cure)
        for fault in faults
        if fault.path == pointer or fault.path.startswith(f"{pointer}/")
    ]


def _told_once(faults: Sequence[Fault]) -> Sequence[Fault]:
    """Where the form says that something is missing, the check need not say it again."""
    empty = {fault.path for fault in faults if fault.message == "Nothing is chosen here."}
    kept = [
        fault
        for fault in faults
        if fault.message == "Nothing is chosen here."
        or not any(fault.path == path or fault.path.startswith(f"{path}/") for path in empty)
    ]
    return list(dict.fromkeys(kept))
