"""The container: what a published property delivers to a page. Mirrors static/snippet/types.d.ts, name by name.

The server compiles a property into it, so that the page only interprets. :func:`as_json` gives the JSON of it;
fields that types.d.ts marks optional are left out when they hold their default.
"""

from typing import Literal, TypeAlias

import msgspec

from server.model.json import Json, JsonObject

Consent: TypeAlias = Literal["granted", "pending", "denied"]
Path: TypeAlias = tuple[str | int, ...]
Pipe: TypeAlias = tuple[Json, ...]
"""A function's name, then its arguments."""


class DataToken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="$", tag="data"):
    """``%name%``: a data element, or something inside it."""

    name: str
    path: Path = ()
    pipe: tuple[Pipe, ...] = ()


class FactToken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"root": "$"}):
    """``%event.x%``, ``%item.x%`` or ``%old.x%``."""

    root: Literal["event", "item", "old"]
    path: Path = ()
    pipe: tuple[Pipe, ...] = ()


class ElementToken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="$", tag="this"):
    """``%this…%`` and ``%closest(css)…%``: the matched element.

    ``up``: the nearest ancestor, or the element itself, that matches; ``down``: the first match below that.
    ``attr``: an attribute of what was found; ``path``: a property of it.
    """

    up: str | None = None
    down: str | None = None
    attr: str | None = None
    path: Path = ()
    pipe: tuple[Pipe, ...] = ()


Token: TypeAlias = DataToken | FactToken | ElementToken


class Text(msgspec.Struct, frozen=True, tag_field="$", tag="text"):
    """Text with tokens in it: always a string."""

    parts: tuple[str | Token, ...]


Template: TypeAlias = str | int | float | bool | Token | Text | None


class ValueEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One XDM field."""

    path: tuple[str, ...]
    value: Template
    consent: str | None = None


class OneEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A list with one entry."""

    path: tuple[str, ...]
    one: "tuple[MappingEntry, ...]"
    consent: str | None = None


class EachEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"entries": "as"}):
    """A list with an entry for each item of ``each``."""

    path: tuple[str, ...]
    each: Template
    entries: "tuple[MappingEntry, ...]"
    consent: str | None = None


MappingEntry: TypeAlias = ValueEntry | OneEntry | EachEntry


class All(msgspec.Struct, frozen=True):
    """Met when every one is."""

    all: "tuple[Condition, ...]"


class AnyOf(msgspec.Struct, frozen=True):
    """Met when at least one is."""

    any: "tuple[Condition, ...]"


class NoneOf(msgspec.Struct, frozen=True, rename={"none_of": "none"}):
    """Met when not one is."""

    none_of: "tuple[Condition, ...]"


class Is(msgspec.Struct, frozen=True, kw_only=True, rename={"state": "is"}):
    """A value's presence or truth."""

    value: Template
    state: str


class Compare(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A value beside a literal one."""

    value: Template
    op: str
    than: Json
    ignore_case: bool = False


Condition: TypeAlias = All | AnyOf | NoneOf | Is | Compare


class Delegate(msgspec.Struct, frozen=True, kw_only=True):
    """A rule component: the type of a module, and its settings with templates and mappings compiled."""

    module: str
    settings: JsonObject


class Limit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """At most ``times`` in the scope, for each value of ``key``."""

    times: int
    per: str
    key: Template = None


class Cap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """At most ``times`` within ``ms``, in the scope, for each value of ``key``."""

    times: int
    per: str
    ms: int
    key: Template = None


class Sample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Runs for this share of its events; ``sticky``: the scope that the lot is drawn for, None for each event."""

    rate: float
    sticky: str | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's events wait for each other: so long, and until there are so many."""

    ms: int
    events: int


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Events, conditions, exceptions, actions; ``consent``: the purposes that must all be granted."""

    id: str
    events: tuple[Delegate, ...]
    consent: tuple[str, ...]
    actions: tuple[Delegate, ...]
    conditions: Condition | None = None
    exceptions: Condition | None = None
    limit: Limit | None = None
    cap: Cap | None = None
    sample: Sample | None = None
    batch: Batch | None = None


class DataElement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named value a page can give; ``fallback``: tried in order while the value is missing."""

    module: str
    settings: JsonObject
    fallback: tuple[Delegate, ...] = ()
    pipe: tuple[Pipe, ...] = ()
    default: Json = None


class CustomModule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Reviewed custom code: ``hash`` names its file; ``ms``: how long it may take.

    ``sees_element``: whether it gets the event's element.
    """

    hash: str
    ms: int
    sees_element: bool = False


class PropertyName(msgspec.Struct, frozen=True, kw_only=True):
    """Which property this is."""

    id: str


class ConsentSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Finished payloads wait while consent is pending: how many, and for how long. Neither is there where none waits.

    ``gpc``, ``dnt``: the purposes that these signals of a browser deny. ``tcf``: for each purpose, those of the IAB's
    framework that must be granted.
    """

    default: Consent
    purposes: tuple[str, ...]
    queue_events: int = 0
    queue_seconds: int = 0
    gpc: tuple[str, ...] = ()
    dnt: tuple[str, ...] = ()
    tcf: dict[str, tuple[int, ...]] = {}


class PrivacySettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """``never_read``: CSS selectors; ``keep_url_params``: names that stay in URLs, None for all.

    ``mask``: CSS selectors of what is only read masked. ``cookieless``: nothing is kept in the browser.
    """

    never_read: tuple[str, ...]
    keep_url_params: tuple[str, ...] | None
    mask: tuple[str, ...] = ()
    cookieless: bool = False


class DataLayerSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The page's data layer: its kind, its global name, and the keys that a route change clears."""

    type: Literal["acdl", "gtm"]
    name: str
    reset_on_route: tuple[str, ...]


class Container(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What a published build delivers, as data.

    ``format``: version of this format; a runtime refuses any other. ``edge``: an origin, None for the one that served
    the build. ``context``: which automatic context every event gets, None for the snippet's own choice.
    ``domains``: the property's own hosts, between which links take the visitor's identity along.
    """

    format: Literal[1]
    property: PropertyName
    environment: str
    revision: str
    org_id: str
    datastream: str
    edge: str | None = None
    base_path: str
    consent: ConsentSettings
    privacy: PrivacySettings
    data_layer: DataLayerSettings
    context: tuple[str, ...] | None = None
    base: tuple[MappingEntry, ...]
    domains: tuple[str, ...] = ()
    custom_code: dict[str, CustomModule] = {}
    data_elements: dict[str, DataElement]
    rules: tuple[Rule, ...]


def as_json(container: Container) -> JsonObject:
    """The container as the JSON that types.d.ts describes; lists are lists, so it equals its own decoding."""
    built: JsonObject = msgspec.json.decode(msgspec.json.encode(container))
    return built
