"""Where one can go from every page of the console: one list of places, in groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.store.users import Role


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One place to go."""

    label: str
    href: str
    icon: str
    """Name of a symbol in static/icons/icons.svg."""
    is_current: bool


@dataclass(frozen=True, slots=True)
class NavigationGroup:
    """Places that answer the same kind of question."""

    label: str
    """Empty for the first, which needs no name."""
    entries: Sequence[NavigationEntry]


@dataclass(frozen=True, slots=True)
class _Place:
    section: str
    """What a page of it says of itself."""
    label: str
    route: str
    icon: str
    role: Role = Role.VIEWER
    """Whoever has this one, or a higher one, may go there."""


_PLACES: dict[str, tuple[_Place, ...]] = {
    "": (_Place("home", "Home", "home", "home"),),
    "Watch": (
        _Place("live", "Live", "live", "live"),
        _Place("failed", "Failed", "failed", "failed"),
        _Place("monitoring", "Monitoring", "monitoring", "chart"),
        _Place("subscriptions", "Subscriptions", "subscriptions", "bell"),
    ),
    "Collect": (
        _Place("properties", "Properties", "properties", "property"),
        _Place("datastreams", "Datastreams", "datastreams", "datastream"),
        _Place("connections", "Connections", "connections", "send"),
    ),
    "Data": (
        _Place("profiles", "Profiles", "profiles", "user"),
        _Place("datasets", "Datasets", "datasets", "dataset"),
        _Place("schemas", "Schemas", "schemas", "schema"),
    ),
    "Manage": (
        _Place("people", "People", "people", "user", role=Role.ADMIN),
        _Place("audit", "Audit log", "audit", "shield", role=Role.ADMIN),
    ),
}


def navigation(section: str, path: Callable[[str], str], *, role: Role) -> tuple[NavigationGroup, ...]:
    """All groups, seen from a page of ``section`` by somebody. ``path``: from a route's name to its address."""
    open_places = {label: [place for place in places if role.includes(place.role)] for label, places in _PLACES.items()}
    return tuple(
        NavigationGroup(
            label=label,
            entries=tuple(
                NavigationEntry(
                    label=place.label, href=path(place.route), icon=place.icon, is_current=place.section == section
                )
                for place in places
            ),
        )
        for label, places in open_places.items()
        if places
    )
