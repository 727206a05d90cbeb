"""Adobe's data elements, and the tokens by which rules read them."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from server.model.json import Json, JsonObject
from server.property.importing.adobe_parts import TheirElement
from server.property.importing.draft import Draft, escaped, object_of, objects_of, text_of
from server.property.importing.report import Impossible

_TOKEN = re.compile(r"%([^%]{1,200})%")
_ATTRIBUTE = re.compile(r"this\.getAttribute\(([A-Za-z_][\w:.-]{0,60})\)")
_PATH = re.compile(r"[A-Za-z_][\w.]{0,80}")

_PAGE: Mapping[str, JsonObject] = MappingProxyType(
    {
        "url": {"from": "page", "get": "url"},
        "hostname": {"from": "url", "get": "hostname"},
        "pathname": {"from": "page", "get": "path"},
        "protocol": {"from": "url", "get": "protocol"},
        "referrer": {"from": "page", "get": "referrer"},
        "title": {"from": "page", "get": "title"},
    }
)
_BEHAVIOR: Mapping[str, str] = MappingProxyType(
    {
        "landingPage": "landingPage",
        "trafficSource": "trafficSource",
        "minutesOnSite": "minutes",
        "sessionCount": "sessions",
        "sessionPageViewCount": "sessionPageViews",
        "lifetimePageViewCount": "pageViews",
        "isNewVisitor": "isNew",
    }
)
_DEVICE: Mapping[str, str] = MappingProxyType(
    {
        "windowSize": "",
        "innerWidth": "innerWidth",
        "innerHeight": "innerHeight",
        "screenWidth": "screenWidth",
        "screenHeight": "screenHeight",
        "colorDepth": "colorDepth",
    }
)
_RUNTIME: Mapping[str, str] = MappingProxyType(
    {"environmentStage": "environment", "stage": "environment", "propertyId": "property", "propertyName": "property"}
)
_STORES: Mapping[str, str] = MappingProxyType({"pageview": "page", "session": "session", "visitor": "visitor"})


class Elements:
    """``add_all`` makes data elements of theirs and tells of each; ``template`` rewrites texts that read them.

    ``xdm``: what their XDM objects hold, by name; ``variables``: names of those that rules fill.
    """

    def __init__(self, elements: Sequence[TheirElement], draft: Draft) -> None:
        self._draft = draft
        self._theirs = {each.name: each for each in elements}
        self._names: dict[str, str] = {}
        self._why: dict[str, str] = {}
        self.xdm: dict[str, JsonObject] = {}
        self.variables: set[str] = set()

    def add_all(self) -> None:
        for name in self._theirs:
            self._translate(name)

    def template(self, text: str) -> str:
        """Raises Impossible."""
        parts, position = [], 0
        for found in _TOKEN.finditer(text):
            parts.append(escaped(text[position : found.start()]))
            parts.append(self._token(found[0], found[1]))
            position = found.end()
        return "".join([*parts, escaped(text[position:])])

    def own(self, wanted: str, element: JsonObject) -> str:
        """Name of a data element that their rules need none for."""
        return self._draft.add_element(wanted, element)

    def _token(self, whole: str, name: str) -> str:
        if name in self._theirs:
            self._translate(name)
            if name in self._names:
                return f"%{self._names[name]}%"
            raise Impossible(f"It reads the data element “{name}”, which is not taken over.")
        attribute = _ATTRIBUTE.fullmatch(name)
        if attribute:
            return f"%this[{attribute[1]}]%"
        if name in ("this.@text", "this.@cleanText"):
            return "%this | text | cleanText%" if name.endswith("cleanText") else "%this | text%"
        if name.startswith(("event.detail", "this.")) and _PATH.fullmatch(name):
            return f"%{name}%"
        if name.startswith(("event.", "target.", "this.")):
            raise Impossible(f"What `{whole[:80]}` reads is not known here.")
        # Theirs leaves what it does not know as it is.
        return escaped(whole)

    def _translate(self, name: str) -> None:
        if name in self._names or name in self._why:
            return
        self._why[name] = "It reads itself."
        theirs, told = self._theirs[name], list[str]()
        if theirs.part.module in ("adobe-alloy/xdmobject", "adobe-alloy/variable"):
            self._keep_xdm(theirs)
            return
        try:
            made = self._made(theirs, told)
        except Impossible as error:
            self._why[name] = str(error)
            self._draft.refuse("data element", name, str(error))
            return
        del self._why[name]
        self._flags(theirs.more, made, told)
        element = self._draft.add_element(name, made)
        self._names[name] = element
        self._draft.tell("data element", name, *told, element=element)

    def _keep_xdm(self, theirs: TheirElement) -> None:
        self._why[theirs.name] = "It is XDM, which belongs into a rule."
        if theirs.part.module.endswith("variable"):
            self.variables.add(theirs.name)
        else:
            self.xdm[theirs.name] = object_of(theirs.part.settings.get("data"))
        self._draft.tell("data element", theirs.name, "Its fields are in the mapping of each rule that sends it.")

    def _made(self, theirs: TheirElement, told: list[str]) -> JsonObject:
        make = _MAKERS.get(theirs.part.module)
        if make is None:
            what = "Custom code" if theirs.part.module == "core/customcode" else f"The type `{theirs.part.module[:80]}`"
            raise Impossible(f"{what} is not taken over: values come from data elements and pipes.")
        return make(theirs.part.settings, told)

    def _flags(self, more: JsonObject, made: JsonObject, told: list[str]) -> None:
        pipes = [
            pipe for key, pipe in (("cleanText", "cleanText"), ("forceLowerCase", "lower")) if more.get(key) is True
        ]
        if pipes:
            made["apply"] = ["string", *pipes]
        default = more.get("defaultValue")
        if isinstance(default, str) and default:
            made["default"] = default
            told.append("Its default also stands for an empty text.")
        store = _STORES.get(text_of(more.get("storageDuration")))
        if store:
            made["store"] = store
            if store == "session":
                told.append("A session ends after half an hour of rest, not with the tab.")


_Make = Callable[[JsonObject, list[str]], JsonObject]


def _named(source: str, key: str) -> _Make:
    return lambda settings, _told: {"from": source, key: text_of(settings.get("name"))}


def _dom(settings: JsonObject, _told: list[str]) -> JsonObject:
    wanted = text_of(settings.get("elementProperty"))
    made: JsonObject = {"from": "dom", "selector": text_of(settings.get("elementSelector"))}
    if wanted in ("", "text", "innerText", "textContent"):
        return made
    return made | {"get": "value" if wanted == "value" else f"@{wanted}"}


def _chosen(source: str, known: Mapping[str, str]) -> _Make:
    def make(settings: JsonObject, _told: list[str]) -> JsonObject:
        wanted = text_of(settings.get("attribute"))
        if not known.get(wanted):
            raise Impossible(f"Its attribute `{wanted[:60]}` is not known here.")
        return {"from": source, "get": known[wanted]}

    return make


def _page(settings: JsonObject, told: list[str]) -> JsonObject:
    wanted = text_of(settings.get("attribute"))
    if wanted not in _PAGE:
        raise Impossible(f"Its attribute `{wanted[:60]}` is not known here.")
    if wanted == "url":
        told.append("The address is without the parameters that privacy settings cut off.")
    return dict(_PAGE[wanted])


def _constant(settings: JsonObject, _told: list[str]) -> JsonObject:
    value = settings.get("value")
    if isinstance(value, str) and _TOKEN.search(value):
        raise Impossible("A constant that reads data elements is written where it is used here.")
    return {"from": "const", "value": value}


def _storage(area: str) -> _Make:
    return lambda settings, _told: {"from": "storage", "area": area, "key": text_of(settings.get("name"))}


def _query(settings: JsonObject, told: list[str]) -> JsonObject:
    if settings.get("caseInsensitive") is True:
        told.append("Capitals count in its name.")
    return {"from": "query", "name": text_of(settings.get("name"))}


def _random(settings: JsonObject, told: list[str]) -> JsonObject:
    told.append("The number is from 0 to below a milliard.")
    return {"from": "random"}


_MAKERS: Mapping[str, _Make] = MappingProxyType(
    {
        "core/constant": _constant,
        "core/cookie": _named("cookie", "name"),
        "core/domattribute": _dom,
        "core/javascriptvariable": lambda settings, _told: {"from": "jsPath", "path": text_of(settings.get("path"))},
        "core/localstorage": _storage("local"),
        "core/sessionstorage": _storage("session"),
        "core/pageinfo": _page,
        "core/querystringparameter": _query,
        "core/randomnumber": _random,
        "core/visitorbehavior": _chosen("visitor", _BEHAVIOR),
        "core/deviceattributes": _chosen("window", _DEVICE),
        "core/runtimeenvironment": _chosen("build", _RUNTIME),
    }
)


def flat(value: JsonObject, elements: Elements, told: list[str], *, inside: str = "") -> dict[str, Json]:
    """An XDM object as the lines of a mapping; what cannot be one is left out and told."""
    lines: dict[str, Json] = {}
    for key, each in value.items():
        path = f"{inside}{key}"
        if isinstance(each, dict):
            lines |= flat(each, elements, told, inside=f"{path}.")
        elif isinstance(each, list):
            entries = objects_of(each)
            if len(entries) == 1 == len(each):
                lines[f"{path}[]"] = {"one": flat(entries[0], elements, told)}
            else:
                told.append(f"The list `{path}` is left out: only one entry can be written so.")
        elif isinstance(each, str):
            try:
                lines[path] = elements.template(each)
            except Impossible as error:
                told.append(f"The field `{path}` is left out. {error}")
        elif each is not None:
            lines[path] = each
    return {path: line for path, line in lines.items() if line not in ("", {"one": {}})}
