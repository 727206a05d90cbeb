"""What the core asks of the world. Every implementation passes the contract test of its port (tests/contract/).

Attributes are read-only properties, so that frozen classes satisfy them.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from server.model.datastream import Configuration, Dataset
from server.model.delivery import Delivery
from server.model.event import Event
from server.model.identity import Identity
from server.model.json import JsonObject
from server.model.outcome import Offset, Position, Processed
from server.model.profile import ProfileView, Record
from server.model.schema import Violation


class LogRecord(NamedTuple):
    """One record as read back."""

    offset: Offset
    value: bytes


class LogUnavailable(Exception):
    """The event log cannot make anything durable just now. Nothing of the call was stored."""


Settled: TypeAlias = Callable[[Offset | LogUnavailable], None]


class EventLog(Protocol):
    """One partition of one topic. Exactly one process appends to it; any number read it."""

    async def append(self, values: Sequence[bytes]) -> Offset:
        """Append all, in order, and return the offset of the last. Durable once it returns; LogUnavailable if not."""

    def submit(self, values: Sequence[bytes], settled: Settled) -> None:
        """:meth:`append` for who cannot wait: ``settled`` is told what came of it, once, later, on the event loop.

        ``values`` are not none. Raises LogUnavailable when it is known at once, and then tells nobody.
        """

    async def read(self, *, after: Offset, limit: int) -> Sequence[LogRecord]:
        """At most ``limit`` durable records with an offset above ``after``, in order; empty when there are none yet.

        An ``after`` below BEFORE_FIRST counts as that, here and in :meth:`wait`.
        """

    async def wait(self, *, after: Offset, timeout_seconds: float) -> bool:
        """Return True as soon as there is a durable record above ``after``, False after the timeout."""

    async def end(self) -> Offset:
        """Offset of the last durable record; BEFORE_FIRST when there is none."""

    async def committed(self, consumer: str) -> Offset:
        """How far this consumer has finished; BEFORE_FIRST when it never committed."""

    async def commit(self, consumer: str, offset: Offset) -> None:
        """Remember that this consumer is done with everything up to and including ``offset``. Never moves back."""

    async def close(self) -> None:
        """Finish what was started and let go. Harmless twice."""


class Sink(Protocol):
    """A single destination and nothing else. Retries, batching, dead letters and offsets are workers/deliver.py's."""

    @property
    def name(self) -> str: ...

    async def open(self) -> None:
        """Make ready. Harmless twice."""

    async def write(self, batch: Sequence[tuple[Offset, Processed]]) -> Sequence[Delivery]:
        """One answer an event, in order. Never raises for what an event holds. Offering one again is harmless."""

    async def close(self) -> None:
        """Let go. Harmless twice, and without open."""


class Enrichment(Protocol):
    """Adds to an event from what is already known of it. Pure: same event, same patch."""

    @property
    def name(self) -> str: ...

    @property
    def writes(self) -> frozenset[str]:
        """The dotted XDM paths it may set; each covers everything below it."""

    @property
    def reads(self) -> frozenset[str]:
        """What decides the patch besides what is said at ``writes``: XDM paths, and fields of ClientInfo, as
        ``client.user_agent``.
        """

    def enrich(self, event: Event) -> JsonObject:
        """A patch to merge into ``event.xdm``: {} when there is nothing to add. The event is never changed."""


class Validator(Protocol):
    """One compiled schema. What is worked out for it can be kept by it: it is the same as itself alone."""

    def __hash__(self) -> int: ...

    def violations(self, document: JsonObject) -> Sequence[Violation]:
        """Everything that is wrong, in document order; empty when valid."""

    def known(self, patch: JsonObject) -> JsonObject:
        """The part of a patch that the schema has fields for."""

    def may_miss(self, paths: Collection[str]) -> bool:
        """Whether a document may be invalid only for want of something at, above or below one of these dotted paths."""


class Lake(Protocol):
    """Datasets as tables of an open format."""

    async def write(
        self, dataset: Dataset, schema: Mapping[str, object], batch: Sequence[tuple[Offset, Processed]]
    ) -> None:
        """Append the batch's events and its last offset in one table commit. Offsets already covered are skipped."""

    async def committed(self, dataset: Dataset) -> Offset:
        """The highest offset whose event is in the table."""

    def export(
        self, dataset: Dataset, *, since_ms: int | None, until_ms: int | None
    ) -> AsyncIterator[Sequence[JsonObject]]:
        """The dataset's events as XDM objects, in pages, by timestamp then id; the limits are of ``timestamp``."""


ProfileEntry: TypeAlias = Processed | Record
"""What profiles are made of: something that happened, or something that is said of a person."""


class ProfileStore(Protocol):
    """Identity graph, events and records by profile."""

    async def apply(self, batch: Sequence[tuple[Offset, ProfileEntry]]) -> None:
        """Link identities, add events and records, all or nothing; each once however often it is offered."""

    async def find(self, identity: Identity, *, limit_events: int) -> ProfileView | None:
        """The profile that this identity belongs to, or None."""


class ConfigurationSource(Protocol):
    """The control plane, as collectors and the core read it."""

    async def load(self) -> Configuration:
        """One consistent reading."""

    async def revision(self) -> int:
        """A number that grows with every change; cheap to ask."""

    async def build(self, build_hash: str) -> bytes | None:
        """The text of a published build."""


class SeenIds(Protocol):
    """The ids of the events of the last days, by which duplicates are recognised."""

    async def first_seen(self, keys: Sequence[tuple[str, Position]]) -> Sequence[bool]:
        """For each, in order: whether this position is the first (or the same as the first) with this key.

        Durable when it returns, so that asking again after a crash gives the same answer.
        """
