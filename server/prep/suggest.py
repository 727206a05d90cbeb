"""Lines for a mapping set, from the names in an example of the raw data: a first draft, for a person to look at."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from server.model.json import Json, JsonObject
from server.model.mapping import MappingLine

# More than a person looks through at once.
MAX_SUGGESTIONS = 100
# Of one example.
MAX_SOURCES = 500
_MAX_LEVELS = 12

# What senders call things, without signs and in lower case, and what XDM does. The first that the schema has counts.
_USUAL: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "id": ("_id",),
        "eventid": ("_id",),
        "messageid": ("_id",),
        "time": ("timestamp",),
        "date": ("timestamp",),
        "datetime": ("timestamp",),
        "occurredat": ("timestamp",),
        "createdat": ("timestamp",),
        "type": ("eventType",),
        "event": ("eventType",),
        "eventname": ("eventType",),
        "orderid": ("commerce.order.purchaseID",),
        "ordernumber": ("commerce.order.purchaseID",),
        "total": ("commerce.order.priceTotal",),
        "amount": ("commerce.order.priceTotal",),
        "revenue": ("commerce.order.priceTotal",),
        "currency": ("commerce.order.currencyCode",),
        "tax": ("commerce.order.taxAmount",),
        "discount": ("commerce.order.discountAmount",),
        "sku": ("productListItems[*].SKU",),
        "productid": ("productListItems[*].SKU",),
        "price": ("productListItems[*].priceTotal",),
        "qty": ("productListItems[*].quantity",),
        "url": ("web.webPageDetails.URL",),
        "pageurl": ("web.webPageDetails.URL",),
        "page": ("web.webPageDetails.name",),
        "pagename": ("web.webPageDetails.name",),
        "referrer": ("web.webReferrer.URL",),
        "referer": ("web.webReferrer.URL",),
        "campaign": ("marketing.campaignName",),
        "firstname": ("person.name.firstName",),
        "givenname": ("person.name.firstName",),
        "lastname": ("person.name.lastName",),
        "surname": ("person.name.lastName",),
        "birthday": ("person.birthDate",),
        "email": ("personalEmail.address",),
        "emailaddress": ("personalEmail.address",),
        "phone": ("mobilePhone.number",),
        "mobile": ("mobilePhone.number",),
        "zip": ("homeAddress.postalCode",),
        "postcode": ("homeAddress.postalCode",),
        "city": ("homeAddress.city",),
        "street": ("homeAddress.street1",),
        "points": ("loyalty.points",),
    }
)

# Of what something is part of.
_USUAL_PARENTS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(("items", "products", "lines", "lineitems", "cart", "basket"), "productlistitems")
    | {"page": "webpagedetails", "referrer": "webreferrer", "customer": "person"}
)

_EMAILS: Final = frozenset({"email", "emailaddress", "mail"})
_TEXTS: Final = frozenset({"string", "date", "date-time"})
_NUMBERS: Final = frozenset({"integer", "number"})


class Target(NamedTuple):
    """A field of the schema. ``path``: with ``[*]`` for the items of a list. ``type``: as in schema/fields.py."""

    path: str
    type: str
    is_required: bool


class Source(NamedTuple):
    """A value of the example. ``words``: the names that lead to it, without signs and in lower case."""

    path: str
    words: tuple[str, ...]
    value: Json


def suggestions(raw: JsonObject, targets: Iterable[Target], *, taken: Collection[str]) -> Sequence[MappingLine]:
    """``raw``: an example. ``targets``: what may be filled. ``taken``: destinations that lines fill already."""
    known = {target.path: target for target in targets}
    used = set(taken)
    found: list[MappingLine] = []

    def add(source: str, destination: str, source_type: Any = "ATTRIBUTE") -> None:
        if destination not in used and len(found) < MAX_SUGGESTIONS:
            used.add(destination)
            found.append(MappingLine(source_type=source_type, source=source, destination=destination))

    for source in source_paths(raw):
        destination = _best(source, known, used)
        if destination:
            add(source.path, destination)
    email = next(
        (source for source in source_paths(raw) if source.words[-1] in _EMAILS and "*" not in source.path), None
    )
    if email is not None and "identityMap" in known and not any(path.startswith("identityMap") for path in used):
        add(email.path, "identityMap.Email[0].id")
        add("true", "identityMap.Email[0].primary", "EXPRESSION")
    for path, expression in (("_id", "uuid()"), ("timestamp", "now()")):
        if path in known and known[path].is_required:
            add(expression, path, "EXPRESSION")
    return found


def source_paths(raw: JsonObject) -> Sequence[Source]:
    """Where values are in an example, as a line's source names them; at most MAX_SOURCES."""
    found: list[Source] = []
    for source in _leaves(raw, "", (), 0):
        if len(found) == MAX_SOURCES:
            break
        found.append(source)
    return found


def _leaves(value: Json, path: str, words: tuple[str, ...], level: int) -> Iterator[Source]:
    if isinstance(value, dict) and value and level < _MAX_LEVELS:
        for name, inner in value.items():
            if name:
                yield from _leaves(
                    inner, f"{path}.{_quoted(name)}" if path else _quoted(name), (*words, _plain(name)), level + 1
                )
    elif isinstance(value, list) and value and isinstance(value[0], dict) and level < _MAX_LEVELS:
        yield from _leaves(value[0], f"{path}[*]", words, level + 1)
    elif path:
        yield Source(path, words, value)


def _quoted(name: str) -> str:
    """As an expression and a path both take it."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) or "}" in name else f"${{{name}}}"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _best(source: Source, known: Mapping[str, Target], used: Collection[str]) -> str:
    """The field that fits best; empty for none."""
    depth = source.path.count("[*]")
    names = ("".join(source.words[-2:]), source.words[-1])
    usual = [path for name in names for path in _USUAL.get(name, ()) if path in known]
    scored = [
        (score, -path.count("."), path)
        for path, field in known.items()
        if path not in used
        and path.count("[*]") == depth
        and ".*" not in path
        and _takes(field, source.value)
        and (score := _score(source, path, usual)) > 0
    ]
    return max(scored)[2] if scored else ""


def _score(source: Source, path: str, usual: Collection[str]) -> int:
    words = [_plain(step) for step in path.replace("[*]", "").split(".")]
    if list(source.words) == words:
        return 100
    parents = {_USUAL_PARENTS.get(word, word) for word in source.words[:-1]}
    shared = len(parents & set(words[:-1]))
    if path in usual:
        return 60 + shared
    if source.words[-1] == words[-1]:
        # A name such as `name` or `id` alone is in dozens of places.
        return 40 + 10 * shared if shared or len(words) == 1 else (30 if len(words[-1]) > 4 else 0)
    return 35 if "".join(source.words) == words[-1] else 0


def _takes(field: Target, value: Json) -> bool:
    if isinstance(value, bool):
        return field.type == "boolean"
    if isinstance(value, int | float):
        return field.type in _NUMBERS or field.type == "string"
    if isinstance(value, list):
        return field.type == "array"
    if value is None:
        return field.type in _TEXTS | _NUMBERS | {"boolean"}
    return field.type in _TEXTS if isinstance(value, str) else False
