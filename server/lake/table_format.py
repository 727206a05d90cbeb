"""How the lake uses Delta Lake: one place for everything that writer, export and compaction must agree on."""

from pathlib import Path
from typing import Final

import pyarrow as pa
from deltalake import DeltaTable, PostCommitHookProperties
from deltalake.exceptions import TableNotFoundError

from server.lake.table import TIMESTAMP
from server.model.outcome import BEFORE_FIRST, Offset

# Files that no version names any more stay for whoever still reads them: the longest export is far shorter than a day.
RETENTION_HOURS: Final = 24

CONFIGURATION: Final = {
    # Statistics of every column would be in every entry of the log, and only time is ever searched by.
    "delta.dataSkippingStatsColumns": TIMESTAMP,
    "delta.deletedFileRetentionDuration": f"interval {RETENTION_HOURS} hours",
    "delta.logRetentionDuration": f"interval {RETENTION_HOURS} hours",
}

# Checkpoints are made by the writer and by compaction, which fsync them; compaction removes old entries of the log.
NO_HOOKS: Final = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def open_table(path: Path) -> DeltaTable | None:
    """The newest version, or None when there is no table. Raises DeltaError, OSError."""
    try:
        return DeltaTable(str(path))
    except TableNotFoundError:
        return None


def columns_of(table: DeltaTable) -> pa.Schema:
    """With the metadata that marks JSON text."""
    return pa.schema(table.schema().to_arrow())


def application_id(partition: int) -> str:
    """Under which name the table remembers the offset of one partition of the topic ``processed``."""
    return f"heliograph/processed/{partition}"


def covered_offset(table: DeltaTable, *, partition: int) -> Offset:
    """The last offset that was committed; BEFORE_FIRST when none was."""
    version = table.transaction_version(application_id(partition))
    return BEFORE_FIRST if version is None else Offset(version)
