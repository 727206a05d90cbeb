"""The newest rows of a dataset, for a person to look at: bounded, whatever the table holds."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from server.lake.errors import LakeUnavailable
from server.lake.export import SPILL, join_row
from server.lake.location import local_root, table_path
from server.lake.query import connect
from server.lake.row import compile_codec
from server.lake.table_format import columns_of, open_table
from server.model.dataset import Dataset
from server.model.json import JsonObject

MAX_ROWS: Final = 50
# Between two compactions a table has a few dozen files of a commit each; so many hold more rows than are shown.
_MAX_FILES: Final = 60

# The alias is a name that no column can have (export.py).
_READ: Final = """
    SELECT to_json("the row")::varchar FROM (
        SELECT * FROM read_parquet($files, union_by_name = true, hive_partitioning = false)
        ORDER BY "_heliograph"."receivedTimestamp" DESC, "_id" DESC LIMIT $limit
    ) "the row"
"""


def read_latest(lake_url: str, dataset: Dataset, *, limit: int) -> Sequence[JsonObject]:
    """At most ``limit`` (MAX_ROWS at most) events or records as XDM, the one received last first.

    Of the files that were added last. Raises LakeUnavailable.
    """
    root = local_root(lake_url)
    path = table_path(root, dataset)
    try:
        table = open_table(path)
        files = [] if table is None else _newest_files(table, rows=min(limit, MAX_ROWS))
        if table is None or not files:
            return []
        codec = compile_codec(columns_of(table))
        (root / SPILL).mkdir(exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=root / SPILL, ignore_cleanup_errors=True) as spill,
            connect(folder=path, spill=Path(spill)) as connection,
        ):
            found = connection.execute(_READ, {"files": files, "limit": min(limit, MAX_ROWS)}).fetchall()
        return [join_row(codec, line) for (line,) in found]
    except (DeltaError, OSError, duckdb.Error) as reason:
        raise LakeUnavailable(f"{dataset.name}: {reason}") from reason


def _newest_files(table: DeltaTable, *, rows: int) -> list[str]:
    """As many as hold so many rows, those that were added last."""
    uris = {Path(uri).name: uri for uri in table.file_uris()}
    actions = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    actions.sort(key=lambda action: action["modification_time"], reverse=True)
    found: list[str] = []
    held = 0
    for action in actions[:_MAX_FILES]:
        if held >= rows:
            break
        found.append(uris[Path(action["path"]).name])
        held += int(action["num_records"])
    return found
