"""Lists of components, as the Schema Registry's clients ask for them: filtered, in order, in pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.model.json import Json, JsonObject

MAX_PAGE = 300
"""As many as the platform gives at once."""

_SEPARATOR = "|"


class ListingRefused(ValueError):
    """The query cannot be answered; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """``order``: a keyword, with a minus for falling order. ``start``: the ``next`` of the page before.

    ``properties``: filters, all of which hold: ``title``, ``meta:class==…``, ``title!=…``, ``title~…``.
    """

    start: str = ""
    limit: int = MAX_PAGE
    order: str = "title"
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``next``: where the next page starts; None for the last one."""

    items: Sequence[JsonObject]
    next: str | None


def read_query(values: Mapping[str, Sequence[str]]) -> Query:
    """The query of an address: names to values. Raises ListingRefused."""
    limit = values.get("limit", [str(MAX_PAGE)])[0]
    if not (limit.isascii() and limit.isdigit()) or not 0 < int(limit) <= MAX_PAGE:
        raise ListingRefused(f"`limit` is {limit[:40]!r}: make it a number from 1 to {MAX_PAGE}")
    order = next((values[name][0] for name in ("orderby", "orderBy") if name in values), "title")
    return Query(
        start=values.get("start", [""])[0],
        limit=int(limit),
        order=order.partition(",")[0],
        properties=tuple(values.get("property", ())),
    )


def page_of(documents: Sequence[JsonObject], query: Query) -> Page:
    """One page of the documents that pass all filters."""
    keyword, is_falling = query.order.removeprefix("-"), query.order.startswith("-")
    fitting = [document for document in documents if all(_passes(document, one) for one in query.properties)]
    keys = {document["$id"]: (str(document.get(keyword, "")), str(document["$id"])) for document in fitting}
    ordered = sorted(fitting, key=lambda document: keys[document["$id"]], reverse=is_falling)
    if query.start:
        value, found, name = query.start.rpartition(_SEPARATOR)
        # A client may also begin at a value of its own choice.
        start = (value, name) if found else (name, "")
        ordered = [one for one in ordered if (keys[one["$id"]] <= start if is_falling else keys[one["$id"]] >= start)]
    items, rest = ordered[: query.limit], ordered[query.limit :]
    return Page(items=items, next=_SEPARATOR.join(keys[rest[0]["$id"]]) if rest else None)


def _passes(document: Mapping[str, Json], filter_: str) -> bool:
    for operator in ("==", "!=", "~"):
        name, found, wanted = filter_.partition(operator)
        if found:
            values = _values(document.get(name))
            if operator == "~":
                return any(wanted.lower() in value.lower() for value in values)
            return (wanted in values) is (operator == "==")
    return filter_ in document


def _values(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]
