"""What a dataset's table says of itself, from its log alone: no row is read."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from server.lake.errors import LakeUnavailable
from server.lake.location import local_root, table_path
from server.lake.table_format import open_table
from server.model.dataset import Dataset, DatasetId, TableFacts


def read_facts(lake_url: str, datasets: Sequence[Dataset]) -> Mapping[DatasetId, TableFacts]:
    """Of those that have a table. Raises LakeUnavailable."""
    root = local_root(lake_url)
    found: dict[DatasetId, TableFacts] = {}
    for dataset in datasets:
        try:
            table = open_table(table_path(root, dataset))
            if table is not None:
                found[dataset.id] = _facts(table)
        except (DeltaError, OSError) as reason:
            raise LakeUnavailable(f"{dataset.name}: {reason}") from reason
    return found


def _facts(table: DeltaTable) -> TableFacts:
    files = pa.table(table.get_add_actions(flatten=True)).to_pylist()
    # The newest first; with those that came since the table was opened, there are more than were asked for.
    last = table.history(limit=1)[0]
    return TableFacts(
        rows=sum(int(file["num_records"]) for file in files),
        bytes=sum(int(file["size_bytes"]) for file in files),
        committed_ms=int(last["timestamp"]),
    )
