"""The property that an import fills, part by part: names are made to fit, and what is wrong in the end is left out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from server.model.json import Json, JsonObject
from server.property.check import check_property
from server.property.edits import free_id, slug
from server.property.importing.report import Finding, Fit, Imported
from server.property.modules import Modules
from server.property.tokens import RESERVED_NAMES

# As the format has them; an export with more is cut, and told so.
MAX_RULES = 500
MAX_ELEMENTS = 500
_MAX_NAME_CHARACTERS = 100
_MAX_NOTE_CHARACTERS = 2_000

_WORDS = re.compile(r"[A-Za-z0-9]+")


class Draft:
    """``finish`` gives the property and the report. What is added is named here, once and for all."""

    def __init__(self, *, name: str, property_id: str, layer: JsonObject) -> None:
        self._about: JsonObject = {"id": property_id, "name": name[:_MAX_NAME_CHARACTERS] or property_id}
        self._layer = layer
        self._elements: dict[str, JsonObject] = {}
        self._rules: list[JsonObject] = []
        self._findings: list[Finding] = []
        self._rule_findings: dict[str, int] = {}
        self._element_findings: dict[str, int] = {}

    def add_element(self, wanted: str, element: JsonObject) -> str:
        """Its name, made of the one that is wanted. The same source under the same name is one."""
        name = _element_name(wanted)
        if self._elements.get(name) == element:
            return name
        free = next(each for each in _numbered(name) if each not in self._elements)
        self._elements[free] = element
        return free

    def add_rule(self, name: str, rule: JsonObject, *, told: Sequence[str], kind: str) -> str:
        """Its id. ``told``: where it means something else than it did; kept with the rule as well."""
        rule_id = free_id(slug(name), [each["id"] for each in self._rules])
        notes = {"notes": " ".join(told)[:_MAX_NOTE_CHARACTERS]} if told else {}
        self._rules.append({"id": rule_id, "name": name[:_MAX_NAME_CHARACTERS], **notes, **rule})
        self._rule_findings[rule_id] = len(self._findings)
        self.tell(kind, name, *told)
        return rule_id

    def tell(self, kind: str, name: str, *told: str, element: str = "") -> None:
        """Exact when there is nothing to tell. ``element``: the data element that it has become."""
        if element:
            self._element_findings[element] = len(self._findings)
        fit = Fit.CHANGED if told else Fit.EXACT
        self._findings.append(Finding(kind=kind, name=name, fit=fit, told=tuple(dict.fromkeys(told))))

    def refuse(self, kind: str, name: str, why: str) -> None:
        """It cannot be taken over."""
        self._findings.append(Finding(kind=kind, name=name, fit=Fit.IMPOSSIBLE, told=(why,)))

    def finish(self, modules: Modules) -> Imported:
        """What passes the check; each part that does not is left out and told, with its fault."""
        for extra in self._rules[MAX_RULES:]:
            self._give_up(self._rule_findings[extra["id"]], f"A property has {MAX_RULES} rules at most.")
        del self._rules[MAX_RULES:]
        document = self._document()
        # Each round leaves something out, or is the last.
        for _ in range(len(self._rules) + len(self._elements) + 1):
            faults = check_property(document, modules)
            if not any(self._leave_out(fault.path, fault.message, document) for fault in faults):
                break
            document = self._document()
        return Imported(document=document, findings=tuple(self._findings))

    def _document(self) -> JsonObject:
        return {
            "formatVersion": 1,
            "property": self._about,
            "consent": {"default": "pending", "purposes": ["collect"]},
            "dataLayer": self._layer,
            "dataElements": dict(self._elements),
            "rules": list(self._rules),
        }

    def _leave_out(self, path: str, message: str, document: JsonObject) -> bool:
        section, _, rest = path.removeprefix("/").partition("/")
        key = rest.partition("/")[0]
        if section == "dataElements" and key in self._elements:
            del self._elements[key]
            self._give_up(self._element_findings.get(key), message)
            return True
        if section == "rules" and key.isdecimal() and int(key) < len(document["rules"]):
            rule = document["rules"][int(key)]
            if rule in self._rules:
                self._rules.remove(rule)
                self._give_up(self._rule_findings[rule["id"]], message)
                return True
        return False

    def _give_up(self, index: int | None, message: str) -> None:
        if index is not None:
            found = self._findings[index]
            self._findings[index] = Finding(kind=found.kind, name=found.name, fit=Fit.IMPOSSIBLE, told=(message,))


def escaped(text: str) -> str:
    """Text as part of a template."""
    return text.replace("%", "%%")


def text_of(value: Json) -> str:
    """A text of the export; empty for anything else."""
    return value if isinstance(value, str) else ""


def objects_of(value: Json) -> Sequence[JsonObject]:
    """The objects of a list; none for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def object_of(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def wholes_of(text: str, *, most: float = 100) -> list[int]:
    """The whole numbers of a list such as `25, 50`."""
    return sorted({int(each) for each in re.findall(r"\d{1,6}", text) if 0 < int(each) <= most})


def _element_name(wanted: str) -> str:
    plain = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode()
    first, *others = _WORDS.findall(plain) or ["value"]
    name = (first[:1].lower() + first[1:] + "".join(each[:1].upper() + each[1:] for each in others))[:56]
    if first.isupper():
        name = first.lower() + name[len(first) :]
    name = name if name[:1].isalpha() else f"v{name}"
    return f"{name}Value" if name in RESERVED_NAMES else name


def _numbered(name: str) -> Sequence[str]:
    return [name, *(f"{name}{number}" for number in range(2, MAX_ELEMENTS + 3))]


def merged_conditions(conditions: Sequence[JsonObject]) -> Mapping[str, Json]:
    """A rule's ``conditions``, or nothing."""
    return {"conditions": {"all": list(conditions)}} if conditions else {}
