"""Why the lake did not take a batch.

    LakeError
    ├── LakeUnavailable    the storage cannot just now: offer the same batch again later
    ├── SchemaConflict     the dataset's schema changed in a way that the table cannot follow: a person must decide
    └── UnwritableEvents   these events, and only these, can never become rows: offer the others without them

Whichever it is, nothing of the batch was written.
"""

from collections.abc import Mapping

from server.model.outcome import Offset


class LakeError(Exception):
    """The batch was not written."""


class LakeUnavailable(LakeError):
    """Disk full, storage unreachable, another writer in the way."""


class SchemaConflict(LakeError):
    """A column of the table has another type than the schema now says.

    ``path``: the dotted path of the field.
    """

    def __init__(self, path: str, *, present: str, wanted: str) -> None:
        super().__init__(
            f"{path} is {present} in the table and {wanted} in the schema. Columns never change their type: "
            "undo the change of the schema, or give the events a new field or a new dataset"
        )
        self.path = path
        self.present = present
        self.wanted = wanted


class UnwritableEvents(LakeError):
    """``faults``: why, by offset."""

    def __init__(self, faults: Mapping[Offset, str]) -> None:
        super().__init__("; ".join(f"offset {offset}: {fault}" for offset, fault in faults.items()))
        self.faults = dict(faults)
