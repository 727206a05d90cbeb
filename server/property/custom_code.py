"""Custom code of a property: off unless the property allows it, written by one person and approved by another.

What a module promises to touch (`capabilities`) is checked on its text, which a reviewer can read, and which somebody
who means it can get around: it is no sandbox. A script that is wrong cannot stop a build: it is a file of its own.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from server.model.container import CustomModule
from server.model.json import Json, JsonObject
from server.model.property import Fault
from server.property.components import format_faults
from server.property.durations import parse_duration_ms
from server.property.names import cure
from server.property.places import below

ACTION = "run-module"
DEFAULT_TIMEOUT = "2s"
MAX_TIMEOUT_MS = 10_000

_SECTION = "/modules"


@dataclass(frozen=True, slots=True)
class _Use:
    """What a pattern in a module's text means, and the capability that allows it; None: nothing does."""

    words: str
    pattern: re.Pattern[str]
    capability: str | None = None


def _use(words: str, pattern: str, capability: str | None = None) -> _Use:
    return _Use(words, re.compile(pattern), capability)


_USES = (
    _use("other modules", r"\bimport\b"),
    _use("`eval`", r"\beval\b"),
    _use("`Function`, which makes code of text", r"\bFunction\b|\bconstructor\b"),
    _use("code as text in a timer", r"\bset(?:Timeout|Interval)\s*\(\s*['\"`]"),
    _use("`document.write`", r"\bdocument\s*\.\s*write"),
    _use("HTML as text", r"\b(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bsrcdoc\b"),
    _use("a script element", r"createElement\s*\(\s*['\"`]script"),
    _use("cookies", r"\bcookie(?:Store)?\b", "cookies"),
    _use("the browser's storage", r"\b(?:localStorage|sessionStorage|indexedDB|caches)\b", "storage"),
    _use(
        "the network",
        r"\bfetch\b|\bXMLHttpRequest\b|\bsendBeacon\b|\bWebSocket\b|\bEventSource\b|\bWebTransport\b|\bnew\s+Image\b",
        "network",
    ),
    _use("the page's elements", r"\bdocument\b|\belement\b", "dom"),
)
CAPABILITIES: Sequence[str] = ("dom", "storage", "cookies", "network")
_ENTRY = re.compile(r"^\s*export\s+default\b", re.MULTILINE)


def module_hash(module: JsonObject) -> str:
    """Name of the file that the code is published as: of its text alone, so the same code is the same file."""
    return hashlib.sha256(module["code"].encode()).hexdigest()[:32]


def approval_hash(module: JsonObject) -> str:
    """What an approval is for: the code and what it may touch."""
    promised = "\n".join([*sorted(module.get("capabilities", ())), module["code"]])
    return hashlib.sha256(promised.encode()).hexdigest()[:32]


def code_of(document: JsonObject) -> Json:
    """All that makes a property's custom code what it is: comparing two documents' says whether code was changed."""
    settings = document.get("property", {}).get("settings", {})
    return [document.get("modules"), settings.get("customCode") if isinstance(settings, dict) else None]


def compile_modules(document: JsonObject, used: frozenset[str]) -> Mapping[str, CustomModule]:
    """Those that rules of the container name. They must be checked."""
    modules = document.get("modules", {})
    return MappingProxyType(
        {
            name: CustomModule(
                hash=module_hash(modules[name]),
                ms=parse_duration_ms(modules[name].get("timeout", DEFAULT_TIMEOUT)),
                sees_element="dom" in modules[name].get("capabilities", ()),
            )
            for name in sorted(used & modules.keys())
        }
    )


def custom_code_faults(
    about: JsonObject, modules: JsonObject, rules: Sequence[tuple[int, JsonObject]]
) -> Iterator[Fault]:
    """What is wrong with modules whose shape is right, and with rules that run them. ``about``: the property itself."""
    settings = about.get("settings", {})
    is_off = settings.get("customCode", "off") == "off" if isinstance(settings, dict) else True
    for name, module in modules.items():
        if not name.startswith("x-"):
            yield from _module_faults(module, below(_SECTION, name))
    for index, rule in rules:
        for place, action in enumerate(rule["actions"]):
            if action["type"] == ACTION:
                yield from _action_faults(action, below("/rules", index, "actions", place), modules, is_off=is_off)


def unapproved_faults(document: JsonObject) -> Iterator[Fault]:
    """Modules that enabled rules run and that nobody but their author has approved as they are: not to be published."""
    for name in sorted(used_modules(document["rules"])):
        module = document.get("modules", {}).get(name)
        if module is None:
            continue
        approval, pointer = module.get("approval", {}), below(_SECTION, name, "approval")
        if not approval:
            yield Fault(pointer, f"Nobody has approved the module `{name}`.", "Have another person approve it.")
        elif approval["hash"] != approval_hash(module):
            yield Fault(pointer, f"The module `{name}` has changed since it was approved.", "Have it approved again.")
        elif approval["by"] == module["author"]:
            yield Fault(pointer, f"The module `{name}` was approved by its author.", "Have another person approve it.")


def signature_faults(before: JsonObject, after: JsonObject, *, by: str) -> Iterator[Fault]:
    """Names under code or approvals that were not there ``before``, and are not the one of who saves this."""
    known = before.get("modules", {})
    for name, module in after.get("modules", {}).items():
        if name.startswith("x-"):
            continue
        old = known.get(name, {})
        is_changed = (old.get("code"), old.get("author")) != (module["code"], module["author"])
        if is_changed and module["author"] != by:
            message = f"The module `{name}` is new or changed, and it is you ({by}) who saves it."
            yield Fault(below(_SECTION, name, "author"), message, f"Write `{by}`.")
        approval = module.get("approval")
        if approval and approval != old.get("approval") and approval["by"] != by:
            message = f"The module `{name}` is approved in the name of somebody else; you are {by}."
            yield Fault(below(_SECTION, name, "approval"), message, "Have that person do it.")


def used_modules(rules: Sequence[JsonObject]) -> frozenset[str]:
    """Names of the modules that enabled rules run."""
    enabled = [rule for rule in rules if rule.get("enabled", True)]
    return frozenset(each["module"] for rule in enabled for each in rule["actions"] if each["type"] == ACTION)


def _module_faults(module: JsonObject, pointer: str) -> Iterator[Fault]:
    code, capabilities = module["code"], module.get("capabilities", ())
    here = below(pointer, "code")
    if not _ENTRY.search(code):
        message = "The module has no `export default` at the beginning of a line."
        yield Fault(here, message, "Write `export default (inputs) => { … }`.")
    for use in _USES:
        if use.pattern.search(code) and (use.capability is None or use.capability not in capabilities):
            advice = f"Add `{use.capability}` to its capabilities" if use.capability else "Do it another way"
            yield Fault(here, f"The module touches {use.words}.", f"{advice}, or leave it out.")
    timeout = module.get("timeout", DEFAULT_TIMEOUT)
    found = list(format_faults(timeout, below(pointer, "timeout"), "duration"))
    yield from found
    if not found and parse_duration_ms(timeout) > MAX_TIMEOUT_MS:
        yield Fault(below(pointer, "timeout"), "A module has ten seconds at most.", "Write `10s` or less.")


def _action_faults(action: JsonObject, pointer: str, modules: JsonObject, *, is_off: bool) -> Iterator[Fault]:
    if is_off:
        message = "Custom code is off in this property."
        yield Fault(pointer, message, "Set `property.settings.customCode` to `reviewed`, or remove the action.")
    if action["module"] not in modules:
        names = [name for name in modules if not name.startswith("x-")]
        message = f"There is no module `{action['module']}`."
        yield Fault(below(pointer, "module"), message, cure(action["module"], names))
