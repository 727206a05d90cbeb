"""Matomo's variables as data elements, and the comparisons of its conditions and lookup tables."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from server.model.json import JsonObject
from server.property.importing.draft import Draft, escaped, object_of, objects_of, text_of
from server.property.importing.report import Impossible

_MAX_DEPTH = 10
_NAMED = re.compile(r"\{\{([^{}]{1,200})\}\}")

COMPARISONS: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {
        "equals": ("eq", True),
        "equals_exactly": ("eq", False),
        "contains": ("contains", False),
        "starts_with": ("startsWith", False),
        "ends_with": ("endsWith", False),
        "regexp": ("matches", False),
        "regexp_ignore_case": ("matches", True),
        "lower_than": ("lt", False),
        "lower_than_or_equals": ("lte", False),
        "greater_than": ("gt", False),
        "greater_than_or_equals": ("gte", False),
    }
)
"""Ours, and whether capitals do not count."""

_OF_EVENT: Mapping[str, str] = MappingProxyType(
    {
        "ClickElement": "this",
        "ClickId": "this[id]",
        "ClickClasses": "this[class]",
        "ClickText": "this | text | cleanText",
        "ClickDestinationUrl": "this.href",
        "ClickButton": "event.button",
        "FormId": "event.id",
        "FormName": "event.name",
        "FormDestination": "event.action",
        "ErrorMessage": "event.message",
        "ErrorUrl": "event.file",
        "ErrorLine": "event.line",
        "HistoryNewUrl": "event.url",
        "HistoryOldUrl": "event.oldUrl",
        "HistoryNewUrlPath": "event.path",
        "HistoryOldUrlPath": "event.oldPath",
    }
)
_ELEMENTS: Mapping[str, JsonObject] = MappingProxyType(
    {
        "PageUrl": {"from": "page", "get": "url"},
        "PageHostname": {"from": "url", "get": "hostname"},
        "PagePath": {"from": "page", "get": "path"},
        "PageHash": {"from": "page", "get": "hash"},
        "PageOrigin": {"from": "url", "get": "origin"},
        "PageTitle": {"from": "page", "get": "title"},
        "Referrer": {"from": "page", "get": "referrer"},
        "ScreenWidth": {"from": "window", "get": "screenWidth"},
        "ScreenHeight": {"from": "window", "get": "screenHeight"},
        "Weekday": {"from": "time", "get": "weekday"},
        "RandomNumber": {"from": "random"},
        "Environment": {"from": "build", "get": "environment"},
        "ContainerRevision": {"from": "build", "get": "revision"},
        "SeoCanonicalUrl": {"from": "dom", "selector": "link[rel=canonical]", "get": "@href"},
    }
)


def as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Impossible(f"“{text[:60]}” is no number, and it is compared as one.") from None


class Variables:
    """Their variables, as data elements; built-in ones are made when they are read."""

    def __init__(self, variables: Sequence[JsonObject], draft: Draft) -> None:
        self._draft = draft
        self._theirs = {text_of(each.get("name")): each for each in variables}
        self._names: dict[str, str] = {}
        self._why: set[str] = set()

    def add_all(self) -> None:
        for name in self._theirs:
            self._translate(name, 0)

    def template(self, text: str, depth: int = 0) -> str:
        """Raises Impossible."""
        parts, position = [], 0
        for found in _NAMED.finditer(text):
            parts.append(escaped(text[position : found.start()]))
            parts.append(self._token(found[1].strip(), depth))
            position = found.end()
        return "".join([*parts, escaped(text[position:])])

    def _token(self, name: str, depth: int) -> str:
        if name in self._theirs:
            self._translate(name, depth + 1)
            if name in self._names:
                return f"%{self._names[name]}%"
            raise Impossible(f"It uses the variable “{name}”, which is not taken over.")
        if name in _OF_EVENT:
            return f"%{_OF_EVENT[name]}%"
        if name in _ELEMENTS:
            return f"%{self._draft.add_element(name, dict(_ELEMENTS[name]))}%"
        raise Impossible(f"It uses the variable “{name}”, which there is nothing like here.")

    def _translate(self, name: str, depth: int) -> None:
        if name in self._names or name in self._why:
            return
        # For one that reads itself, by whatever way.
        self._why.add(name)
        told: list[str] = []
        try:
            if depth > _MAX_DEPTH:
                raise Impossible("Variables read each other more than ten deep.")
            made = self._made(self._theirs[name], told)
        except Impossible as error:
            self._draft.refuse("variable", name, str(error))
            return
        self._why.discard(name)
        element = self._draft.add_element(name, made)
        self._names[name] = element
        self._draft.tell("variable", name, *told, element=element)

    def _made(self, variable: JsonObject, told: list[str]) -> JsonObject:
        kind, given = text_of(variable.get("type")), object_of(variable.get("parameters"))
        make = _VARIABLES.get(kind)
        if make is None:
            what = "A custom JavaScript function" if kind == "CustomJsFunction" else f"The type `{kind[:60]}`"
            raise Impossible(f"{what} is not taken over: values come from data elements and pipes.")
        made = make(given, told)
        rows = objects_of(variable.get("lookup_table"))
        default = variable.get("default_value")
        if rows:
            inner = self._draft.add_element(f"{text_of(variable.get('name'))} as read", made)
            made = {"from": "table", "value": f"%{inner} | string%", "rows": [_row(row) for row in rows]}
            if isinstance(default, str) and default:
                made["otherwise"] = default
            else:
                told.append("Where no row holds there is no value, and not the one that was looked up.")
        elif isinstance(default, str) and default:
            made["default"] = default
        return made


def _row(row: JsonObject) -> JsonObject:
    comparison = text_of(row.get("comparison")) or "equals"
    if comparison not in COMPARISONS:
        raise Impossible(f"A row compares by `{comparison[:60]}`, which is not taken over.")
    operator, is_folded = COMPARISONS[comparison]
    than = text_of(row.get("match_value"))
    is_number = operator in ("lt", "lte", "gt", "gte")
    folded = {"ignoreCase": True} if is_folded else {}
    return {
        "op": operator,
        "than": as_number(than) if is_number else than,
        "then": text_of(row.get("out_value")),
        **folded,
    }


def _dom(given: JsonObject, _told: list[str]) -> JsonObject:
    by_css = text_of(given.get("selectionMethod")) == "cssSelector"
    selector = text_of(given.get("cssSelector")) if by_css else f"#{text_of(given.get('elementId'))}"
    attribute = text_of(given.get("attributeName"))
    return {"from": "dom", "selector": selector, **({"get": f"@{attribute}"} if attribute else {})}


def _url(given: JsonObject, _told: list[str]) -> JsonObject:
    part = text_of(given.get("urlPart"))
    known = {"protocol": "protocol", "host": "hostname", "hostname": "hostname", "port": "port", "hash": "hash",
             "origin": "origin", "path": "path", "pathname": "path", "search": "query", "query": "query"}  # fmt: skip
    if part == "href":
        return {"from": "page", "get": "url"}
    if part not in known:
        raise Impossible(f"The part `{part[:60]}` of an address is not known here.")
    return {"from": "url", "get": known[part]}


def _make_named(source: str, theirs: str, ours: str) -> Callable[[JsonObject, list[str]], JsonObject]:
    return lambda given, _told: {"from": source, ours: text_of(given.get(theirs))}


_VARIABLES: Mapping[str, Callable[[JsonObject, list[str]], JsonObject]] = MappingProxyType(
    {
        "Constant": lambda given, _told: {"from": "const", "value": text_of(given.get("constantValue"))},
        "Cookie": _make_named("cookie", "cookieName", "name"),
        "DataLayer": _make_named("dataLayer", "dataLayerName", "path"),
        "JavaScript": _make_named("jsPath", "variableName", "path"),
        "UrlParameter": _make_named("query", "parameterName", "name"),
        "MetaContent": lambda given, _told: {
            "from": "dom",
            "selector": f"meta[name='{text_of(given.get('metaName'))}']",
            "get": "@content",
        },
        "DomElement": _dom,
        "Url": _url,
    }
)
