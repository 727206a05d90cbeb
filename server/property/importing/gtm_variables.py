"""Google Tag Manager's variables: data elements, or what is read of the event at the place where they stand."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from server.model.json import Json, JsonObject
from server.property.importing.draft import Draft, escaped, object_of, objects_of, text_of
from server.property.importing.report import Impossible

_NAMED = re.compile(r"\{\{([^{}]{1,200})\}\}")
_NUMBERED_KEY = re.compile(r"\.(\d+)(?=\.|$)")
_MAX_DEPTH = 10

# What is read of the event itself, by the type of a built-in variable.
_OF_EVENT: Mapping[str, str] = MappingProxyType(
    {
        "CLICK_ELEMENT": "this",
        "CLICK_CLASSES": "this[class]",
        "CLICK_ID": "this[id]",
        "CLICK_TARGET": "this[target]",
        "CLICK_URL": "this.href",
        "CLICK_TEXT": "this | text | cleanText",
        "FORM_ID": "event.id",
        "FORM_URL": "event.action",
        "ERROR_MESSAGE": "event.message",
        "ERROR_URL": "event.file",
        "ERROR_LINE": "event.line",
        "SCROLL_DEPTH_THRESHOLD": "event.threshold",
        "SCROLL_DEPTH_UNITS": "event.unit",
        "SCROLL_DEPTH_DIRECTION": "event.axis",
        "VIDEO_PERCENT": "event.percent",
        "VIDEO_TITLE": "event.title",
        "VIDEO_DURATION": "event.duration",
        "VIDEO_CURRENT_TIME": "event.seconds",
        "VIDEO_STATUS": "event.step",
        "VIDEO_URL": "event.video",
        "PERCENT_VISIBLE": "event.percent",
    }
)
_ELEMENTS: Mapping[str, JsonObject] = MappingProxyType(
    {
        "PAGE_URL": {"from": "page", "get": "url"},
        "PAGE_HOSTNAME": {"from": "url", "get": "hostname"},
        "PAGE_PATH": {"from": "page", "get": "path"},
        "REFERRER": {"from": "page", "get": "referrer"},
        "RANDOM_NUMBER": {"from": "random"},
        "ENVIRONMENT_NAME": {"from": "build", "get": "environment"},
        "CONTAINER_VERSION": {"from": "build", "get": "revision"},
        "CONTAINER_ID": {"from": "build", "get": "property"},
    }
)
_URL_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "PROTOCOL": "protocol",
        "HOST": "hostname",
        "PORT": "port",
        "PATH": "path",
        "FRAGMENT": "hash",
        "EXTENSION": "extension",
    }
)


def parameters_of(part: JsonObject) -> Mapping[str, JsonObject]:
    """The parameters of a tag, trigger or variable, by key."""
    return {text_of(each.get("key")): each for each in objects_of(part.get("parameter"))}


def value_of(parameters: Mapping[str, JsonObject], key: str) -> str:
    return text_of(parameters.get(key, {}).get("value"))


def is_set(parameters: Mapping[str, JsonObject], key: str) -> bool:
    """A switch that is on."""
    return value_of(parameters, key) == "true"


def rows_of(parameters: Mapping[str, JsonObject], key: str) -> list[Mapping[str, str]]:
    """A table of the form `[{name: text}]`."""
    return [
        {text_of(cell.get("key")): text_of(cell.get("value")) for cell in objects_of(row.get("map"))}
        for row in objects_of(parameters.get(key, {}).get("list"))
    ]


class Variables:
    """``add_all`` makes data elements and tells of each variable; ``template`` puts them into texts."""

    def __init__(self, variables: Json, built_in: Json, draft: Draft) -> None:
        self._draft = draft
        self._by_name = {text_of(each.get("name")): each for each in objects_of(variables)}
        named = {text_of(each.get("name")): text_of(each.get("type")) for each in objects_of(built_in)}
        self._built_in = named
        self._tokens: dict[str, str] = {}
        self._why: dict[str, str] = {}

    def add_all(self) -> None:
        for name in self._by_name:
            self._translate(name, 0)

    def template(self, text: str, *, event: str = "") -> str:
        """The text with our tokens. ``event``: name of the data layer's event. Raises Impossible."""
        return self._template(text, event, 0)

    def inner(self, text: str, depth: int) -> str:
        """The same inside of a variable."""
        return self._template(text, "", depth + 1)

    def referrer(self) -> str:
        """Name of the data element that has the whole address."""
        return self._draft.add_element("Referrer", {"from": "page", "get": "referrer"})

    def sole(self, text: str) -> str:
        """The one variable that a text is, without its braces; empty when it is anything else."""
        found = _NAMED.fullmatch(text.strip())
        return found[1].strip() if found else ""

    def built_in_type(self, name: str) -> str:
        return self._built_in.get(name, name.upper().replace(" ", "_"))

    def _template(self, text: str, event: str, depth: int) -> str:
        parts, position = [], 0
        for found in _NAMED.finditer(text):
            parts.append(escaped(text[position : found.start()]))
            parts.append(self._token(found[1].strip(), event, depth))
            position = found.end()
        return "".join([*parts, escaped(text[position:])])

    def _token(self, name: str, event: str, depth: int) -> str:
        if name in self._by_name:
            self._translate(name, depth)
            if name in self._why:
                raise Impossible(f"It uses the variable “{name}”, which is not taken over.")
            return f"%{self._tokens[name]}%"
        kind = self.built_in_type(name)
        if kind in _OF_EVENT:
            return f"%{_OF_EVENT[kind]}%"
        if kind in _ELEMENTS:
            return f"%{self._draft.add_element(name, dict(_ELEMENTS[kind]))}%"
        if kind in ("EVENT", "_EVENT") and event:
            return escaped(event)
        raise Impossible(f"It uses the variable “{name}”, which there is nothing like here.")

    def _translate(self, name: str, depth: int) -> None:
        if name in self._tokens or name in self._why:
            return
        # For one that reads itself, by whatever way.
        self._why[name] = "It reads itself."
        told: list[str] = []
        variable = self._by_name[name]
        try:
            if depth > _MAX_DEPTH:
                raise Impossible("Variables read each other more than ten deep.")
            made = self._made(variable, told, depth)
        except Impossible as error:
            self._why[name] = str(error)
            self._draft.refuse("variable", name, str(error))
            return
        del self._why[name]
        if isinstance(made, str):
            self._tokens[name] = made
            self._draft.tell("variable", name, *told)
            return
        self._format(variable, made, told)
        element = self._draft.add_element(name, made)
        self._tokens[name] = element
        self._draft.tell("variable", name, *told, element=element)

    def _made(self, variable: JsonObject, told: list[str], depth: int) -> JsonObject | str:
        kind, given = text_of(variable.get("type")), parameters_of(variable)
        make = _MAKERS.get(kind)
        if make is None:
            what = "Custom JavaScript" if kind == "jsm" else f"A variable of the type `{kind[:60]}`"
            raise Impossible(f"{what} is not taken over: values come from data elements and pipes.")
        return make(self, given, told, depth)

    def _format(self, variable: JsonObject, made: JsonObject, told: list[str]) -> None:
        wanted = object_of(variable.get("formatValue"))
        case = text_of(wanted.get("caseConversionType")).upper()
        if case in ("LOWERCASE", "UPPERCASE"):
            made["apply"] = ["string", case.removesuffix("CASE").lower()]
        for key in ("convertNullToValue", "convertUndefinedToValue"):
            text = text_of(object_of(wanted.get(key)).get("value"))
            if text and "{{" not in text and "default" not in made:
                made["default"] = text
                told.append(f"“{text}” now stands for no value of any kind, an empty text included.")
        if any(key in wanted for key in ("convertTrueToValue", "convertFalseToValue")):
            told.append("What is made of true and false is not taken over.")


_Make = Callable[[Variables, Mapping[str, JsonObject], list[str], int], JsonObject | str]


def _layer(_: Variables, given: Mapping[str, JsonObject], told: list[str], _depth: int) -> JsonObject:
    path = value_of(given, "name")
    if path.startswith("gtm."):
        raise Impossible("It reads what Google Tag Manager itself puts into the data layer.")
    if value_of(given, "dataLayerVersion") == "1" and "." in path:
        told.append("Dots in its name are read as keys inside of each other, as in version 2.")
    made: JsonObject = {"from": "dataLayer", "path": _NUMBERED_KEY.sub(r"[\1]", path)}
    if is_set(given, "setDefaultValue") and "{{" not in value_of(given, "defaultValue"):
        made["default"] = value_of(given, "defaultValue")
        told.append("Its default also stands for an empty text.")
    return made


def _url(variables: Variables, given: Mapping[str, JsonObject], told: list[str], depth: int) -> JsonObject:
    component, source = value_of(given, "component") or "URL", value_of(given, "customUrlSource")
    of = {"of": variables.inner(source, depth)} if source else {}
    if is_set(given, "stripWww"):
        told.append("`www.` stays in front of the host.")
    if component == "QUERY":
        key = value_of(given, "queryKey")
        return {"from": "url", **of, **({"get": "parameter", "name": key} if key else {"get": "query"})}
    if component in _URL_PARTS:
        if component == "FRAGMENT":
            told.append("It begins with `#`.")
        if component == "PROTOCOL":
            told.append("It may have other signs behind its name.")
        return {"from": "url", **of, "get": _URL_PARTS[component]}
    if of:
        raise Impossible("A whole address out of another variable needs no variable: use that one.")
    told.append("The address is the page's whole one, without the parameters that privacy settings cut off.")
    return {"from": "page", "get": "url"}


def _referrer(variables: Variables, given: Mapping[str, JsonObject], told: list[str], _depth: int) -> JsonObject:
    component = value_of(given, "component") or "URL"
    if component == "URL":
        return {"from": "page", "get": "referrer"}
    whole = variables.referrer()
    if component == "QUERY" and value_of(given, "queryKey"):
        return {"from": "url", "of": f"%{whole}%", "get": "parameter", "name": value_of(given, "queryKey")}
    if component not in _URL_PARTS:
        raise Impossible(f"The part `{component[:60]}` of an address is not known here.")
    if is_set(given, "stripWww"):
        told.append("`www.` stays in front of the host.")
    return {"from": "url", "of": f"%{whole}%", "get": _URL_PARTS[component]}


def _dom(_: Variables, given: Mapping[str, JsonObject], _told: list[str], _depth: int) -> JsonObject:
    attribute = value_of(given, "attributeName")
    made = {"from": "dom", "selector": selector_of(given)}
    return made | ({"get": f"@{attribute}"} if attribute else {})


def selector_of(given: Mapping[str, JsonObject]) -> str:
    """Of a DOM variable or a visibility trigger. Raises Impossible for one that holds variables."""
    by_css = value_of(given, "selectorType").upper() in ("CSS", "CSS_SELECTOR") or not value_of(given, "elementId")
    wanted = value_of(given, "elementSelector") if by_css else f"#{value_of(given, 'elementId')}"
    if "{{" in wanted:
        raise Impossible("Its selector is made of variables; selectors stand as they are here.")
    return wanted


def _lookup(variables: Variables, given: Mapping[str, JsonObject], told: list[str], depth: int) -> JsonObject:
    is_pattern = bool(value_of(given, "fullMatch") or value_of(given, "ignoreCase"))
    value = variables.inner(value_of(given, "input"), depth)
    rows: list[JsonObject] = []
    for row in rows_of(given, "map"):
        then = row.get("value", "")
        if "{{" in then or ("$" in then and is_pattern):
            raise Impossible("A row gives another variable, or a part of what was found; rows give texts here.")
        rows.append(_row(row.get("key", ""), then, given, is_pattern=is_pattern))
    otherwise = value_of(given, "defaultValue")
    if is_set(given, "setDefaultValue") and "{{" in otherwise:
        raise Impossible("Without a row it gives another variable; that is a text here.")
    if is_pattern:
        told.append("Its patterns have to be of the kind that is allowed in browsers here.")
    text = {"value": f"{value[:-1]} | string%"} if _is_one_token(value) else {"value": value}
    made: JsonObject = {"from": "table", **text, "rows": rows}
    return made | ({"otherwise": otherwise} if is_set(given, "setDefaultValue") else {})


def _row(key: str, then: str, given: Mapping[str, JsonObject], *, is_pattern: bool) -> JsonObject:
    if not is_pattern:
        return {"than": key, "then": then}
    pattern = f"^(?:{key})$" if value_of(given, "fullMatch") != "false" else key
    folded = {"ignoreCase": True} if value_of(given, "ignoreCase") != "false" else {}
    return {"op": "matches", "than": pattern, "then": then, **folded}


def _is_one_token(text: str) -> bool:
    return text.startswith("%") and text.endswith("%") and text.count("%") == 2 and "|" not in text


def _cookie(_: Variables, given: Mapping[str, JsonObject], told: list[str], _depth: int) -> JsonObject:
    if value_of(given, "decodeCookie") == "false":
        told.append("Its value is decoded.")
    return {"from": "cookie", "name": value_of(given, "name")}


def _constant(variables: Variables, given: Mapping[str, JsonObject], _told: list[str], depth: int) -> JsonObject:
    text = value_of(given, "value")
    if "{{" in text:
        raise Impossible("A constant made of variables is written where it is used here.")
    return {"from": "const", "value": text}


def _random(_: Variables, _given: Mapping[str, JsonObject], told: list[str], _depth: int) -> JsonObject:
    told.append("The number is below a milliard.")
    return {"from": "random"}


def _auto(variables: Variables, given: Mapping[str, JsonObject], told: list[str], _depth: int) -> str:
    kind = value_of(given, "varType")
    if kind == "ATTRIBUTE":
        attribute = value_of(given, "attribute")
        if not re.fullmatch(r"[A-Za-z_][\w:.-]{0,60}", attribute):
            raise Impossible("Its attribute has no plain name.")
        return f"this[{attribute}]"
    token = _OF_EVENT.get({"URL": "CLICK_URL", "TEXT": "CLICK_TEXT", "ID": "CLICK_ID", "CLASSES": "CLICK_CLASSES",
                           "ELEMENT": "CLICK_ELEMENT", "TARGET": "CLICK_TARGET"}.get(kind, ""))  # fmt: skip
    if token is None:
        raise Impossible(f"What an event has as `{kind[:60]}` is not known here.")
    if is_set(given, "setDefaultValue"):
        told.append("Its default is not taken over.")
    return token


_MAKERS: Mapping[str, _Make] = MappingProxyType(
    {
        "v": _layer,
        "k": _cookie,
        "c": _constant,
        "j": lambda _v, given, _t, _d: {"from": "jsPath", "path": _NUMBERED_KEY.sub(r"[\1]", value_of(given, "name"))},
        "u": _url,
        "f": _referrer,
        "d": _dom,
        "r": _random,
        "smm": _lookup,
        "remm": _lookup,
        "aev": _auto,
        "ctv": lambda _v, _g, _t, _d: {"from": "build", "get": "revision"},
        "cid": lambda _v, _g, _t, _d: {"from": "build", "get": "property"},
        "ev": lambda _v, _g, _t, _d: {"from": "build", "get": "environment"},
    }
)
