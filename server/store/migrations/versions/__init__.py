"""One file a migration, NNNN_name.py, applied in order."""
