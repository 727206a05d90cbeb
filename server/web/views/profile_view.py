"""A profile as people read it: whom it is about, where each identity and attribute comes from, and what happened.

Values come from pages and servers, so they are hostile: every text here is free of characters that cannot be seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from server.model.identity import Identity
from server.model.json import Json, JsonObject
from server.model.profile import ProfileEvent, ProfileView
from server.model.xdm import get, value_at
from server.profile.fragment import names
from server.profile.graph import DEFAULT_UNIQUE_NAMESPACES
from server.profile.provenance import Provenance, provenance
from server.web.views.event_names import event_name
from server.web.views.live_facts import iso
from server.web.views.masking import MASK, masked_xdm
from server.web.views.visible import visible
from server.web.views.xdm_tree import TreeNode, xdm_tree

# Longer values are cut: the JSON of `heliograph profile show` has all of them.
_MAX_VALUE_CHARACTERS = 300
_MAX_ATTRIBUTES = 500
_MAX_BESIDE = 3
_SHOWN_ID_CHARACTERS = 6

# The most telling first: a person's own ids, then others, browsers last.
_LAST_NAMESPACES = ("ECID", "FPID")

_CHOICES: Mapping[str, str] = MappingProxyType(
    {
        "y": "Yes",
        "n": "No",
        "p": "Waiting for confirmation",
        "u": "Not known",
        "dy": "Yes, unless said otherwise",
        "dn": "No, unless said otherwise",
        "LI": "Legitimate interest",
        "CT": "Needed for a contract",
        "CP": "Demanded by law",
        "VI": "Vital interest",
        "PI": "Public interest",
    }
)
_BASES: Mapping[str, str] = MappingProxyType(
    {
        "state": "Events are kept: the visitor agreed",
        "event": "Events are kept: a consent string that came with the event allows it",
        "gpc": "Events are kept, marked: the browser asks not to sell or share (GPC)",
        "default": "Events are kept by the datastream's default: the visitor has said nothing",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityView:
    """One identity."""

    namespace: str
    id: str
    is_device: bool
    """A browser's or device's, rather than a person's own."""
    is_quarantined: bool
    """It was found to be shared, and links nothing any more."""
    sources: Sequence[str]
    """Names of the datasets that named it."""
    events: int
    """How many of the newest events named it."""
    first_at: str
    """ISO 8601; empty where none of them did."""
    last_at: str
    """ISO 8601; empty where none of them did."""
    beside: Sequence[str]
    """A few of the identities that came together with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeView:
    """One attribute of the record."""

    path: str
    value: str
    source: str
    """Name of the dataset that said it last."""
    at: str
    """When, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """What is known of one choice."""

    label: str
    value: str
    source: str
    """The dataset that says so; empty for what pages sent."""
    at: str
    """ISO 8601; empty when not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """One event."""

    name: str
    event_type: str
    page: str
    at: str
    """ISO 8601."""
    source: str
    """Name of its dataset."""
    tree: Sequence[TreeNode]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCard:
    """A profile in the list."""

    id: str
    title: str
    identities: int
    events: int
    last_at: str
    """Of its last event, ISO 8601; empty when there is none."""
    page: str
    """The last one it was on; empty when there is none."""


def profile_card(view: ProfileView, *, is_masked: bool) -> ProfileCard:
    """The profile at a glance."""
    shown = _Shown(view, is_masked=is_masked)
    return ProfileCard(
        id=view.id,
        title=shown.title,
        identities=len(view.identities),
        events=view.event_count,
        last_at=_moment(view.attributes.get("lastSeen")),
        page=_text(get(shown.facts, "lastPage.name")) or _text(get(shown.facts, "lastPage.URL")),
    )


def profile_title(view: ProfileView, *, is_masked: bool) -> str:
    """Whom it is about, by the most telling identity."""
    return _Shown(view, is_masked=is_masked).title


def person_name(view: ProfileView, *, is_masked: bool) -> str:
    """What records call the person; empty where none does, or it may not be shown."""
    name = get(view.record, "person.name")
    if is_masked or not isinstance(name, dict):
        return ""
    parts = (_text(name.get(part)) for part in ("firstName", "middleName", "lastName"))
    return _text(name.get("fullName")) or " ".join(part for part in parts if part)


def telling_identity(view: ProfileView) -> Identity | None:
    """The identity that says most of who it is; None when it has none any more."""
    return min(view.identities, key=_rank, default=None)


def identity_views(view: ProfileView, datasets: Mapping[str, str], *, is_masked: bool) -> Sequence[IdentityView]:
    """The most telling first. ``datasets``: names by id."""
    shown = _Shown(view, is_masked=is_masked)
    found = provenance(view.identities, view.events, view.record_sources)
    quarantined = view.attributes.get("quarantinedIdentities", ())
    return [
        _identity(identity, found[identity], shown, datasets, is_quarantined=str(identity) in quarantined)
        for identity in sorted(view.identities, key=_rank)
    ]


def attribute_views(view: ProfileView, datasets: Mapping[str, str], *, is_masked: bool) -> Sequence[AttributeView]:
    """Of the record, in document order; consents are told apart."""
    shown = _Shown(view, is_masked=is_masked)
    return [
        AttributeView(
            path=visible(".".join(names(source.path))),
            value=_value(value_at(shown.record, names(source.path))),
            source=_name(datasets, source.dataset_id),
            at=iso(source.at_ms),
        )
        for source in view.attribute_sources[:_MAX_ATTRIBUTES]
        if not source.path.startswith("/consents/")
    ]


def consent_views(view: ProfileView, datasets: Mapping[str, str]) -> Sequence[ConsentView]:
    """What records say of each purpose, and what the last event of a page was kept by."""
    found: list[ConsentView] = []
    last = view.attributes.get("lastConsent")
    if isinstance(last, dict):
        basis = str(last.get("basis"))
        found.append(
            ConsentView(
                label="Collection on pages", value=_BASES.get(basis, basis), source="", at=_moment(last.get("at"))
            )
        )
    for source in view.attribute_sources:
        path = names(source.path)
        if path[0] == "consents" and path[-1] == "val":
            value = str(value_at(view.record, path))
            found.append(
                ConsentView(
                    label=visible(" · ".join(path[1:-1])).capitalize(),
                    value=visible(_CHOICES.get(value, value)),
                    source=_name(datasets, source.dataset_id),
                    at=iso(source.at_ms),
                )
            )
    return found


def timeline(
    events: Sequence[ProfileEvent], datasets: Mapping[str, str], *, is_masked: bool
) -> Sequence[TimelineEvent]:
    """Events, in their order."""
    return [_event(event, datasets, is_masked=is_masked) for event in events]


class _Shown:
    """What of a profile may be shown to whom. Masked, its own identities are found wherever they are repeated."""

    def __init__(self, view: ProfileView, *, is_masked: bool) -> None:
        identity_map: JsonObject = {}
        for identity in view.identities:
            identity_map.setdefault(identity.namespace, []).append({"id": identity.id})
        whole: JsonObject = {"identityMap": identity_map, "record": view.record, "facts": view.attributes}
        shown = masked_xdm(whole) if is_masked else whole
        self.record: JsonObject = shown["record"]
        self.facts: JsonObject = shown["facts"]
        self.ids = {
            identity: visible(str(entry["id"]))
            for identity, entry in zip(
                # Grouped by namespace as the map is, which masking leaves in its order.
                sorted(view.identities, key=lambda one: list(identity_map).index(one.namespace)),
                (entry for entries in shown["identityMap"].values() for entry in entries),
                strict=True,
            )
        }
        telling = telling_identity(view)
        self.title = "Nobody" if telling is None else f"{visible(telling.namespace)} {self.ids[telling]}"


def _identity(
    identity: Identity, found: Provenance, shown: _Shown, datasets: Mapping[str, str], *, is_quarantined: bool
) -> IdentityView:
    beside = [one for one in sorted(found.beside, key=_rank) if one in shown.ids][:_MAX_BESIDE]
    return IdentityView(
        namespace=visible(identity.namespace),
        id=shown.ids[identity],
        is_device=identity.namespace in _LAST_NAMESPACES,
        is_quarantined=is_quarantined,
        sources=[_name(datasets, dataset) for dataset in found.datasets],
        events=found.events,
        first_at="" if found.first_ms is None else iso(found.first_ms),
        last_at="" if found.last_ms is None else iso(found.last_ms),
        beside=[f"{visible(one.namespace)} {_short(one, shown.ids[one])}" for one in beside],
    )


def _event(event: ProfileEvent, datasets: Mapping[str, str], *, is_masked: bool) -> TimelineEvent:
    xdm = masked_xdm(event.xdm) if is_masked else event.xdm
    event_type = _text(xdm.get("eventType"))
    return TimelineEvent(
        name=event_name(event_type),
        event_type=event_type,
        page=_text(get(xdm, "web.webPageDetails.name")) or _text(get(xdm, "web.webPageDetails.URL")),
        at=iso(event.timestamp_ms),
        source=_name(datasets, event.dataset_id),
        tree=xdm_tree(xdm, additions=(), violations=()),
    )


def _short(identity: Identity, shown: str) -> str:
    """A browser's id by its end, which is enough to find it in the list; beginnings of ECIDs look alike."""
    is_long = identity.namespace in _LAST_NAMESPACES and len(shown) > _SHOWN_ID_CHARACTERS
    return f"…{shown.removeprefix(MASK)[-_SHOWN_ID_CHARACTERS:]}" if is_long else shown


def _rank(identity: Identity) -> tuple[int, Identity]:
    namespace = identity.namespace
    if namespace in DEFAULT_UNIQUE_NAMESPACES:
        return DEFAULT_UNIQUE_NAMESPACES.index(namespace), identity
    after = len(DEFAULT_UNIQUE_NAMESPACES)
    return after + (1 if namespace in _LAST_NAMESPACES else 0), identity


def _name(datasets: Mapping[str, str], dataset_id: str) -> str:
    return visible(datasets.get(dataset_id, dataset_id))


def _value(value: Json) -> str:
    text = visible(value if isinstance(value, str) else msgspec.json.encode(value).decode())
    return text if len(text) <= _MAX_VALUE_CHARACTERS else f"{text[: _MAX_VALUE_CHARACTERS - 1]}…"


def _text(value: Any) -> str:
    return _value(value) if isinstance(value, str) else ""


def _moment(value: Json) -> str:
    return value if isinstance(value, str) else ""
