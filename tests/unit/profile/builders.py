"""Factories for identities and what stores are fed with."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from server.model.datastream import DatasetId
from server.model.identity import Identity, Namespace
from server.model.json import JsonObject
from server.model.outcome import Offset, Processed
from server.model.profile import ProfileId, Record, Stamp
from server.profile.graph import Link
from server.profile.identity_map import Claim
from tests.builders import DATASET_ID, NOON_MS, a_processed, an_xdm

DAY_MS = 24 * 3600 * 1000


def an_identity(text: str) -> Identity:
    """``"ECID:1"``."""
    namespace, _, identifier = text.partition(":")
    return Identity(namespace=Namespace(namespace), id=identifier)


def a_link(*identities: str, at: int = 0, logged_out: tuple[str, ...] = (), primary: tuple[str, ...] = ()) -> Link:
    """An event of these identities, ``at`` milliseconds after the beginning of time."""
    claims = (Claim(an_identity(text), text in primary, text in logged_out) for text in identities)
    return Link(tuple(claims), at)


def growing_ids() -> Iterator[ProfileId]:
    return (ProfileId(f"p{number:06}") for number in count(1))


def a_step(
    offset: int, *identities: str, event_id: str = "", duplicate: bool = False, at_ms: int | None = None, **xdm: object
) -> tuple[Offset, Processed]:
    """A processed event of these identities; a second later for every offset unless ``at_ms`` is given."""
    identity_map: JsonObject = {}
    for identity in map(an_identity, identities):
        identity_map.setdefault(identity.namespace, []).append({"id": identity.id})
    at_ms = NOON_MS + offset * 1000 if at_ms is None else at_ms
    event_id = event_id or f"e-{offset}"
    fields = an_xdm(_id=event_id, identityMap=identity_map, timestamp=iso(at_ms)) | xdm
    return Offset(offset), a_processed(offset=offset, duplicate=duplicate, id=event_id, xdm=fields, received_ms=at_ms)


def iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


def a_record(*identities: str, at: int = 0, dataset: str = DATASET_ID, **fields: Any) -> Record:
    """What is said of the first of these identities, ``at`` milliseconds after noon. ``xdm``: the content."""
    identity_map: JsonObject = {}
    for place, identity in enumerate(map(an_identity, identities)):
        entry = {"id": identity.id, "primary": place == 0}
        identity_map.setdefault(identity.namespace, []).append(entry)
    given: JsonObject = {
        "dataset_id": DatasetId(dataset),
        "xdm": {**fields.pop("xdm", {"person": {"name": {"firstName": "Ada"}}}), "identityMap": identity_map},
        "stamp": Stamp(NOON_MS + at, 0, at),
        "tag": f"x-{at}",
    }
    return Record(**given | fields)
