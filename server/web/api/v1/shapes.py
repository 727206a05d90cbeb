"""What the API takes and gives, as types: the OpenAPI document is made of them. Times are ISO 8601 in UTC.

Each docstring is the description of its schema there.
"""

from typing import Annotated, Any, Literal

import msgspec

from server.observe.tap import OutcomeTopic

MAX_REPLAYED = 500
"""Failed events that one request has decided again."""

_MAX_REASON_CHARACTERS = 500

EnvironmentName = Literal["development", "staging", "production"]

Reason = Annotated[str, msgspec.Meta(max_length=_MAX_REASON_CHARACTERS)]


class PublishedBuild(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What visitors of an environment get. ``bytes``: of its script, not packed."""

    environment: str
    build: str
    revision: str
    bytes: int
    published_at: str
    published_by: str


class PropertySummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A property without its document. ``revision``: number of its draft, which its etag names too."""

    id: str
    name: str
    revision: int
    updated_at: str
    updated_by: str
    published: list[PublishedBuild]


class Properties(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    items: list[PropertySummary]


class PropertyFault(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """``path``: JSON pointer into the document."""

    path: str
    message: str
    cure: str


class Check(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """No faults: it can be saved."""

    faults: list[PropertyFault]


class RevisionSummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    number: int
    saved_at: str
    saved_by: str
    summary: str


class Revisions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    items: list[RevisionSummary]
    next: str | None


class Changes(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What publishing the draft would change, in sentences. ``build``: what is there now; null where all is new."""

    environment: str
    build: str | None
    changes: list[str]


class Publish(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """``build``: an earlier build of the environment to go back to; null to build the draft."""

    environment: EnvironmentName
    reason: Reason = ""
    build: str | None = None


class PublicationShape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    environment: str
    build: str
    bytes: int
    published_at: str
    published_by: str
    reason: str


class Publications(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    items: list[PublicationShape]


class EventShape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An event with what became of it. ``outcome``: as docs/reference/event-log.md describes both kinds."""

    topic: OutcomeTopic
    offset: int
    received_at: str
    outcome: dict[str, Any]


class Events(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The newest first. ``next``: where older ones are."""

    items: list[EventShape]
    next: str | None


class ReplayRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    offsets: Annotated[list[Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(min_length=1, max_length=MAX_REPLAYED)]


class ReplayAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """``skipped``: offsets of records that cannot be decoded, and so not decided again."""

    replayed: int
    skipped: list[int]
