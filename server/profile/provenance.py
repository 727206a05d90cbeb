"""Where each identity of a profile comes from: which datasets named it, when, and together with which others. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.model.identity import Identity
from server.model.profile import ProfileEvent, RecordSource
from server.profile.identity_map import read_claims


class Provenance(NamedTuple):
    """What named one identity. ``datasets``: in the order of their ids. ``events``: how many; records are not counted.

    ``first_ms``, ``last_ms``: None where nothing that was looked at names it.
    """

    datasets: tuple[str, ...]
    events: int
    first_ms: int | None
    last_ms: int | None
    beside: tuple[Identity, ...]


def provenance(
    identities: Sequence[Identity], events: Iterable[ProfileEvent], records: Iterable[RecordSource]
) -> dict[Identity, Provenance]:
    """Of each of the profile's identities, as far as these events and records tell."""
    found = dict.fromkeys(identities, Provenance((), 0, None, None, ()))
    for event in events:
        named = {claim.identity for claim in read_claims(event.xdm, unique_namespaces=()).claims} & found.keys()
        for identity in named:
            more = found[identity]._replace(events=found[identity].events + 1)
            found[identity] = _named(more, event.dataset_id, event.timestamp_ms, named - {identity})
    for source in records:
        if source.identity in found:
            found[source.identity] = _named(found[source.identity], source.dataset_id, source.at_ms, ())
    return found


def _named(before: Provenance, dataset: str, at_ms: int, beside: Iterable[Identity]) -> Provenance:
    return Provenance(
        datasets=tuple(sorted({*before.datasets, dataset})),
        events=before.events,
        first_ms=at_ms if before.first_ms is None else min(before.first_ms, at_ms),
        last_ms=at_ms if before.last_ms is None else max(before.last_ms, at_ms),
        beside=tuple(sorted({*before.beside, *beside})),
    )
