"""Erasing one person: what was asked for, whom it meets, and what came of it."""

import msgspec

from server.model.identity import Identity


class Person(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whom an erasure meets. ``events``: the ids of those of their profile, by dataset."""

    identities: tuple[Identity, ...]
    events: dict[str, tuple[str, ...]] = {}

    def joined(self, other: "Person") -> "Person":
        """Both, as one."""
        datasets = {**self.events, **other.events}
        return Person(
            identities=tuple(sorted({*self.identities, *other.identities})),
            events={
                dataset: tuple(sorted({*self.events.get(dataset, ()), *other.events.get(dataset, ())}))
                for dataset in datasets
            },
        )


class ErasedRows(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was taken out of one dataset's table. ``files``: of the table, that were written anew or removed."""

    dataset_id: str
    dataset: str
    rows: int
    files: int


class ErasureReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was erased. ``identities``: of the graph. ``records``: by dataset and identity. ``events``: of the profile.

    ``tombstones``: identities by which what is still in the event log is left out.
    ``log_until_ms``: when the last of it has left the event log.
    """

    identities: int = 0
    events: int = 0
    records: int = 0
    rows: tuple[ErasedRows, ...] = ()
    tombstones: int = 0
    log_until_ms: int = 0


class Erasure(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """``namespace``, ``identity``: empty once it is done, when nothing may say any more who it was.

    ``person``: whom it meets, as far as that is known; None before it begins, and once it is done.
    ``report``: None until it is done.
    """

    id: str
    namespace: str
    identity: str
    requested_ms: int
    requested_by: str
    done_ms: int | None = None
    person: Person | None = None
    report: ErasureReport | None = None
