"""The data lake, a Delta Lake table a dataset: columns from schemas, rows from events, commits, export, compaction."""
